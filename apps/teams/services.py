"""Making teams, and who belongs to them."""

from datetime import timedelta
from secrets import token_hex, token_urlsafe
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from uuid6 import uuid7

from apps.users.models import User
from atrium.access.door import digest
from atrium.access.limits import limit
from atrium.access.principals import Member, Person, Role, System
from atrium.audit.services import record, record_account
from atrium.chores import defer
from atrium.errors import Conflict, FieldError, Invalid, NotFound, Problem, require
from atrium.tenancy.context import team_context

from .models import Invitation, Membership, Team
from .permissions import can_hand_over, can_manage_members, can_rename_team

INVITATION_LIFE = timedelta(days=14)
INVITATIONS_AN_HOUR = 60
MAILS_TO_ONE_AN_HOUR = 5
FACTORS = ("totp", "webauthn")


def _slug(name: str) -> str:
    """A readable slug; the random tail keeps a team from learning another's name by a collision."""
    return f"{slugify(name)[:48] or 'team'}-{token_hex(4)}"


def create_team(person: Person, *, name: str) -> Team:
    """Make a team in a context of its own new id; whoever makes it owns it."""
    name = name.strip()
    if not name:
        raise Invalid(FieldError("name", "required", "Give the team a name."))
    team = Team(id=uuid7(), name=name, slug=_slug(name))
    with team_context(System(team.id, "team.created")):
        team.save(force_insert=True)
        membership = Membership.objects.create(user_id=person.user_id, role=Role.OWNER)
        owner = Member(person.user_id, team.id, membership.id, Role.OWNER, person.name)
        record(owner, "team.created", team)
    return team


def rename_team(principal: Member, *, name: str) -> Team:
    """Another name; the team's address stays, so that nobody's links break."""
    name = name.strip()
    if not name:
        raise Invalid(FieldError("name", "required", "Give the team a name."))
    with team_context(principal):
        require(can_rename_team(principal), "Only admins and owners rename the team.")
        team = Team.objects.get(pk=principal.team_id)
        team.name = name
        team.save(update_fields=["name"])
        record(principal, "team.renamed", team)
    return team


def invite(principal: Member, *, email: str, role: Role) -> Invitation:
    """Mail an address a link that joins it to the team. Nobody invites above the own role."""
    with team_context(principal):
        require(can_manage_members(principal), "Only admins and owners invite people.")
        require(role <= principal.role, "You cannot give a role above your own.")
        if Membership.objects.filter(user__email=email.lower()).exists():
            raise Conflict(f"{email} is a member already.")
        _count_mail(principal, email)
        Invitation.objects.filter(email=email.lower(), accepted_at=None).delete()
        invitation = Invitation.objects.create(
            email=email.lower(),
            role=role,
            secret_hash=digest(token_urlsafe(32)),  # replaced when the mail is written: see mail_invitation
            invited_by_id=principal.membership_id,
            expires_at=timezone.now() + INVITATION_LIFE,
        )
        record(principal, "member.invited", invitation, role=int(role))
        defer("teams.mail_invitation", team_id=str(principal.team_id), invitation_id=str(invitation.id))
    return invitation


def _count_mail(principal: Member, email: str) -> None:
    """Nobody is flooded with invitations, nor is our mail used to write to many."""
    team = str(principal.team_id)
    limit("invitations", team, count=INVITATIONS_AN_HOUR, seconds=3600)
    limit("invitations to", f"{team}:{email.lower()}", count=MAILS_TO_ONE_AN_HOUR, seconds=3600)


def resend_invitation(principal: Member, invitation_id: UUID) -> Invitation:
    """Mail a fresh address, for another 14 days; the one that was mailed before stops working."""
    with team_context(principal):
        require(can_manage_members(principal), "Only admins and owners send invitations.")
        invitation = Invitation.objects.select_for_update().filter(pk=invitation_id, accepted_at=None).first()
        if invitation is None:
            raise NotFound
        require(invitation.role <= principal.role, "You cannot give a role above your own.")
        _count_mail(principal, invitation.email)
        invitation.expires_at = timezone.now() + INVITATION_LIFE
        invitation.save(update_fields=["expires_at"])
        record(principal, "member.invited_again", invitation, role=invitation.role)
        defer("teams.mail_invitation", team_id=str(principal.team_id), invitation_id=str(invitation.id))
    return invitation


def withdraw_invitation(principal: Member, invitation_id: UUID) -> str:
    """Take back an invitation that nobody accepted; its address stops working. Returns whom it was for."""
    with team_context(principal):
        require(can_manage_members(principal), "Only admins and owners withdraw invitations.")
        invitation = Invitation.objects.filter(pk=invitation_id, accepted_at=None).first()
        if invitation is None:
            raise NotFound
        record(principal, "member.uninvited", invitation, role=invitation.role)
        invitation.delete()
    return invitation.email


def accept_invitation(person: Person, secret: str) -> str:
    """Join the team that the mailed secret names; returns the team's slug."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM atrium.invitation_look_up(%s)", [digest(secret)])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    team_id, invitation_id, _, email, role, is_open = row
    if not is_open:
        raise Problem("gone", "This invitation was used or its time is over. Ask for a new one.")
    user = User.objects.get(pk=person.user_id)
    if user.email.lower() != email:
        raise Problem("not_permitted", f"This invitation was sent to another address. Sign in as {email}.")
    with team_context(System(team_id, "invitation.accepted")):
        invitation = Invitation.objects.select_for_update().filter(pk=invitation_id, accepted_at=None).first()
        if invitation is None:
            raise Problem("gone", "This invitation was used a moment ago.")
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        membership, _ = Membership.objects.get_or_create(user=user, defaults={"role": role})
        record(
            Member(user.pk, team_id, membership.pk, Role(membership.role), person.name),
            "member.joined",
            membership,
            role=membership.role,
        )
        record_account(user.pk, "account.joined_team")
        return Team.objects.get(pk=team_id).slug


def _locked(membership_id: UUID) -> tuple[Membership, bool]:
    """A membership, and whether the team keeps an owner without it.

    Locks it and every owner, in one order: of two owners who leave at once, the second waits and then is the last.
    """
    rows = Membership.objects.select_for_update().filter(Q(role=Role.OWNER) | Q(pk=membership_id)).order_by("pk")
    found = {row.pk: row for row in rows}
    if membership_id not in found:
        raise NotFound
    return found[membership_id], any(row.role == Role.OWNER and row.pk != membership_id for row in found.values())


def change_role(principal: Member, membership_id: UUID, *, role: Role) -> Membership:
    with team_context(principal):
        require(can_manage_members(principal), "Only admins and owners change roles.")
        membership, has_other_owner = _locked(membership_id)
        require(max(role, membership.role) <= principal.role, "You cannot change a role above your own.")
        if membership.role == Role.OWNER and role != Role.OWNER and not has_other_owner:
            raise Conflict("A team needs an owner. Make somebody else an owner first.")
        _give(principal, membership, role)
    return membership


def _give(principal: Member, membership: Membership, role: Role) -> None:
    membership.role = role
    membership.save(update_fields=["role"])
    record(principal, "member.changed_role", membership, role=int(role))
    record_account(membership.user_id, "account.changed_role")


def hand_over(principal: Member, membership_id: UUID) -> Membership:
    """Make somebody else the owner in one's place; who hands over stays as admin. Other owners stay as they are."""
    with team_context(principal):
        require(can_hand_over(principal), "Only an owner hands the team over.")
        if membership_id == principal.membership_id:
            raise Conflict("You own the team already. Choose somebody else.")
        heir, _ = _locked(membership_id)
        mine, _ = _locked(principal.membership_id)
        if mine.role != Role.OWNER:
            raise Conflict("Your role was changed a moment ago: you are no longer an owner of the team.")
        _give(principal, heir, Role.OWNER)
        _give(principal, mine, Role.ADMIN)
        record(principal, "team.handed_over", heir)
    return heir


def remove_member(principal: Member, membership_id: UUID) -> None:
    """Take a person out of the team; tokens go with the membership, open sockets close within a second."""
    with team_context(principal):
        membership, has_other_owner = _locked(membership_id)
        leaving = membership.pk == principal.membership_id
        require(leaving or can_manage_members(principal), "Only admins and owners remove people.")
        require(leaving or membership.role <= principal.role, "You cannot remove a role above your own.")
        if membership.role == Role.OWNER and not has_other_owner:
            raise Conflict("A team needs an owner. Make somebody else an owner first.")
        record(principal, "member.removed", membership, role=membership.role)
        record_account(membership.user_id, "account.left_team")
        membership.delete()


def require_second_factor(principal: Member, *, required: bool) -> None:
    """Whether the team lets in nobody without an authenticator app or a passkey: at once, for pages and tokens."""
    with team_context(principal):
        require(can_manage_members(principal), "Only admins and owners change what the team requires.")
        has_one = Authenticator.objects.filter(user_id=principal.user_id, type__in=FACTORS).exists()
        if required and not has_one:
            raise Conflict("Set up your own second factor first: without it you would lock yourself out.")
        team = Team.objects.get(pk=principal.team_id)
        if team.requires_second_factor != required:
            team.requires_second_factor = required
            team.save(update_fields=["requires_second_factor"])
            record(principal, "team.required_second_factor" if required else "team.waived_second_factor", team)
