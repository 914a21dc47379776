"""Asking to delete: who may, the name to type, what is shut at once, the progress, and going on after a cut."""

from uuid import UUID

import pytest
from django.test import Client

from apps.endpoints.models import Prediction
from apps.home import chores, deletion
from apps.home.deletion import ask_project_deletion, deletions_of
from apps.home.views import team as team_page
from apps.projects.models import Project
from apps.projects.services import create_project
from apps.sharing.models import Link
from apps.teams.models import Membership, Team
from apps.teams.services import change_role
from apps.teams.tokens import create_token
from apps.users.models import User
from atrium.access.door import token_for
from atrium.access.principals import Member, Role, Scope
from atrium.audit.models import Event
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from tests.people import Lab


def browser(user_id: UUID) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user_id))
    return client


def url_of(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/{lab.project.slug}/settings/"


def test_an_admin_sets_how_long_predictions_are_kept(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    alice = browser(lab.alice.user_id)
    assert alice.post(f"{url_of(lab)}retention", {"days": "30"}).status_code == 303
    with team_context(lab.alice):
        assert Project.objects.get().retention_days == 30
        assert Event.objects.get(what="project.changed_retention").data == {"days": 30}
    assert 'value="30"' in alice.get(url_of(lab)).content.decode()
    for wrong in ("0", "4000", "x", ""):
        assert alice.post(f"{url_of(lab)}retention", {"days": wrong}).status_code == 400
    page = browser(bob.user_id).get(url_of(lab)).content.decode()
    assert "kept for 30 days" in page
    assert "Alice can change it" in page
    assert browser(bob.user_id).post(f"{url_of(lab)}retention", {"days": "1"}).status_code == 403
    assert (
        browser(lab.member("Ada", Role.ADMIN).user_id).post(f"{url_of(lab)}retention", {"days": "7"}).status_code == 303
    )


def test_a_project_is_hidden_at_once_and_goes_by_a_chore(lab: Lab) -> None:
    link_id, _ = lab.link()
    lab.prediction(lab.alice)
    alice = browser(lab.alice.user_id)
    answer = alice.post(f"{url_of(lab)}delete", {"name": "films"})
    assert answer.status_code == 400
    assert "Type “Films” to delete it." in answer.content.decode()
    assert alice.post(f"{url_of(lab)}delete", {"name": "Films"}).status_code == 303
    assert alice.get(url_of(lab)).status_code == 404
    page = alice.get(f"/t/{lab.team.slug}/").content.decode()
    assert "Deleting Films, 0 of 1 prediction" in page
    assert f'href="/t/{lab.team.slug}/{lab.project.slug}/"' not in page
    with team_context(lab.alice):
        assert Link.objects.get(pk=link_id).revoked_at is not None
    create_project(lab.alice, name="Films")  # the address is free again
    chores.delete(str(lab.team.pk))
    with team_context(lab.alice):
        assert [project.name for project in Project.everywhere.all()] == ["Films"]
        assert not Prediction.objects.exists()
        assert deletions_of(lab.alice) == []


def test_a_deletion_that_was_cut_off_goes_on(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        lab.prediction(lab.alice)
    monkeypatch.setattr(deletion, "BATCH", 2)
    ask_project_deletion(lab.alice, lab.project.pk, typed="Films")
    with monkeypatch.context() as cut:
        cut.setattr(deletion, "remove", lambda artifacts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            chores.delete(str(lab.team.pk))
    with team_context(lab.alice):
        assert [(step.done, step.total) for step in deletions_of(lab.alice)] == [(5, 5)]
    chores.sweep(0)
    with team_context(lab.alice):
        assert not Project.everywhere.exists()
        assert Event.objects.filter(what="project.deleted").count() == 1


def test_only_an_owner_deletes_the_team(lab: Lab) -> None:
    ada, url = lab.member("Ada", Role.ADMIN), f"/t/{lab.team.slug}/settings/deletion/"
    _, secret = create_token(lab.alice, name="t", scopes=frozenset(Scope))
    alice = browser(lab.alice.user_id)
    assert browser(ada.user_id).get(url).status_code == 403
    assert browser(ada.user_id).post(url, {"name": "Lab"}).status_code == 403
    assert alice.post(url, {"name": "lab"}).status_code == 400
    assert alice.post(url, {"name": "Lab"}).status_code == 303
    assert browser(ada.user_id).get(f"/t/{lab.team.slug}/").status_code == 404
    with pytest.raises(Problem, match="unknown, expired or revoked"):
        token_for(secret)
    assert "Deleting Lab" in alice.get(f"/t/{lab.team.slug}/").content.decode()
    assert alice.post(url, {"name": "Lab"}).status_code == 400
    chores.delete(str(lab.team.pk))
    assert alice.get(f"/t/{lab.team.slug}/").status_code == 404
    with team_context(lab.alice):
        assert not Team.objects.exists()
        assert Event.objects.filter(what="team.deleted", user_id=None).count() == 1


def test_the_only_owner_keeps_the_account_until_the_team_is_handed_over(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    alice, address = browser(lab.alice.user_id), User.objects.get(pk=lab.alice.user_id).email
    refused = alice.post("/account/delete/", {"name": address})
    assert refused.status_code == 400
    assert "only owner of Lab" in refused.content.decode()
    change_role(lab.alice, bob.membership_id, role=Role.OWNER)
    assert alice.post("/account/delete/", {"name": "someone@example.org"}).status_code == 400
    assert "closed" in alice.post("/account/delete/", {"name": address}).content.decode()
    assert alice.get("/account/").status_code == 302
    assert not Client().login(email=address, password="correct horse battery")
    heir = Member(bob.user_id, bob.team_id, bob.membership_id, Role.OWNER, bob.name)
    with team_context(heir):
        assert Membership.objects.count() == 1
    chores.forget_account(str(lab.alice.user_id))
    chores.forget_account(str(lab.alice.user_id))  # a repeat does nothing
    assert not User.objects.filter(pk=lab.alice.user_id).exists()


def test_a_team_that_goes_while_its_page_is_made_is_not_found(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(member: Member) -> None:
        Membership.objects.all().delete()
        raise Team.DoesNotExist

    monkeypatch.setattr(team_page, "deletions_of", gone)
    assert browser(lab.alice.user_id).get(f"/t/{lab.team.slug}/").status_code == 404
