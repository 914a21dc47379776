"""Every act that somebody may ask about later is one audit row: who did what, to what."""

import pytest
from django.test import Client

from apps.endpoints.predictions import keep
from apps.endpoints.services import promote, rename_endpoint
from apps.feedback.services import assign, flag_prediction, set_status, write_message
from apps.projects.services import change_project, create_project, delete_project
from apps.registry.services import change_version, download_version
from apps.sharing.services import arrive, revoke_link
from apps.teams.services import change_role, invite, remove_member
from apps.users.models import User
from atrium.access.principals import Role, Scope
from atrium.audit.models import AccountEvent, Event
from atrium.tenancy.context import team_context
from tests.people import PASSWORD, Lab, ready_version
from tests.schema import Api


def rows(lab: Lab, what: str) -> list[Event]:
    with team_context(lab.alice):
        return list(Event.objects.filter(what=what).order_by("id"))


def test_an_open_is_one_row_however_often(lab: Lab) -> None:
    dana = lab.guest()
    arrive(dana)
    arrive(dana)
    [opened] = rows(lab, "link.opened")
    assert (opened.who, opened.who_id, opened.data["link"]) == ("guest", dana.guest_id, str(dana.grant.link_id))


def test_looking_at_a_link_writes_nothing(lab: Lab) -> None:
    _, secret = lab.link()
    client = Client()
    page = client.get(f"/l/{secret}").headers["Location"]
    assert client.get(page).status_code == 200
    assert rows(lab, "link.opened") == []


def test_a_kept_attempt_is_one_row(lab: Lab) -> None:
    dana = lab.guest()
    draft = lab.prediction(dana, kept=False)
    keep(dana, draft.pk)
    keep(dana, draft.pk)
    [kept] = rows(lab, "prediction.kept")
    assert (kept.who_id, kept.subject_id) == (dana.guest_id, draft.pk)


def test_a_flag_and_what_follows(lab: Lab) -> None:
    dana, bob = lab.guest(), lab.member("Bob", Role.MEMBER)
    flag = flag_prediction(dana, lab.prediction(dana).pk, verdict="wrong", message="free words")
    write_message(bob, flag.thread_id, body="more free words")
    assign(bob, flag.thread_id, bob.membership_id)
    set_status(bob, flag.thread_id, "resolved")
    set_status(bob, flag.thread_id, "open")
    for what, who in (
        ("prediction.flagged", "guest"),
        ("thread.wrote", "member"),
        ("thread.assigned", "member"),
        ("thread.resolved", "member"),
        ("thread.reopened", "member"),
    ):
        [row] = rows(lab, what)
        assert row.who == who
        assert "free words" not in str(row.data)


def test_downloads(lab: Lab) -> None:
    download_version(lab.alice, lab.version.pk)
    for format in ("csv", "zip"):
        Api(lab.token(Scope.FEEDBACK_READ)).get(f"projects/{lab.project.pk}/threads/export?format={format}")
    assert len(rows(lab, "version.downloaded")) == 1
    assert [row.data["format"] for row in rows(lab, "feedback.exported")] == ["csv", "zip"]
    assert {row.who for row in rows(lab, "feedback.exported")} == {"token"}


def test_changes_of_rights(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    change_role(lab.alice, bob.membership_id, role=Role.ADMIN)
    invite(lab.alice, email="grace@example.org", role=Role.VIEWER)
    remove_member(lab.alice, bob.membership_id)
    link_id, _ = lab.link()
    revoke_link(lab.alice, link_id)
    revoke_link(lab.alice, link_id)
    lab.token()
    for what in ("member.changed_role", "member.invited", "member.removed", "link.created", "link.revoked"):
        assert len(rows(lab, what)) == 1, what
    assert len(rows(lab, "token.created")) == 1
    assert "grace" not in str([row.data for row in rows(lab, "member.invited")])


def test_what_is_served(lab: Lab) -> None:
    version = ready_version(lab.alice, lab.project, "reader")
    promote(lab.alice, lab.endpoint.pk, version.pk)
    rename_endpoint(lab.alice, lab.endpoint.pk, name="Another")
    change_version(lab.alice, version.pk, notes="x")
    project = create_project(lab.alice, name="Short")
    change_project(lab.alice, project.pk, name="Shorter")
    delete_project(lab.alice, project.pk)
    [promoted] = rows(lab, "endpoint.promoted")
    assert promoted.data == {"before": str(lab.version.pk), "version": str(version.pk)}
    for what in ("endpoint.renamed", "version.changed", "project.changed", "project.deleted"):
        assert len(rows(lab, what)) == 1, what


def test_a_refused_act_leaves_no_row(lab: Lab) -> None:
    vera = lab.member("Vera", Role.VIEWER)
    before = rows(lab, "project.created")
    with pytest.raises(Exception, match="not_permitted"):
        create_project(vera, name="Hers")
    assert rows(lab, "project.created") == before


def test_a_sign_in_is_a_row_of_the_account(lab: Lab) -> None:
    user = User.objects.get(pk=lab.alice.user_id)
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": "not it"})
    assert not AccountEvent.objects.filter(user_id=user.pk).exists()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/logout/")
    events = AccountEvent.objects.filter(user_id=user.pk).order_by("id")
    assert [event.what for event in events] == ["account.signed_in", "account.signed_out"]
