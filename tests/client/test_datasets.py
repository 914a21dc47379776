"""Tables on their way to the server, and what the answers look like in a notebook."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pytest
from pyarrow import parquet

from atrium_client import (
    Atrium,
    Conflict,
    DatasetVersion,
    Invalid,
    NotFound,
    Project,
    Rejected,
    Slices,
    Unavailable,
    View,
)
from atrium_client.calls import Calls
from atrium_client.debugger import Asked
from tests.client.network import Answer, Network, Request, TableUploads

ROWS = {"y": ["a", "b", "a"], "x": [1.5, None, 3.0]}
FORM: dict[str, Any] = {
    "id": "v1", "number": 2, "dataset": "d1", "dataset_name": "rows", "project": "p1", "state": "ready", "rows": 3,
    "url": "http://x/rows/v2/", "remarks": ["One column has one value."],
    "columns": [
        {"name": "y", "kind": "category", "role": "label"},
        {"name": "p", "kind": "number", "role": "probability", "model": "forest", "of_class": "a"},
        {"name": "x", "kind": "number", "role": "feature"},
    ],
}  # fmt: skip
ESTIMATE = {"value": 0.5, "low": 0.4, "high": 0.6}
VIEW: dict[str, Any] = {
    "type": "view", "score": "log_loss", "notes": ["No <b> here."],
    "groups": {"a": {"keys": [1], "rows": 1, "medians": {}}, "b": {"keys": [0], "rows": 2, "medians": {}}},
    "segments": [
        {"key": key, "name": f"Segment {key}", "rows": 2 - key, "models": [
            {"model": "forest", "score": {"quartiles": [0.1, 0.2 + key, 0.3]}, "metrics": {"accuracy": ESTIMATE}},
        ]} for key in (0, 1)
    ],
    "features": [
        {"name": "<i>x", "measures": {"jensen_shannon": 0.61, "kl": None}, "q": 0.0004, "sentence": "Higher."},
    ],
}  # fmt: skip
FOUND = {"where": {"column": "x", "low": 2.0}, "sentence": "x ≥ 2", "rows": 7, "mean": 2.0, "rest": 0.5, "effect": 1.5,
         "p": 0.001, "q": 0.002}  # fmt: skip


@pytest.fixture
def tables(network: Network) -> TableUploads:
    return TableUploads(network)


@pytest.fixture
def project(atrium: Atrium, tables: TableUploads) -> Project:
    return atrium.project("echo-views")


@pytest.fixture
def version(atrium: Atrium) -> DatasetVersion:
    return DatasetVersion(FORM, atrium._connection)


class TestUpload:
    @pytest.mark.parametrize(
        "frame",
        [pandas.DataFrame(ROWS), polars.DataFrame(ROWS), polars.LazyFrame(ROWS), pyarrow.table(ROWS)],
        ids=["pandas", "polars", "lazy", "arrow"],
    )
    def test_a_frame_arrives_as_parquet(self, project: Project, tables: TableUploads, frame: object) -> None:
        made = project.dataset("rows", frame, roles={"y": "label"})
        assert (made.state, made.rows, made.roles) == ("ready", 3, {"y": "label"})
        body = tables.versions[0]["body"]
        assert (body["format"], body["roles"]) == ("parquet", {"y": "label"})
        assert parquet.read_table(BytesIO(tables.file())).to_pydict() == ROWS

    def test_an_index_with_a_name_is_a_column(self, project: Project, tables: TableUploads) -> None:
        project.dataset("rows", pandas.DataFrame(ROWS).set_index("y"))
        assert parquet.read_table(BytesIO(tables.file())).column_names == ["y", "x"]

    @pytest.mark.parametrize("kept", [ROWS["y"], [2, 0, 1]], ids=["texts", "shuffled"])
    def test_an_index_without_a_name_is_not_lost(
        self, project: Project, tables: TableUploads, kept: list[object]
    ) -> None:
        project.dataset("rows", pandas.DataFrame(ROWS, index=kept))
        assert parquet.read_table(BytesIO(tables.file()))["index"].to_pylist() == kept

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            (pandas.Series([1, 2], name="x"), "to_frame"),
            (pandas.DataFrame({"age": pandas.cut(pandas.Series([1, 5]), 2)}), "“age” holds intervals"),
            (pandas.DataFrame({"age": pandas.interval_range(0, 2)}), "astype"),
            (pandas.DataFrame([[1, 2]], columns=["x", "x"]), "Two columns are called “x”"),
            (pandas.DataFrame(ROWS).set_index("y", drop=False), "“y”"),
        ],
    )
    def test_what_pandas_can_and_a_table_cannot_is_told_with_the_way_out(
        self, project: Project, given: object, told: str
    ) -> None:
        with pytest.raises(Invalid, match=told):
            project.dataset("rows", given)

    @pytest.mark.parametrize(("name", "of"), [("t.csv", "csv"), ("t.JSONL", "jsonl"), ("t.feather", "arrow")])
    def test_a_file_goes_as_it_is(
        self, project: Project, tables: TableUploads, tmp_path: Path, name: str, of: str
    ) -> None:
        (tmp_path / name).write_bytes(b"y,x\na,1\n")
        project.dataset("rows", tmp_path / name)
        body = tables.versions[0]["body"]
        assert (body["format"], body["filename"], tables.file()) == (of, name, b"y,x\na,1\n")

    def test_it_goes_on_where_it_stopped(self, project: Project, tables: TableUploads, network: Network) -> None:
        tables.part_size, tables.cut = 300, [2] * 6
        frame = pandas.DataFrame(ROWS)
        with pytest.raises(Unavailable, match="send part 2"):
            project.dataset("rows", frame)
        network.log.clear()
        assert project.dataset("rows", frame).state == "ready"
        assert next(path for method, path in network.log if method == "PUT").endswith("/2")
        assert len(tables.versions) == 1

    def test_a_refusal_is_raised_with_its_sentence(self, project: Project, tables: TableUploads) -> None:
        tables.states = ["reading", "rejected"]
        tables.rejected = {"rule": "ragged", "reason": "Row 7 has 3 fields, the others 2."}
        with pytest.raises(Rejected, match="Row 7") as caught:
            project.dataset("rows", pandas.DataFrame(ROWS))
        assert caught.value.rule == "ragged"

    @pytest.mark.parametrize("given", [{"y": 1}, 7, "nowhere.csv"])
    def test_what_is_no_table_is_said_before_anything_is_sent(
        self, project: Project, network: Network, given: object
    ) -> None:
        with pytest.raises(Invalid):
            project.dataset("rows", given)
        assert not network.count("POST", "/api/v1/projects/p1/datasets")

    def test_a_column_of_all_sorts_is_named(self, project: Project) -> None:
        with pytest.raises(Invalid, match="mixed"):
            project.dataset("rows", pandas.DataFrame({"mixed": [1, "a", b"b"]}))

    def test_without_data_it_is_the_newest(self, project: Project, network: Network) -> None:
        lines = [{"id": "v1", "number": 1}, {"id": "v2", "number": 2}]
        network.on(
            "GET", "/api/v1/projects/p1/datasets", {"results": [{"id": "d1", "name": "My rows", "versions": lines}]}
        )
        network.on("GET", "/api/v1/dataset-versions/v2", FORM)
        assert project.dataset("my-rows").number == 2
        with pytest.raises(NotFound, match="no version 3"):
            project.dataset("My rows", number=3)
        with pytest.raises(NotFound, match="no dataset “others”"):
            project.dataset("others")


class TestAsking:
    def test_an_answer_that_takes_longer_is_waited_for(
        self, version: DatasetVersion, network: Network, pauses: list[float]
    ) -> None:
        left = [202, 202, 200]

        def later(_: Request) -> Answer:
            status = left.pop(0)
            return Answer(status, VIEW if status == 200 else {"id": "a1"}, {"Atrium-Answer": "a1"})

        network.on("POST", "/api/v1/dataset-versions/v1/ask", later)
        network.on("GET", "/api/v1/answers/a1", later)
        view = version.view(models=["forest"])
        assert view.feature("<i>x")["q"] == 0.0004
        assert len(pauses) == 2
        assert network.requests[0].json() == {"type": "view", "models": ["forest"]}

    @pytest.mark.parametrize(("name", "format"), [("a/rows.csv", "csv"), ("rows.parquet", "parquet")])
    def test_rows_come_as_a_file(
        self, version: DatasetVersion, network: Network, tmp_path: Path, name: str, format: str
    ) -> None:
        asked: list[Any] = []

        def ask(request: Request) -> Answer:
            asked.append(request.json())
            return Answer(200, {"type": "export"}, {"Atrium-Answer": "a1"})

        network.on("POST", "/api/v1/dataset-versions/v1/ask", ask)
        network.on("GET", "/api/v1/answers/a1/file", lambda _: Answer(200, {"url": f"{network.url}/stored"}))
        network.on("GET", "/stored", lambda _: Answer(200, {"y": 1}))
        assert version.export(tmp_path / name, of="a", a=[1]) == tmp_path / name
        assert (tmp_path / name).read_text() == '{"y": 1}'
        view = {"type": "view", "a": [1]}
        assert asked == [{"type": "export", "view": view, "format": format, "of": "a"}]
        with pytest.raises(Invalid, match=r"csv or \.parquet"):
            version.export("rows.xlsx")

    def test_what_was_found_is_saved_with_its_sentence_and_rows(
        self, version: DatasetVersion, network: Network
    ) -> None:
        sent: list[Any] = []

        def save(request: Request) -> Answer:
            sent.append(request.json())
            return Answer(201, {"id": "s1", **sent[-1]})

        network.on("POST", "/api/v1/datasets/d1/slices", save)
        [found] = Slices({"score": "log_loss", "slices": [FOUND], "notes": []})
        assert version.save_slice("High", found).rows == 7
        assert (sent[0]["sentence"], sent[0]["rows"]) == ("x ≥ 2", 7)

    def test_one_that_is_not_ready_is_not_asked(self, atrium: Atrium) -> None:
        with pytest.raises(Conflict, match="wait"):
            DatasetVersion({**FORM, "state": "reading"}, atrium._connection).view()

    def test_slices_are_of_the_first_model_where_none_is_named(self, version: DatasetVersion, network: Network) -> None:
        answer = {"type": "slices", "score": "log_loss", "slices": [FOUND], "notes": []}
        network.on("POST", "/api/v1/dataset-versions/v1/ask", answer)
        (found,) = version.find_slices(depth=1)
        assert network.requests[0].json() == {"type": "slices", "model": "forest", "depth": 1}
        network.on("POST", "/api/v1/datasets/d1/slices", lambda request: Answer(201, {"id": "s1", **request.json()}))
        kept = version.save_slice("High x", found)
        assert (kept.where, kept.sentence) == (FOUND["where"], "x ≥ 2")


class TestInANotebook:
    def test_a_version_says_what_it_holds(self, version: DatasetVersion) -> None:
        assert repr(version) == "<DatasetVersion rows v2 is ready with 3 rows × 3 columns: http://x/rows/v2/>"
        shown = version._repr_html_()
        assert "p: probability:forest:a" in shown
        assert "1 features" in shown

    def test_a_view_shows_segments_and_what_sets_a_apart(self) -> None:
        shown = View(VIEW)._repr_html_()
        assert "<i>" not in shown
        assert "<b> here" not in shown
        assert all(text in shown for text in ("Segment 1", "0.61", "q &lt; 0.001", "Higher."))
        assert repr(View(VIEW)) == "<View of 2 segments; A of 1 row is set apart by <i>x>"

    def test_slices_are_told_in_a_terminal_too(self) -> None:
        found = Slices({"score": "log_loss", "slices": [{**FOUND, "rows": 1}], "notes": []})
        assert repr(found) == "<Slices: 1 found>\nx ≥ 2: 1 row, 2 against 0.5, q 0.002"

    def test_slices_are_a_table(self) -> None:
        found = Slices({"score": "log_loss", "slices": [FOUND], "notes": []})
        assert "x ≥ 2" in found._repr_html_()
        assert str(found[0]) == "x ≥ 2: 7 rows, 2 against 0.5, q 0.002"


class TestDebugger:
    """The component's calls, as it sends them."""

    def told(self, version: DatasetVersion, *messages: dict[str, Any]) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []
        calls = Calls(Asked(version, version._connection), lambda told, _files: said.append(told), "test")
        for message in messages:
            calls.receive(message)
        calls.close()
        return said

    def test_a_question_is_answered(self, version: DatasetVersion, network: Network) -> None:
        network.on("POST", "/api/v1/dataset-versions/v1/ask", VIEW)
        (said,) = self.told(version, {"type": "call", "request": 4, "call": "ask", "body": {"type": "view"}})
        assert said == {"type": "answered", "request": 4, "body": VIEW}

    def test_a_refusal_is_told_as_the_server_says_it(self, version: DatasetVersion, network: Network) -> None:
        problem = {"status": 400, "code": "invalid", "title": "Invalid", "detail": "There is no column “z”."}
        network.on("POST", "/api/v1/dataset-versions/v1/ask", problem, status=400)
        (said,) = self.told(version, {"type": "call", "request": 1, "call": "ask", "body": {}})
        assert said["type"] == "refused"
        assert "There is no column “z”." in said["problem"]["detail"]

    def test_what_nobody_waits_for_is_not_answered(self, version: DatasetVersion, network: Network) -> None:
        network.on("POST", "/api/v1/dataset-versions/v1/ask", VIEW)
        call: dict[str, Any] = {"type": "call", "call": "ask", "body": {}}
        asking = [{**call, "request": number} for number in (1, 2, 3)]
        said = self.told(version, *asking, {"type": "cancel", "request": 2}, {"type": "cancel", "request": 9})
        assert 2 not in [one["request"] for one in said]

    def test_what_only_a_page_can_do_is_said(self, version: DatasetVersion) -> None:
        (said,) = self.told(version, {"type": "call", "request": 1, "call": "export", "body": {}})
        assert version.url in said["problem"]["detail"]

    def test_a_cell_names_things_and_no_ways_to_them(self, version: DatasetVersion, network: Network) -> None:
        (said,) = self.told(version, {"type": "call", "request": 1, "call": "delete_slice", "body": {"id": "../me"}})
        assert "no id" in said["problem"]["detail"]
        assert network.log == []

    def test_the_widget_has_the_servers_component(self, version: DatasetVersion, network: Network) -> None:
        network.on("GET", "/static/notebook/debugger.js", lambda _: Answer(200, b"export default {}"))
        network.on("GET", "/api/v1/me", {"role": "member", "scopes": ["data:write"]})
        for name in ("slices", "analyses"):
            network.on("GET", f"/api/v1/datasets/d1/{name}", {"results": [], "next": None})
        widget = version.debugger(models=["forest"])
        assert widget.question == {"type": "view", "models": ["forest"]}
        assert widget._esm == "export default {}"
        assert repr(widget) == "<Debugger of rows v2>"
        assert widget.state["can_save"] is True
        assert "facts" not in widget.state["columns"][0]
