"""`atrium label`, `suite`, `webhook`, `quarantine`, `example`, `link` and `comparison`, run as a shell runs them."""

import json
from pathlib import Path
from typing import Any

import pytest

from atrium_client.command import main
from tests.client.network import PROJECT, Answer, Network, Request
from tests.client.test_endpoints import FORM
from tests.client.test_examples import BLACK, WHITE
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
LINK = {
    "id": "i1", "role": "review", "label": "Ward", "state": "open", "embed": [], "expires_at": "2026-12-24T10:00:00Z",
}  # fmt: skip
SAID = [{"differs": []}, {"differs": ["view"]}]
COMPARED = {
    "id": "c1", "name": "views v1 against v3", "blind": False, "closed": False, "url": "http://x/c1",
    "versions": [VERSION | {"id": "v1", "number": 1}, VERSION], "cases": [{"title": "Case 1", "answers": SAID}],
    "progress": {"answered": 2, "failed": 0, "waiting": 0},
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
    changed = sent(network, "PATCH", "models/m1/suite", suite | {"refuses": True})
    assert "does not pass is not promoted" in ran(capsys, "suite", "refuse", "echo-views", "views", "on")
    assert changed == [{"refuses": True}]
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


def test_examples(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    network.on("GET", "/api/v1/projects/p1/endpoints", {"results": [FORM], "next": None})
    network.on("GET", "/api/v1/endpoints/e1/examples", {"results": [WHITE, BLACK], "next": None})
    listed = ["1  x1  All black", "2  x2  without a title"]
    assert ran(capsys, "example", "list", "echo-views", "views").splitlines() == listed
    changed = sent(network, "PATCH", "examples/x1", BLACK)
    ran(capsys, "example", "rename", "echo-views", "views", "All black", "Nothing to see")
    assert ran(capsys, "example", "move", "echo-views", "views", "x1", "2").splitlines() == listed
    assert changed == [{"title": "Nothing to see"}, {"position": 1}]
    gone = sent(network, "DELETE", "examples/x2", None, 204)
    told = json.loads(ran(capsys, "example", "remove", "echo-views", "views", "x2", "--json"))
    assert (len(gone), [each["id"] for each in told]) == (1, ["x1", "x2"])
    assert main(["example", "remove", "echo-views", "views", "No such"]) == 4
    assert "atrium example list" in capsys.readouterr().err


def test_links_are_shown_elsewhere_and_revoked(network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    network.on("GET", "/api/v1/projects/p1/endpoints", {"results": [FORM], "next": None})
    over = LINK | {"id": "i2", "state": "revoked"}
    network.on("GET", "/api/v1/endpoints/e1/links", {"results": [LINK, over], "next": None})
    assert ran(capsys, "link", "list", "echo-views", "views").splitlines()[1] == "i2  review  revoked  Ward"
    changed = sent(network, "PATCH", "links/i1", LINK | {"embed": ["https://clinic.example"]})
    told = ran(capsys, "link", "show-on", "echo-views", "views", "Ward", "https://clinic.example")
    assert told == "i1  review  until 2026-12-24  Ward  shown on https://clinic.example"
    ran(capsys, "link", "show-on", "echo-views", "views", "i1")
    assert changed == [{"embed": ["https://clinic.example"]}, {"embed": []}]
    revoked = sent(network, "DELETE", "links/i1", None, 204)
    assert "revoked" in ran(capsys, "link", "revoke", "echo-views", "views", "Ward")
    assert len(revoked) == 1


def test_versions_are_compared(network: Network, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    network.on("GET", "/api/v1/projects/p1/endpoints", {"results": [FORM], "next": None})
    versions = [VERSION | {"id": "v1", "number": 1}, VERSION]
    models = [{"name": "views", "versions": versions}]
    network.on("GET", "/api/v1/projects/p1/models", {"results": models, "next": None})
    for version in versions:
        network.on("GET", f"/api/v1/versions/{version['id']}", version)
    made = sent(network, "POST", "endpoints/e1/comparisons", COMPARED, 201)
    told = ran(capsys, "comparison", "make", "echo-views", "views", "1", "views:3", "--case", "inbox", "--blind")
    assert told.splitlines() == [
        "views v1 against v3 is done: 2 answers, 0 failed, 1 case apart  http://x/c1", "  Case 1: views v3 in view",
    ]  # fmt: skip
    assert (made[0]["versions"], made[0]["sources"], made[0]["blind"]) == (["v1", "v3"], ["inbox"], True)
    assert main(["comparison", "make", "echo-views", "views", "1", "newest"]) == 5
    assert "“newest” is no version" in capsys.readouterr().err
    network.on("GET", "/api/v1/comparisons/c1", COMPARED)
    changed = sent(network, "PATCH", "comparisons/c1", COMPARED | {"closed": True})
    told = ran(capsys, "comparison", "close", "http://x/t/team/echo/endpoints/views/comparisons/c1/", "--json")
    assert (json.loads(told)["closed"], changed) == (True, [{"closed": True}])
    network.on("GET", "/api/v1/comparisons/c1/readings", lambda _: Answer(200, b"reader,case"))
    assert "Written to" in ran(capsys, "comparison", "readings", "c1", "-o", str(tmp_path / "readings.csv"))
    assert (tmp_path / "readings.csv").read_bytes() == b"reader,case"
