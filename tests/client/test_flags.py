"""Judging an answer from a notebook and a shell, and finding one again."""

from typing import Any

import numpy as np
import pytest

from atrium_client import Answer, Atrium, Conflict, Failed, Invalid
from atrium_client.command import main
from tests.client.network import Answer as Told
from tests.client.network import Network, Request
from tests.client.test_endpoints import PREDICTION
from tests.client.test_threads import FLAG, THREAD


@pytest.fixture
def sent(network: Network) -> list[Any]:
    bodies: list[Any] = []

    def keep(request: Request) -> Told:
        bodies.append(request.json())
        return Told(201, {**FLAG, "thread": "t1"})

    network.on("POST", "/api/v1/predictions/q1/flag", keep)
    network.on("GET", "/api/v1/predictions/q1", PREDICTION)
    network.on("GET", "/api/v1/threads/t1", THREAD)
    return bodies


@pytest.fixture
def answer(atrium: Atrium) -> Answer:
    return Answer(PREDICTION, atrium._connection)


def test_an_answer_is_judged(answer: Answer, sent: list[Any]) -> None:
    mark = {"kind": "box", "points": [[0.7, 0.05], [0.9, 0.15]], "note": "the marker"}
    flag = answer.flag("wrong", "It reads the marker.", correction="A2C", marks=[mark])
    assert (flag.verdict, flag.thread, flag.prediction) == ("wrong", "t1", "q1")
    assert str(flag) == "wrong by Dana: <b>The ventricle</b> is hidden"
    assert sent == [
        {"verdict": "wrong", "message": "It reads the marker.", "correction": {"view": "A2C"}, "marks": [mark],
         "findings": [], "added": []}
    ]  # fmt: skip


def test_what_numpy_counted_is_plain_when_it_is_sent(answer: Answer, sent: list[Any]) -> None:
    points = np.array([[0.25, 0.5], [0.5, 0.75]], np.float32)
    marks = ({"kind": "line", "points": points},)
    missed = {"output": "nodules", "label": "cyst", "x": np.float32(0.5), "y": 0.2, "w": 0.1, "h": 0.1}
    answer.flag("wrong", correction={"size": np.float32(12.5)}, marks=marks, added=[missed])
    [body] = sent
    assert body["correction"] == {"size": 12.5}
    assert body["marks"] == [{"kind": "line", "points": [[0.25, 0.5], [0.5, 0.75]]}]
    assert body["added"][0]["x"] == 0.5


def test_what_cannot_be_sent_is_told_without_a_request(atrium: Atrium, network: Network) -> None:
    results = {"view": {"kind": "label", "scores": [["A4C", 0.9]]}, "size": {"kind": "number", "value": 3.0}}
    both = {**PREDICTION, "answer": results}
    answer = Answer(both, atrium._connection)
    with pytest.raises(Invalid, match="outputs view, size; give the correction as a dict"):
        answer.flag("wrong", correction="A2C")
    with pytest.raises(Invalid, match="is no JSON"):
        answer.flag("wrong", correction={"size": float("nan")})
    with pytest.raises(Invalid, match="is no JSON"):
        answer.flag("wrong", correction={"size": object()})
    assert network.log == []


def test_an_answer_is_found_again_by_its_id_or_its_page(atrium: Atrium, network: Network, sent: list[Any]) -> None:
    assert {atrium.answer("q1").id, atrium.answer("http://x/t/team/predictions/q1").id} == {"q1"}
    network.on("GET", "/api/v1/predictions/q1", {**PREDICTION, "state": "queued", "answer": None})
    with pytest.raises(Conflict, match=r"q1 is queued.*Read it again later"):
        atrium.answer("q1")
    error = {"code": "model_error", "message": "It failed."}
    network.on("GET", "/api/v1/predictions/q1", {**PREDICTION, "state": "failed", "answer": None, "error": error})
    with pytest.raises(Failed, match="It failed"):
        atrium.answer("q1")


@pytest.mark.parametrize(
    ("answer", "given", "read"),
    [
        ({"view": {"kind": "label", "scores": [["3", 0.9]]}}, "4", {"view": "4"}),
        ({"size": {"kind": "number", "value": 3.0}}, "4", {"size": 4}),
        ({"view": {"kind": "label", "scores": [["3", 0.9]]}}, '{"view": "4"}', {"view": "4"}),
    ],
)
def test_a_shell_judges_too(
    network: Network,
    sent: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: Any,
    given: str,
    read: Any,
) -> None:
    monkeypatch.setenv("ATRIUM_URL", network.url)
    monkeypatch.setenv("ATRIUM_TOKEN", "atr_test")
    network.on("GET", "/api/v1/predictions/q1", {**PREDICTION, "answer": answer})
    assert main(["flag", "http://x/t/team/predictions/q1", "wrong", "Look again.", "--correction", given]) == 0
    assert capsys.readouterr().out == "Flagged as wrong: http://x/t1\n"
    assert (sent[0]["correction"], sent[0]["message"], sent[0]["marks"]) == (read, "Look again.", [])
