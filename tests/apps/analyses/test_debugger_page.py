"""The debugger's page: what it begins with, what it says where nothing can be asked, and to whom it is not there."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from apps.datasets.models import DatasetVersion
from apps.users.models import User
from atrium.access.principals import Member, Role
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Column, Kind
from gpu_workers.protocol.datasets import Role as ColumnRole
from infra.dev import frontend
from tests.people import Lab
from tests.services import FOLDER
from tests.tables import COLUMNS, ready_table, saved_of

from .tables import Asked

STATE = re.compile(r'<script id="debugger-state" type="application/json">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """The page names its script as the build does."""
    if not frontend.is_built():
        frontend.build(FOLDER / "log" / "frontend.log")


def opened(member: Member, address: str) -> tuple[int, str]:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=member.user_id))
    answer = client.get(address)
    return answer.status_code, answer.content.decode()


def state_in(page: str) -> dict[str, Any]:
    found = STATE.search(page)
    assert found is not None, page
    state: dict[str, Any] = json.loads(found[1])
    return state


def test_it_begins_with_all_that_the_component_needs(asked: Asked) -> None:
    saved = saved_of(asked.lab.alice, asked.version)
    second = ready_table(asked.lab.alice, asked.lab.project, "rows", columns=COLUMNS[:4])
    ready_table(asked.lab.alice, asked.lab.project, "later", state="reading")
    status, page = opened(asked.lab.alice, asked.debugger)
    assert (status, '<div id="debugger" data-component="debugger">' in page) == (200, True)
    state, base = state_in(page), asked.debugger
    assert state["dataset"] == {"id": str(asked.version.dataset_id), "name": "rows"}
    assert state["version"] == {"id": str(asked.version.pk), "number": 1, "url": base, "rows": 4}
    assert [(each["id"], each["url"]) for each in state["versions"]] == [
        (str(second.pk), base.replace("/v1/", "/v2/")),
        (str(asked.version.pk), base),
    ]
    assert state["datasets"] == [{"name": "rows", "url": base.replace("/v1/", "/v2/")}]
    assert state["columns"][2] == {"name": "p", "kind": "number", "role": "probability", "model": "reader"}
    assert (state["team"], state["role"], state["can_save"]) == (asked.lab.team.slug, "owner", True)
    assert state["question"] is None
    [kept], [analysis] = state["slices"], state["saved"]
    assert (kept["name"], kept["author"], kept["where"]) == ("Old", "Alice", {"column": "age", "low": 60})
    assert kept["url"] == f"{base}slices/{saved.slice_id}"
    assert (analysis["name"], analysis["url"]) == ("Night", f"{base}?analysis={saved.analysis_id}")
    assert state["urls"]["answer"] == f"{base}answers/{{id}}"
    of_answers, of_rows = {"ask", "answer", "cancel", "export", "dataset"}, {"pictures", "cases"}
    assert set(state["urls"]) == of_answers | of_rows | {"slices", "saved", "endpoints"}


def test_a_link_opens_what_was_saved_also_for_viewers(asked: Asked) -> None:
    saved = saved_of(asked.lab.alice, asked.version)
    vera = asked.lab.member("Vera", Role.VIEWER)
    status, page = opened(vera, f"{asked.debugger}?analysis={saved.analysis_id}")
    state = state_in(page)
    assert (status, state["question"], state["can_save"], state["role"]) == (200, {"type": "view"}, False, "viewer")
    assert opened(vera, f"{asked.debugger}?analysis={saved.slice_id}")[0] == 404
    assert opened(vera, f"{asked.debugger}?analysis=none")[0] == 400


@pytest.mark.parametrize(
    ("columns", "says", "not_says"),
    [
        (COLUMNS[:2], "prediction or probability", "the label"),
        (COLUMNS[2:], "the label", "prediction or probability"),
        ((Column("age", Kind.NUMBER, ColumnRole.FEATURE),), "and none for", "cannot be asked"),
    ],
)
def test_it_says_which_roles_are_missing(lab: Lab, columns: Any, says: str, not_says: str) -> None:
    ready_table(lab.alice, lab.project, "rows", columns=columns)
    address = f"/t/{lab.team.slug}/{lab.project.slug}/datasets/rows/v1/"
    status, page = opened(lab.alice, f"{address}debugger/")
    assert (status, says in page, not_says in page) == (200, True, False)
    assert f'href="{address}#columns"' in page
    assert (f'href="{address}run/"' in page) == ("prediction or probability" in page)
    assert "debugger-state" not in page


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (DatasetVersion.State.UPLOADING, "has not arrived yet"),
        (DatasetVersion.State.READING, "is being read"),
        (DatasetVersion.State.REJECTED, "Row 7 has nine columns."),
        (DatasetVersion.State.FAILED, "failed on our side"),
    ],
)
def test_it_says_why_a_version_cannot_be_asked(asked: Asked, state: str, says: str) -> None:
    with team_context(asked.lab.alice):
        DatasetVersion.objects.filter(pk=asked.version.pk).update(state=state, reason="Row 7 has nine columns.")
    status, page = opened(asked.lab.alice, asked.debugger)
    assert (status, says in page, "debugger-state" in page) == (200, True, False)


def test_strangers_find_nothing(asked: Asked, other_lab: Lab) -> None:
    assert opened(other_lab.alice, asked.debugger)[0] == 404
    assert opened(asked.lab.alice, asked.debugger)[0] == 200
    assert opened(asked.lab.alice, asked.debugger.replace("/v1/", "/v2/"))[0] == 404
    assert Client().get(asked.debugger)["Location"].startswith("/accounts/login/")


def test_it_is_found_by_the_versions_id_alone(asked: Asked, other_lab: Lab) -> None:
    alice, base = asked.lab.alice, asked.debugger.partition("/datasets/")[0]
    client = Client()
    client.force_login(User.objects.get(pk=alice.user_id))
    found = client.get(f"{base}/datasets/versions/{asked.version.pk}/debugger/")
    assert (found.status_code, found["Location"]) == (303, asked.debugger)
    elsewhere = ready_table(other_lab.alice, other_lab.project, "theirs")
    assert client.get(f"{base}/datasets/versions/{elsewhere.pk}/debugger/").status_code == 404
