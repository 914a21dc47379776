"""Who belongs to a team: roles given, people invited, removed and gone, each by who may and by who may not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.teams.models import Invitation, Membership, Team
from apps.teams.services import MAILS_TO_ONE_AN_HOUR, invite
from apps.users.models import User
from atrium.access.door import system
from atrium.access.limits import GUESSES
from atrium.access.mailed import renew_secret
from atrium.access.principals import Member, Role
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.browsing import signed_in, text_of
from tests.people import Lab, join, new_person


def base(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/settings/"


def role_in_team(lab: Lab, member: Member) -> Role | None:
    with team_context(lab.alice):
        found = Membership.objects.filter(pk=member.membership_id).first()
        return None if found is None else Role(found.role)


def events(lab: Lab, what: str) -> int:
    with team_context(lab.alice):
        return Event.objects.filter(what=what).count()


def test_everybody_of_the_team_sees_who_belongs_and_only_admins_get_the_controls(lab: Lab, other_lab: Lab) -> None:
    bob, vera = lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)
    for member in (lab.alice, bob, vera):
        page = text_of(signed_in(member).get(base(lab)))
        assert all(name in page for name in ("Alice", "Bob", "Vera"))
        assert ("Invite" in page) == (member == lab.alice)
        assert ("Role of Vera" in page) == (member == lab.alice)
    assert "Alice can invite people" in page
    assert "API tokens" not in page
    assert signed_in(other_lab.alice).get(base(lab)).status_code == 404
    assert Client().get(base(lab)).status_code == 302


def test_an_admin_changes_a_role_and_a_member_may_not(lab: Lab, other_lab: Lab) -> None:
    bob, vera = lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)
    url = f"{base(lab)}members/{vera.membership_id}/role"
    assert signed_in(bob).post(url, {"role": Role.MEMBER}).status_code == 403
    assert signed_in(other_lab.alice).post(url, {"role": Role.MEMBER}).status_code == 404
    assert role_in_team(lab, vera) == Role.VIEWER
    assert signed_in(lab.alice).post(url, {"role": Role.MEMBER}).status_code == 303
    assert role_in_team(lab, vera) == Role.MEMBER
    assert events(lab, "member.changed_role") == 1


def test_an_admin_neither_makes_an_owner_nor_touches_one(lab: Lab) -> None:
    adam, bob = lab.member("Adam", Role.ADMIN), lab.member("Bob", Role.MEMBER)
    client = signed_in(adam)
    assert client.post(f"{base(lab)}members/{bob.membership_id}/role", {"role": Role.OWNER}).status_code == 403
    assert client.post(f"{base(lab)}members/{lab.alice.membership_id}/role", {"role": Role.VIEWER}).status_code == 403
    assert client.post(f"{base(lab)}members/{lab.alice.membership_id}/remove").status_code == 403
    assert client.post(f"{base(lab)}members/{bob.membership_id}/role", {"role": "king"}).status_code == 400
    assert (role_in_team(lab, bob), role_in_team(lab, lab.alice)) == (Role.MEMBER, Role.OWNER)
    assert "Owner</option>" not in text_of(client.get(base(lab)))


def test_a_removed_member_is_out_at_once_and_a_member_removes_nobody(lab: Lab) -> None:
    bob, vera = lab.member("Bob", Role.MEMBER), lab.member("Vera", Role.VIEWER)
    url = f"{base(lab)}members/{vera.membership_id}/remove"
    hers = signed_in(vera)
    assert signed_in(bob).post(url).status_code == 403
    assert hers.get(base(lab)).status_code == 200
    assert signed_in(lab.alice).post(url).status_code == 303
    assert hers.get(base(lab)).status_code == 404
    assert role_in_team(lab, vera) is None


def test_a_member_leaves_and_the_last_owner_cannot(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    left = signed_in(bob).post(f"{base(lab)}members/{bob.membership_id}/remove")
    assert left["Location"] == "/t/"
    assert role_in_team(lab, bob) is None
    client = signed_in(lab.alice)
    assert client.post(f"{base(lab)}members/{lab.alice.membership_id}/remove").status_code == 303
    assert "A team needs an owner" in text_of(client.get(base(lab)))
    assert role_in_team(lab, lab.alice) == Role.OWNER


def test_an_invitation_is_sent_listed_and_withdrawn_by_an_admin_alone(lab: Lab) -> None:
    bob, client = lab.member("Bob", Role.MEMBER), signed_in(lab.alice)
    given = {"email": "Eve@Example.org", "role": Role.MEMBER}
    assert signed_in(bob).post(f"{base(lab)}invitations", given).status_code == 403
    assert client.post(f"{base(lab)}invitations", given).status_code == 303
    with team_context(lab.alice):
        invitation = Invitation.objects.get(email="eve@example.org")
    assert "eve@example.org" in text_of(client.get(base(lab)))
    assert "eve@example.org" not in text_of(signed_in(bob).get(base(lab)))
    url = f"{base(lab)}invitations/{invitation.pk}/withdraw"
    assert signed_in(bob).post(url).status_code == 403
    assert client.post(url).status_code == 303
    assert client.post(url).status_code == 404
    assert "eve@example.org" not in text_of(client.get(base(lab)))
    assert events(lab, "member.uninvited") == 1


def test_what_is_wrong_with_an_invitation_is_said_in_the_dialog(lab: Lab) -> None:
    client = signed_in(lab.alice)
    wrong = client.post(f"{base(lab)}invitations", {"email": "nobody", "role": Role.MEMBER})
    assert wrong.status_code == 400
    assert "Enter a valid email address." in text_of(wrong)
    assert "data-open" in text_of(wrong)
    twice = client.post(f"{base(lab)}invitations", {"email": lab_address(lab), "role": Role.MEMBER})
    assert twice.status_code == 400
    assert "is a member already" in text_of(twice)


def lab_address(lab: Lab) -> str:
    with team_context(lab.alice):
        return Membership.objects.select_related("user").get(pk=lab.alice.membership_id).user.email


def test_an_admin_renames_the_team_and_a_member_may_not(lab: Lab) -> None:
    bob, client = lab.member("Bob", Role.MEMBER), signed_in(lab.alice)
    assert signed_in(bob).post(f"{base(lab)}name", {"name": "Bob's"}).status_code == 403
    assert client.post(f"{base(lab)}name", {"name": " "}).status_code == 400
    assert client.post(f"{base(lab)}name", {"name": "Lakeside"}).status_code == 303
    with team_context(lab.alice):
        team = Team.objects.get(pk=lab.team.pk)
    assert (team.name, team.slug) == ("Lakeside", lab.team.slug)


def invitation_of(lab: Lab, email: str = "nora@example.org") -> Invitation:
    with team_context(lab.alice):
        return Invitation.objects.get(email=email)


def test_an_invitation_that_is_over_is_shown_and_sent_again(lab: Lab, other_lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    client = signed_in(lab.alice)
    client.post(f"{base(lab)}invitations", {"email": "nora@example.org", "role": Role.MEMBER})
    with team_context(lab.alice):
        Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "Invitation expired" in text_of(client.get(base(lab)))
    url = f"{base(lab)}invitations/{invitation_of(lab).pk}/resend"
    assert signed_in(bob).post(url).status_code == 403
    assert signed_in(other_lab.alice).post(url).status_code == 404
    assert invitation_of(lab).is_over
    assert client.post(url).status_code == 303
    assert not invitation_of(lab).is_over
    assert "Invitation expired" not in text_of(client.get(base(lab)))
    assert events(lab, "member.invited_again") == 1
    with team_context(lab.alice):
        Invitation.objects.update(accepted_at=timezone.now())
    assert client.post(url).status_code == 404


@pytest.mark.usefixtures("one_window")
def test_nobody_is_flooded_with_invitations(lab: Lab) -> None:
    client = signed_in(lab.alice)
    client.post(f"{base(lab)}invitations", {"email": "nora@example.org", "role": Role.MEMBER})
    url = f"{base(lab)}invitations/{invitation_of(lab).pk}/resend"
    answers = [client.post(url) for _ in range(MAILS_TO_ONE_AN_HOUR)]
    assert [answer.status_code for answer in answers] == [303] * (MAILS_TO_ONE_AN_HOUR - 1) + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert client.post(f"{base(lab)}invitations", {"email": "bob@example.org", "role": 2}).status_code == 303


@pytest.mark.usefixtures("one_window")
def test_guessed_invitations_meet_a_wall_and_true_ones_do_not(lab: Lab) -> None:
    nora = new_person("Nora")
    user = User.objects.get(pk=nora.user_id)
    invite(lab.alice, email=user.email, role=Role.MEMBER)
    with system(lab.team.pk, "a test"):
        secret = renew_secret(Invitation.objects.get(email=user.email))
    where = f"198.51.100.{lab.team.pk.int % 250}"
    answers = [Client().get(f"/invitations/{number}/", REMOTE_ADDR=where).status_code for number in range(60)]
    assert answers == [404] * GUESSES + [429] * (60 - GUESSES)
    assert Client().get(f"/invitations/{secret}/", REMOTE_ADDR=where).status_code == 200
    assert signed_in(nora).post(f"/invitations/{secret}/", REMOTE_ADDR=where).status_code == 303


def test_somebody_in_two_teams_finds_the_other_in_the_shell(lab: Lab, other_lab: Lab) -> None:
    charlie = other_lab.people["alice"]
    join(lab.team, charlie, Role.VIEWER)
    page = text_of(signed_in(charlie).get(f"/t/{lab.team.slug}/"))
    assert f'href="/t/{other_lab.team.slug}/"' in page
    assert f'href="/t/{other_lab.team.slug}/"' not in text_of(signed_in(lab.alice).get(f"/t/{lab.team.slug}/"))
