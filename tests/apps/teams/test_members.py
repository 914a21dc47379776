"""Who belongs to a team: roles, leaving, the last owner, and invitations by mail."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from apps.teams.chores import mail_invitation
from apps.teams.models import ApiToken, Invitation, Membership
from apps.teams.services import accept_invitation, change_role, create_team, invite, remove_member
from apps.teams.tokens import create_token, revoke_token
from apps.users.models import User
from atrium.access.door import member_for
from atrium.access.principals import Member, Person, Role, Scope, System
from atrium.audit.models import Event
from atrium.errors import Conflict, Invalid, NotFound, NotPermitted, Problem
from atrium.tenancy.context import team_context
from atrium.tenancy.statements import run
from tests.locks import until_waiting
from tests.people import Lab, join, new_person
from tests.threads import Threads


class House:
    """A team with one person of each role."""

    def __init__(self) -> None:
        self.lab = Lab.make()
        self.owner = self.lab.alice
        self.admin = self.lab.member("Ada", Role.ADMIN)
        self.member = self.lab.member("Bob", Role.MEMBER)
        self.viewer = self.lab.member("Vera", Role.VIEWER)

    def role_of(self, who: Member) -> Role | None:
        with team_context(self.owner):
            found = Membership.objects.filter(pk=who.membership_id).first()
        return None if found is None else Role(found.role)

    def owners(self) -> int:
        with team_context(System(self.lab.team.pk, "a test")):
            return Membership.objects.filter(role=Role.OWNER).count()


@pytest.fixture
def house() -> House:
    return House()


class TestRoles:
    def test_an_admin_changes_those_up_to_its_own(self, house: House) -> None:
        change_role(house.admin, house.viewer.membership_id, role=Role.ADMIN)
        assert house.role_of(house.viewer) is Role.ADMIN
        with pytest.raises(NotPermitted):
            change_role(house.admin, house.member.membership_id, role=Role.OWNER)
        with pytest.raises(NotPermitted):
            change_role(house.admin, house.owner.membership_id, role=Role.VIEWER)

    @pytest.mark.parametrize("who", ["member", "viewer"])
    def test_others_change_none_not_even_their_own(self, house: House, who: str) -> None:
        principal: Member = getattr(house, who)
        for target in (house.viewer, principal):
            with pytest.raises(NotPermitted):
                change_role(principal, target.membership_id, role=Role.ADMIN)
        with pytest.raises(NotPermitted):
            remove_member(principal, house.admin.membership_id)

    def test_a_stranger_learns_nothing(self, house: House, other_lab: Lab) -> None:
        with pytest.raises(NotFound):
            change_role(other_lab.alice, house.viewer.membership_id, role=Role.ADMIN)
        with pytest.raises(NotFound):
            remove_member(other_lab.alice, house.viewer.membership_id)
        with pytest.raises(NotFound):
            member_for(other_lab.people["alice"], house.lab.team.slug)

    def test_each_change_is_an_audit_row(self, house: House) -> None:
        change_role(house.owner, house.viewer.membership_id, role=Role.MEMBER)
        remove_member(house.owner, house.viewer.membership_id)
        with team_context(house.owner):
            found = Event.objects.filter(subject_id=house.viewer.membership_id).order_by("id")
            assert [event.what for event in found] == ["member.changed_role", "member.removed"]


class TestTheLastOwner:
    def test_neither_leaves_nor_steps_down(self, house: House) -> None:
        with pytest.raises(Conflict, match="needs an owner"):
            remove_member(house.owner, house.owner.membership_id)
        with pytest.raises(Conflict, match="needs an owner"):
            change_role(house.owner, house.owner.membership_id, role=Role.ADMIN)
        assert house.role_of(house.owner) is Role.OWNER

    def test_may_once_there_is_another(self, house: House) -> None:
        change_role(house.owner, house.admin.membership_id, role=Role.OWNER)
        remove_member(house.owner, house.owner.membership_id)
        assert house.owners() == 1

    @pytest.mark.parametrize("act", ["leave", "step down"])
    def test_two_at_once_do_not_both(self, house: House, act: str) -> None:
        change_role(house.owner, house.admin.membership_id, role=Role.OWNER)
        second = member_for(house.lab.people["ada"], house.lab.team.slug)

        def go(who: Member) -> bool:
            try:
                with team_context(who):
                    run("SELECT set_config('lock_timeout', '20s', true)")
                    if act == "leave":
                        remove_member(who, who.membership_id)
                    else:
                        change_role(who, who.membership_id, role=Role.MEMBER)
            except Conflict:
                return False
            return True

        with Threads(2) as threads:
            with team_context(System(house.lab.team.pk, "a test")):
                list(Membership.objects.select_for_update().filter(role=Role.OWNER))
                acts = [threads.submit(go, who) for who in (house.owner, second)]
                until_waiting(2)  # whatever each has read by then, it read while there were two owners
            assert sorted(act.result(20) for act in acts) == [False, True]
        assert house.owners() == 1


def secret_for(invitation: Invitation) -> str:
    """The secret of the mail that the chore sends."""
    mail.outbox.clear()
    mail_invitation(team_id=str(invitation.team_id), invitation_id=str(invitation.pk))
    [letter] = mail.outbox
    assert letter.to == [invitation.email]
    found = re.search(r"/invitations/([\w-]+)/", str(letter.body))
    assert found
    return found[1]


@pytest.fixture
def mails(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


@pytest.mark.usefixtures("mails")
class TestInvitations:
    @pytest.fixture
    def grace(self) -> Person:
        return new_person("Grace")

    def email(self, person: Person) -> str:
        return User.objects.get(pk=person.user_id).email

    def test_joins_whom_it_was_sent_to_once(self, house: House, grace: Person) -> None:
        invitation = invite(house.admin, email=self.email(grace).upper(), role=Role.MEMBER)
        secret = secret_for(invitation)
        assert accept_invitation(grace, secret) == house.lab.team.slug
        assert member_for(grace, house.lab.team.slug).role is Role.MEMBER
        with pytest.raises(Problem, match="gone"):
            accept_invitation(grace, secret)
        with team_context(house.owner):
            assert set(Event.objects.values_list("what", flat=True)) >= {"member.invited", "member.joined"}

    def test_is_nobody_elses(self, house: House, grace: Person) -> None:
        secret = secret_for(invite(house.admin, email=self.email(grace), role=Role.ADMIN))
        thief = new_person("Mallory")
        with pytest.raises(Problem, match="another address") as refused:
            accept_invitation(thief, secret)
        assert refused.value.status == 403
        with pytest.raises(NotFound):
            member_for(thief, house.lab.team.slug)

    def test_ends(self, house: House, grace: Person) -> None:
        invitation = invite(house.admin, email=self.email(grace), role=Role.MEMBER)
        secret = secret_for(invitation)
        with team_context(house.owner):
            Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        with pytest.raises(Problem, match="gone"):
            accept_invitation(grace, secret)

    def test_a_guess_finds_nothing(self, grace: Person) -> None:
        with pytest.raises(NotFound):
            accept_invitation(grace, "guess")

    def test_a_second_one_replaces_the_first(self, house: House, grace: Person) -> None:
        first = secret_for(invite(house.admin, email=self.email(grace), role=Role.VIEWER))
        second = secret_for(invite(house.admin, email=self.email(grace), role=Role.MEMBER))
        with pytest.raises(NotFound):
            accept_invitation(grace, first)
        accept_invitation(grace, second)
        assert member_for(grace, house.lab.team.slug).role is Role.MEMBER

    def test_is_never_above_the_own_role_nor_from_below_admin(self, house: House, grace: Person) -> None:
        for principal, role in ((house.admin, Role.OWNER), (house.member, Role.VIEWER), (house.viewer, Role.VIEWER)):
            with pytest.raises(NotPermitted):
                invite(principal, email=self.email(grace), role=role)

    def test_is_not_for_a_member(self, house: House) -> None:
        with pytest.raises(Conflict, match="member already"):
            invite(house.admin, email=self.email(house.lab.people["bob"]), role=Role.VIEWER)

    def test_of_a_team_with_a_name_in_two_lines_is_mailed(self, grace: Person) -> None:
        person = new_person("Hugo")
        team = create_team(person, name="Two\nlines")
        secret_for(invite(member_for(person, team.slug), email=self.email(grace), role=Role.MEMBER))
        assert mail.outbox[0].subject == "Join Two lines on Atrium"


class TestTokens:
    def test_are_made_by_members_and_above(self, house: House) -> None:
        for principal in (house.owner, house.admin, house.member):
            token, secret = create_token(principal, name="n", scopes=frozenset({Scope.PREDICT}))
            assert secret.startswith("atr_")
            assert secret not in str(vars(token))
        with pytest.raises(NotPermitted):
            create_token(house.viewer, name="n", scopes=frozenset({Scope.PREDICT}))

    def test_need_a_scope_and_an_end(self, house: House) -> None:
        with pytest.raises(Invalid):
            create_token(house.member, name="n", scopes=frozenset())
        for days in (0, 366):
            with pytest.raises(Invalid):
                create_token(house.member, name="n", scopes=frozenset({Scope.PREDICT}), days=days)

    def test_are_revoked_by_their_maker_and_by_admins(self, house: House, other_lab: Lab) -> None:
        token, _ = create_token(house.member, name="n", scopes=frozenset({Scope.PREDICT}))
        second = join(house.lab.team, new_person("Ben"), Role.MEMBER)
        with pytest.raises(NotPermitted):
            revoke_token(second, token.pk)
        with pytest.raises(NotFound):
            revoke_token(other_lab.alice, token.pk)
        revoke_token(house.admin, token.pk)
        with team_context(house.owner):
            assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
            whats = Event.objects.filter(subject_id=token.pk).order_by("id").values_list("what", flat=True)
            assert list(whats) == ["token.created", "token.revoked"]
