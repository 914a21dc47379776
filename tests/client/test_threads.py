"""The inbox as a notebook reads and answers it."""

import sys
from pathlib import Path
from typing import Any

import pytest

from atrium_client import Atrium, AtriumError, Project, Thread
from tests.client.network import PROJECT, Answer, Network, Request
from tests.client.test_endpoints import PREDICTION

FLAG = {
    "id": "f1", "verdict": "wrong", "correction": {"view": "A2C"}, "message": "<b>The ventricle</b> is hidden",
    "marks": [{"kind": "point", "points": [[0.5, 0.5]]}], "reviewer": {"name": "Dana"}, "prediction": "q1",
    "created_at": "2026-11-25T10:00:00Z",
}  # fmt: skip
THREAD = {
    "id": "t1", "status": "open", "project": "p1", "endpoint": {"id": "e1", "name": "views"}, "assignee": None,
    "resolved_by_version": None, "flags": [FLAG],
    "prediction": PREDICTION, "messages": [], "created_at": "2026-11-25T10:00:00Z",
    "updated_at": "2026-11-25T10:00:00Z", "url": "http://x/t1",
}  # fmt: skip


@pytest.fixture
def project(atrium: Atrium, network: Network) -> Project:
    network.on("GET", "/api/v1/projects/p1/threads", {"results": [THREAD], "next": None})
    return Project(PROJECT, atrium._connection)


def test_a_thread_has_everything_to_act_on(project: Project, network: Network) -> None:
    (thread,) = project.inbox(status="open")
    assert (thread.flag.verdict, thread.flag.reviewer, thread.flag.correction) == ("wrong", "Dana", {"view": "A2C"})
    assert thread.prediction is not None
    assert str(thread.prediction["view"]) == "A4C 0.93, A2C 0.07"
    assert network.requests[0].query == "status=open"


def test_threads_are_chosen_by_what_is_said_and_by_what_they_are(project: Project, network: Network) -> None:
    found = project.threads(search="marker -wire", verdict="wrong", assignee="none")
    assert [thread.id for thread in found] == ["t1"]
    assert network.requests[0].query == "assignee=none&search=marker+-wire&verdict=wrong"
    assert "all threads, assignee none, search marker -wire" in repr(found)


def test_an_inbox_is_looked_into_at_a_place(project: Project) -> None:
    inbox = project.inbox()
    assert inbox[0].id == "t1"
    with pytest.raises(IndexError, match="has no thread at 1"):
        inbox[1]
    assert f'href="{inbox.url}"' in inbox._repr_html_()
    assert "open threads" in inbox._repr_html_()


def test_the_newest_flag_speaks(atrium: Atrium) -> None:
    later = {**FLAG, "id": "f2", "verdict": "right", "created_at": "2026-11-25T11:00:00.5Z"}
    assert Thread({**THREAD, "flags": [later, FLAG]}, atrium._connection).flag.id == "f2"


def test_replying_and_resolving(project: Project, network: Network) -> None:
    sent: list[Any] = []

    def keep(body: Any) -> Any:
        def handler(request: Request) -> Answer:
            sent.append(request.json())
            return Answer(200, body)

        return handler

    message = {"id": "m1", "author": {"name": "Alice"}, "body": "Fixed in v3", "internal": False, "created_at": None}
    network.on("POST", "/api/v1/threads/t1/messages", keep(message))
    network.on("GET", "/api/v1/threads/t1", {**THREAD, "messages": [message]})
    network.on("PATCH", "/api/v1/threads/t1", keep({**THREAD, "status": "resolved"}))
    (thread,) = project.inbox()
    assert [str(item) for item in thread.reply("Fixed in v3").messages] == ["Alice: Fixed in v3"]
    assert thread.resolve().status == "resolved"
    assert sent == [{"body": "Fixed in v3", "internal": False}, {"status": "resolved"}]


def test_a_download_is_whole_or_absent(project: Project, network: Network, tmp_path: Path) -> None:
    network.on("GET", "/api/v1/projects/p1/threads/export", lambda _: Answer(200, b"PK\x03\x04zip"))
    path = project.inbox().download(f"{tmp_path}/flags/", format="zip")
    assert (path, path.read_bytes()) == (tmp_path / "flags" / "echo-views-threads.zip", b"PK\x03\x04zip")
    network.on("GET", "/api/v1/projects/p1/threads/export", lambda _: Answer(403, {"code": "not_permitted"}))
    with pytest.raises(AtriumError):
        project.inbox().download(tmp_path / "other.zip")
    assert [item.name for item in tmp_path.iterdir() if "other" in item.name] == []


def test_without_pandas_the_command_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(AtriumError, match="pip install pandas"):
        project.inbox().to_pandas()


def test_a_row_is_flat(project: Project) -> None:
    (thread,) = project.inbox()
    row = thread.row()
    assert (row["verdict"], row["version"], row["endpoint"], row["marks"]) == ("wrong", "views v3", "views", 1)
    assert (row["endpoint_id"], row["assignee"], row["resolved_by"]) == ("e1", None, None)


def test_who_looks_after_it_and_what_resolved_it_have_names(atrium: Atrium) -> None:
    version = {"id": "v4", "number": 4, "model_name": "views"}
    thread = Thread(
        {**THREAD, "assignee": {"id": "m1", "name": "Alice"}, "resolved_by_version": version}, atrium._connection
    )
    assert (thread.endpoint.id, str(thread.endpoint)) == ("e1", "views")
    assert thread.assignee is not None
    assert (thread.assignee.id, thread.assignee.name, str(thread.resolved_by)) == ("m1", "Alice", "views v4")


def test_a_thread_is_found_by_its_id_or_its_page(atrium: Atrium, network: Network) -> None:
    network.on("GET", "/api/v1/threads/t1", THREAD)
    assert {atrium.thread("t1").id, atrium.thread("http://x/t/team/echo/inbox/t1/").id} == {"t1"}


def test_a_frame_has_a_line_for_each_thread(project: Project) -> None:
    frame = project.inbox().to_pandas()
    assert frame["verdict"].tolist() == ["wrong"]
    assert frame["marks"].tolist() == [1]


def test_an_empty_inbox_has_the_columns_too(project: Project, network: Network) -> None:
    network.on("GET", "/api/v1/projects/p1/threads", {"results": [], "next": None})
    assert list(project.inbox().to_pandas().columns) == list(Thread(THREAD, project._connection).row())


def test_many_are_changed_by_what_they_are(project: Project, network: Network) -> None:
    label = {"id": "l1", "name": "Artefact", "colour": "teal"}
    network.on("GET", "/api/v1/projects/p1/labels", {"results": [label], "next": None})
    sent: list[Any] = []

    def many(request: Request) -> Answer:
        sent.append(request.json())
        return Answer(200, {"act": "label", "changed": 3, "unchanged": 1, "change": "c1"})

    network.on("POST", "/api/v1/projects/p1/threads/many", many)
    done = project.change_cases("label", project.label("artefact"), status="open", verdict="wrong")
    assert (done["changed"], done["change"]) == (3, "c1")
    assert sent == [{"act": "label", "value": "l1", "filters": {"status": "open", "verdict": "wrong"}}]
    with pytest.raises(AtriumError, match="create=True"):
        project.label("Device")
