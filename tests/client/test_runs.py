"""A model is run over a dataset: what is asked of the server, what is waited for, and how it ends."""

from typing import Any

import pytest

from atrium_client import Atrium, Conflict, DatasetVersion, Failed, Invalid, Run, Version
from tests.client.network import Answer, Network, Request

TABLE: dict[str, Any] = {"id": "v1", "number": 1, "dataset_name": "rows", "state": "ready", "rows": 9}
MADE = TABLE | {"id": "v2", "number": 2}
MODEL: dict[str, Any] = {"id": "m1", "number": 3, "model_name": "forest", "state": "ready"}
RUN: dict[str, Any] = {
    "id": "r1", "state": "running", "version_name": "forest v3", "name": "forest", "inputs": {"age": "age"},
    "rows": 9, "rows_done": 0, "unanswered": [], "error": None, "made": None, "url": "http://x/runs/r1/",
}  # fmt: skip


class Runs:
    """The server's part: each reading of the run gives the next of `states`, the last one again and again."""

    def __init__(self, network: Network, *states: dict[str, Any]) -> None:
        self.asked: list[Any] = []
        self.states = [RUN | state for state in states]
        network.on("POST", "/api/v1/dataset-versions/v1/runs", self.begin)
        network.on("GET", "/api/v1/runs/r1", self.look)
        network.on("POST", "/api/v1/runs/r1/(cancel|resume)", self.act)
        network.on("GET", "/api/v1/dataset-versions/v2", lambda _: Answer(200, MADE))

    def begin(self, request: Request) -> Answer:
        self.asked.append(request.json())
        return Answer(201, RUN)

    def look(self, _: Request) -> Answer:
        return Answer(200, self.states.pop(0) if len(self.states) > 1 else self.states[0])

    def act(self, request: Request) -> Answer:
        self.asked.append(request.groups[0])
        return Answer(200, RUN | {"state": "cancelled" if request.groups[0] == "cancel" else "running"})


@pytest.fixture
def version(atrium: Atrium) -> Version:
    return Version(MODEL, atrium._connection)


@pytest.fixture
def table(atrium: Atrium) -> DatasetVersion:
    return DatasetVersion(TABLE, atrium._connection)


def test_it_gives_the_version_that_was_made(network: Network, version: Version, table: DatasetVersion) -> None:
    done = {"state": "succeeded", "rows_done": 9, "made": "v2"}
    runs = Runs(network, {"rows_done": 5}, {"state": "joining", "rows_done": 9}, done)
    made = version.run(table, inputs={"row": {"a": "x"}}, name="old forest", into="scored", progress=False)
    assert (made.id, made.number) == ("v2", 2)
    inputs = {"row": {"a": "x"}}
    body = {"version": "m1", "inputs": inputs, "name": "old forest", "dataset": "scored", "notes": ""}
    assert runs.asked == [body]


def test_one_that_stopped_says_where_and_goes_on(network: Network, version: Version, table: DatasetVersion) -> None:
    error = {"code": "quota_exceeded", "message": "Your team's device time of today is used up."}
    runs = Runs(network, {"state": "failed", "rows_done": 5, "error": error})
    run = version.start_run(table)
    with pytest.raises(Failed, match=r"after 5 of 9 rows: Your team's device time of today is used up\. resume\(\)"):
        run.wait(progress=False)
    assert run.resume().state == "running"
    assert run.cancel().state == "cancelled"
    assert runs.asked[1:] == ["resume", "cancel"]
    with pytest.raises(Conflict, match="has made no version"):
        _ = run.made
    runs.states = [RUN | {"state": "cancelled"}]
    with pytest.raises(Conflict, match="was cancelled"):
        run.wait(progress=False)


def test_what_is_no_dataset_is_told_at_once(version: Version) -> None:
    rows: Any = "rows"
    with pytest.raises(Invalid, match=r"read it with project\.dataset"):
        version.run(rows)


def test_it_shows_itself(atrium: Atrium) -> None:
    unanswered = [{"why": "“age” is <empty>.", "rows": 2}]
    run = Run(RUN | {"rows_done": 5, "unanswered": unanswered}, atrium._connection)
    assert repr(run) == "<Run forest v3 over a dataset is running, 5 of 9 rows: http://x/runs/r1/>"
    assert "2: “age” is &lt;empty&gt;." in run._repr_html_()


def test_runs_of_an_earlier_session_are_found(network: Network, table: DatasetVersion) -> None:
    network.on("GET", "/api/v1/dataset-versions/v1/runs", {"results": [RUN], "next": None})
    [run] = table.runs()
    assert (run.id, run.state) == ("r1", "running")
