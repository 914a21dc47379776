"""The audit: filters that a page and the API read alike, and a table to take away in which no cell is a formula."""

import csv
import io

import pytest
from django.test import Client

from apps.home.audit import Filters, events_of, projects_of
from apps.projects.services import change_project, create_project, delete_project
from apps.users.models import User
from atrium.access.principals import Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.people import Lab


@pytest.fixture
def alice(lab: Lab) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=lab.alice.user_id))
    return client


def api(lab: Lab, query: str) -> tuple[int, list[dict[str, str]]]:
    answer = Client(headers={"Authorization": f"Bearer {lab.token()}"}).get(f"/api/v1/audit{query}")
    return answer.status_code, answer.json().get("results", [])


def test_the_page_and_the_api_take_the_same_filters(lab: Lab, alice: Client) -> None:
    ada = lab.member("Ada", Role.ADMIN)
    other = create_project(ada, name="Sounds")
    page = f"/t/{lab.team.slug}/settings/audit/"
    with team_context(lab.alice):
        [made] = Event.objects.filter(project_id=other.pk)
        today = made.at.date()
    for query, whats in {
        f"?project={other.pk}": {"project.created"},
        f"?who={ada.user_id}": {"project.created"},
        "?what=endpoint.created": {"endpoint.created"},
        "?kind=endpoint": {"endpoint.created"},
        f"?project={other.pk}&until={today}": {"project.created"},
        f"?project={other.pk}&since={today.replace(year=today.year + 1)}": set(),
        "?until=9999-12-31&what=team.created": {"team.created"},
    }.items():
        status, found = api(lab, query)
        assert (status, {event["what"] for event in found}) == (200, whats), query
        shown = alice.get(page + query).content.decode()
        assert all(f"<code>{what}</code>" in shown for what in whats), query
        assert ("No such events" in shown) == (not whats), query
    for wrong in ("?project=x", "?who=x", "?kind=x", "?what=x", "?since=x", "?until=2026-02-30"):
        assert api(lab, wrong)[0] == 400, wrong
        assert alice.get(page + wrong).status_code == 400, wrong


def test_a_project_that_is_gone_can_still_be_chosen(lab: Lab) -> None:
    sounds = create_project(lab.alice, name="Sounds")
    delete_project(lab.alice, sounds.pk)
    with team_context(lab.alice):
        films, gone = projects_of(lab.alice)
    assert films == (str(lab.project.pk), "Films")
    assert gone == (str(sounds.pk), f"deleted, {str(sounds.pk)[-8:]}")


def test_the_table_holds_the_filtered_lines_and_no_formula(lab: Lab, alice: Client) -> None:
    User.objects.filter(pk=lab.alice.user_id).update(name="=HYPERLINK(1)")
    change_project(lab.alice, lab.project.pk, name="+1+1")
    answer = alice.get(f"/t/{lab.team.slug}/settings/audit/export?project={lab.project.pk}")
    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    [head, *lines] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    with team_context(lab.alice):
        assert len(lines) == events_of(lab.alice, Filters(project=lab.project.pk)).count()
        assert Event.objects.filter(what="audit.exported").count() == 1
    assert {line[head.index("name")] for line in lines} == {"'=HYPERLINK(1)"}
    assert "'+1+1" in {line[head.index("object")] for line in lines}
    assert not [cell for line in lines for cell in line if cell[:1] in set("=+-@")]


def test_only_admins_read_it(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    client = Client()
    client.force_login(User.objects.get(pk=bob.user_id))
    for end in ("", "export"):
        assert client.get(f"/t/{lab.team.slug}/settings/audit/{end}").status_code == 403
