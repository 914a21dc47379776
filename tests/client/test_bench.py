"""The kernel's side of a bench in a cell, against Atrium itself; the browser's side is in `frontend/tests`."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from atrium_client import Answer, Endpoint
from atrium_client.bench import Bench
from atrium_client.bench.cases import DRAFTS, Cases
from infra.dev.processes import Process
from tests.journeys.served import Served
from tests.waiting import until

COVER = {"kind": "occlude", "x": 0, "y": 0, "w": 1, "h": 1, "fill": "black"}
PICTURE = "0198a000-0000-7000-8000-00000000000a"


class Cell:
    """What a cell's script would say and hear."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.heard: list[tuple[dict[str, Any], list[bytes]]] = []
        self._new = threading.Condition()
        bench.send = self._hear  # in the place of a browser

    def _hear(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        with self._new:
            self.heard.append((content, buffers or []))
            self._new.notify_all()

    def _until(self, fits: Callable[[dict[str, Any]], bool]) -> tuple[dict[str, Any], list[bytes]]:
        with self._new:
            found: Any = self._new.wait_for(lambda: next((one for one in self.heard if fits(one[0])), None), timeout=60)
        assert found, f"nothing of the kind was heard, but {[content for content, _ in self.heard]}"
        return found  # type: ignore[no-any-return]

    def call(self, request: int, name: str, body: Any, buffers: list[bytes] | None = None) -> tuple[Any, list[bytes]]:
        message = {"type": "call", "request": request, "call": name, "body": body, "view": 1}
        self.bench._receive(message, [memoryview(one) for one in buffers or []])
        told, files = self._until(lambda one: one.get("request") == request and one["type"] in ("answered", "refused"))
        return (told["body"] if told["type"] == "answered" else told["problem"]), files

    def live(self, message: dict[str, Any]) -> None:
        self.bench._receive({"type": "live", "view": 1, "message": message}, [])

    def told(self, kind: str, request: int) -> dict[str, Any]:
        def fits(one: dict[str, Any]) -> bool:
            said = one.get("message") or {}
            return one["type"] == "live" and said.get("type") == kind and said.get("request") == request

        return self._until(fits)[0]["message"]  # type: ignore[no-any-return]


@pytest.fixture
def served(web_process: Process, worker_process: Process, tmp_path: Path) -> Served:
    return Served.make(tmp_path)


@pytest.fixture
def open_cell() -> Iterator[Callable[[Endpoint], Cell]]:
    made: list[Bench] = []

    def opened(endpoint: Endpoint) -> Cell:
        made.append(endpoint.bench())
        return Cell(made[-1])

    yield opened
    for bench in made:
        bench.close()


def test_a_case_its_edits_and_a_flag(served: Served, tmp_path: Path, open_cell: Callable[[Endpoint], Cell]) -> None:
    endpoint = served.films
    endpoint.add_example(tmp_path / "film.png", title="One")
    cell = open_cell(endpoint)
    bench = cell.bench
    assert bench.state["role"] == "review"
    assert len(bench.state["examples"]) == 1
    token = endpoint._connection.authorization.removeprefix("Bearer ")
    assert token not in str(bench.get_state())

    files = {"inputs": {}, "files": [{"input": "film", "name": "film.png"}]}
    case, _ = cell.call(1, "predict", files, [(tmp_path / "film.png").read_bytes()])
    while case["state"] == "queued":
        case, _ = cell.call(2, "prediction", {"id": case["id"]})
    assert case["state"] == "succeeded"
    _, [picture] = cell.call(3, "file", {"file": case["inputs"]["film"]["url"]})
    assert picture.startswith(b"\x89PNG")
    assert [one["original"] for one in bench.cases] == [case["id"]]

    inputs = {"film": {"prediction": case["id"]}}
    cell.live({"type": "predict", "request": 7, "inputs": inputs, "edits": [COVER], "keep": False})
    assert cell.told("accepted", 7)["prediction"]["kept"] is False
    edited = cell.told("finished", 7)["prediction"]
    assert (edited["original"], [edit["kind"] for edit in edited["edits"]]) == (case["id"], ["occlude"])
    bench.shown = edited["id"]
    assert isinstance(bench.answer, Answer)
    assert bench.answer.edits == edited["edits"]

    cell.live({"type": "keep", "prediction": edited["id"]})
    until(lambda: len(bench.cases[0]["attempts"]) == 2)
    judgement: dict[str, Any] = {
        "verdict": "wrong",
        "message": "No fluid.",
        "marks": [],
        "correction": None,
        "name": "",
        "email": "",
    }
    judged, _ = cell.call(9, "judge", {"id": edited["id"], "judgement": judgement})
    assert judged["flag"]["verdict"] == "wrong"
    assert judged["thread"]["messages"] == []
    said, _ = cell.call(10, "say", {"id": case["id"], "body": "Look at the left."})
    assert [(one["body"], one["mine"]) for one in said["messages"]] == [("Look at the left.", True)]
    (thread,) = served.project.inbox()
    assert thread.flag.message == "No fluid."

    other = open_cell(endpoint).bench  # another cell of this kernel begins with what was tried in the first
    assert other.cases[0]["attempts"][-1]["flag"]["verdict"] == "wrong"


def test_what_a_cell_may_not_ask(served: Served, open_cell: Callable[[Endpoint], Cell]) -> None:
    cell = open_cell(served.forms)
    for name, body, words in [
        ("delete", {"id": "../me"}, "cannot do “delete”"),
        ("prediction", {"id": "../me"}, "does not know that case"),
        ("file", {"file": "../audit"}, "does not know that file"),
        ("file", {"file": f"{PICTURE}?side=160"}, "does not know that file"),
        ("say", {"id": PICTURE, "body": "hello"}, "does not know that case"),
        ("predict", {"inputs": {"age": 60, "secret": 1}}, "no “secret”"),
        ("predict", {"inputs": {"note": {"quarantine": PICTURE}}}, "does not know that case"),
        ("predict", None, "note"),
    ]:
        problem, _ = cell.call(len(cell.heard) + 1, name, body)
        assert words in problem["detail"], name


def test_a_form_is_answered_and_a_wrong_value_is_told_beside_its_field(
    served: Served, open_cell: Callable[[Endpoint], Cell]
) -> None:
    cell = open_cell(served.forms)
    vitals = {"columns": ["pulse", "place"], "rows": [[70, 0]]}
    inputs = {"age": 60, "sex": "female", "vitals": vitals, "note": "first"}
    cell.live({"type": "predict", "request": 1, "inputs": {**inputs, "age": 600}, "edits": [], "keep": False})
    errors = cell.told("refused", 1)["problem"]["errors"]
    assert [error["field"] for error in errors] == ["inputs.age"]
    cell.live({"type": "predict", "request": 2, "inputs": inputs, "edits": [], "keep": False})
    assert cell.told("finished", 2)["prediction"]["answer"]["echo"]["value"]
    answer = cell.bench.show({"age": 61, "sex": "male", "vitals": [80, "clinic"], "note": "second"})
    assert answer["echo"]
    assert [content["type"] for content, _ in cell.heard].count("opened") == 1
    assert cell.bench.cases[0]["original"] == cell.bench.case == answer.id
    assert cell.bench.answer is not None
    assert cell.bench.answer.id == answer.id


def test_a_server_that_is_away_is_said_and_comes_back(
    served: Served, open_cell: Callable[[Endpoint], Cell], web_process: Process
) -> None:
    cell = open_cell(served.forms)
    vitals = {"columns": ["pulse", "place"], "rows": [[70, 0]]}
    inputs = {"age": 60, "sex": "female", "vitals": vitals, "note": "first"}
    assert web_process.child is not None
    web_process.child.kill()
    web_process.child.wait()
    try:
        cell.live({"type": "predict", "request": 1, "inputs": inputs, "edits": [], "keep": False})
        assert cell.told("unsent", 1)
        assert cell.bench.connection == "reconnecting"
    finally:
        web_process.start()
    until(lambda: cell.bench.connection == "connected", 60)


def test_an_address_in_an_answer_is_no_way_to_send_the_kernel_anywhere() -> None:
    cases = Cases()
    told = cases.take(
        {
            "id": "p", "original": "p", "state": "succeeded",
            "inputs": {"film": {"kind": "image", "url": f"http://x/api/v1/pictures/{PICTURE}"}},
            "rendered": {"film": f"http://x/api/v1/pictures/{PICTURE}"},
            "answer": {
                "json": {"kind": "json", "value": {"url": f"http://x/api/v1/predictions/{PICTURE}"}},
                "made": {"kind": "image", "url": "http://x/api/v1/me"},
            },
        }
    )  # fmt: skip
    assert (told["inputs"]["film"]["url"], told["answer"]["made"]["url"]) == (PICTURE, "")
    assert told["answer"]["json"]["value"]["url"].endswith(PICTURE)
    assert cases.file(PICTURE) == f"http://x/api/v1/pictures/{PICTURE}"


def test_drafts_are_forgotten_and_what_is_kept_is_not() -> None:
    cases = Cases()
    cases.take({"id": "kept", "original": "kept", "state": "succeeded"}, kept=True)
    for number in range(DRAFTS + 2):
        cases.take({"id": f"d{number}", "original": "kept", "state": "succeeded"})
    assert "kept" in cases
    assert ("d1" in cases, "d2" in cases) == (False, True)


def test_a_case_that_is_read_anew_stays_known_to_other_threads() -> None:
    cases, found = Cases(), []
    form = {"id": "p", "original": "p", "state": "running"}
    cases.take(form)

    class Asks(dict[str, Any]):
        """While it is being taken, another thread asks for the case."""

        def get(self, key: str, default: Any = None) -> Any:
            if key == "kept":
                asking.start()
                asking.join(0.2)
            return super().get(key, default)

    asking = threading.Thread(target=lambda: found.append("p" in cases))
    cases.take(Asks(form))
    asking.join()
    assert found == [True]
