"""`atrium label`, `suite`, `webhook` and `quarantine`, run as a shell runs them."""

import json
from pathlib import Path
from typing import Any

import pytest

from atrium_client.command import main
from tests.client.network import PROJECT, Answer, Network, Request
from tests.client.test_threads import THREAD

LABELS = [{"id": "l1", "name": "Artefact"}, {"id": "l2", "name": "Device"}]
HOOK = {
    "id": "h1", "url": "https://example.org/told", "events": ["flag.created"], "note": "", "is_on": True,
    "off_because": "", "page": "http://x/h1",
}  # fmt: skip
HELD = {
    "id": "k1", "endpoint": "e1", "input": "study", "state": "held", "reasons": ["Text stands in the pixels."],
    "boxes": [{"x": 0.1, "y": 0.0, "w": 0.5, "h": 0.1}], "frame": 2, "frames": 3, "ends_at": "2026-11-28T10:00:00Z",
}  # fmt: skip
VERSION = {"id": "v3", "model": "m1", "model_name": "views", "number": 3, "state": "ready", "project": "p1"}
REPORT = {
    "version": VERSION, "state": "finished", "passes": False, "counts": {"passed": 4, "failed": 1, "running": 0},
    "results": [], "url": "http://x/report",
}  # fmt: skip


@pytest.fixture(autouse=True)
def logged_in(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATRIUM_URL", network.url)
    monkeypatch.setenv("ATRIUM_TOKEN", "atr_test")
    network.on("GET", "/api/v1/projects", {"results": [PROJECT], "next": None})
    network.on("GET", "/api/v1/threads/t1", THREAD)
    for path, found in (("labels", LABELS), ("webhooks", [HOOK]), ("quarantine", [HELD])):
        network.on("GET", f"/api/v1/projects/p1/{path}", {"results": found, "next": None})


def sent(network: Network, method: str, path: str, answer: Any, status: int = 200) -> list[Any]:
    """What is sent there from now on."""
    bodies: list[Any] = []

    def handle(request: Request) -> Answer:
        bodies.append(request.json() if request.length else None)
        return Answer(status, answer)

    network.on(method, f"/api/v1/{path}", handle)
    return bodies


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out.strip()


def test_labels_are_listed_made_and_given_by_their_names(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "label", "list", "echo-views").splitlines() == ["Artefact", "Device"]
    made = sent(network, "POST", "projects/p1/labels", {"id": "l3", "name": "New"})
    assert "“New”" in ran(capsys, "label", "make", "echo-views", "New", "--colour", "teal")
    assert made == [{"name": "New", "colour": "teal"}]
    given = sent(network, "PATCH", "threads/t1", THREAD | {"labels": LABELS[:1]})
    assert "It has Artefact" in ran(capsys, "label", "set", "t1", "artefact")
    assert given == [{"labels": ["l1"]}]
    assert main(["label", "set", "t1", "Nowhere"]) == 4
    assert "There is no label “Nowhere”" in capsys.readouterr().err


def test_a_version_runs_its_suite(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    models = [{"name": "views", "versions": [VERSION]}]
    network.on("GET", "/api/v1/projects/p1/models", {"results": models, "next": None})
    network.on("GET", "/api/v1/versions/v3", VERSION)
    suite = {"model": "m1", "refuses": False, "cases": [{"id": "c1", "url": "http://x/c1"}], "url": "http://x/suite"}
    network.on("GET", "/api/v1/models/m1/suite", suite)
    assert ran(capsys, "suite", "show", "echo-views", "views") == "c1  http://x/c1"
    added = sent(network, "POST", "models/m1/suite/cases", suite)
    assert "1 case:" in ran(capsys, "suite", "add", "echo-views", "views", "--thread", "t1")
    assert added == [{"predictions": ["q1"]}]
    sent(network, "POST", "versions/v3/suite-report", REPORT)
    assert ran(capsys, "suite", "run", "echo-views", "views") == (
        "views v3 does not pass: 4 passed, 1 failed  http://x/report"
    )


def test_webhooks(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "webhook", "list", "echo-views") == "on   https://example.org/told  flag.created"
    made = sent(network, "POST", "projects/p1/webhooks", HOOK | {"secret": "whsec_x"}, 201)
    assert ran(capsys, "webhook", "make", "echo-views", "https://example.org/told", "flag.created").startswith(
        "whsec_x\n"
    )
    assert made == [{"url": "https://example.org/told", "events": ["flag.created"], "note": ""}]
    switched = sent(network, "PATCH", "webhooks/h1", HOOK | {"is_on": False})
    assert "is off" in ran(capsys, "webhook", "off", "echo-views", "https://example.org/told")
    assert switched == [{"is_on": False}]
    log = [{"created_at": "2026-11-26", "event": "flag.created", "state": "failed", "problem": "It answered 500."}]
    network.on("GET", "/api/v1/webhooks/h1/deliveries", {"results": log, "next": None})
    assert "It answered 500." in ran(capsys, "webhook", "log", "echo-views", "h1")
    assert main(["webhook", "test", "echo-views", "https://example.org/other"]) == 4


def test_what_is_kept_aside_is_looked_at_and_covered(
    network: Network, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (told,) = json.loads(ran(capsys, "quarantine", "list", "echo-views", "--json"))
    assert (told["id"], told["reasons"]) == ("k1", "Text stands in the pixels.")
    covered = sent(network, "POST", "quarantine/k1/cover", HELD | {"state": "ready", "reasons": [], "boxes": []})
    assert "can go on" in ran(capsys, "quarantine", "cover", "echo-views", "k1")
    ran(capsys, "quarantine", "cover", "echo-views", "k1", "--box", "0", "0", "1", "0.2")
    assert covered == [{"boxes": HELD["boxes"]}, {"boxes": [{"x": 0, "y": 0, "w": 1, "h": 0.2}]}]
    sent(network, "POST", "quarantine/k1/release", HELD | {"state": "ready"})
    assert "Released" in ran(capsys, "quarantine", "release", "echo-views", "k1")
    assert main(["quarantine", "delete", "echo-views", "k2"]) == 4


def test_a_view_of_the_inbox_is_named(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    network.on("GET", "/api/v1/projects/p1/views", {"results": [{"id": "w1", "name": "Mine"}], "next": None})
    network.on("GET", "/api/v1/projects/p1/threads", {"results": [THREAD], "next": None})
    assert ran(capsys, "views", "echo-views") == "Mine"
    assert "http://x/t1" in ran(capsys, "inbox", "echo-views", "--view", "Mine")
    assert network.requests[-1].query == "view=w1"
    ran(capsys, "inbox", "echo-views", "--label", "device")
    assert network.requests[-1].query == "status=open&label=l2"
