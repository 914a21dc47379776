"""Making teams, and who belongs to them."""

from datetime import timedelta
from secrets import token_hex, token_urlsafe
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.text import slugify
from uuid6 import uuid7

from apps.users.models import User
from atrium.access.door import digest
from atrium.access.principals import Member, Person, Role, System
from atrium.audit.services import record
from atrium.chores import defer
from atrium.errors import Conflict, FieldError, Invalid, NotFound, Problem, require
from atrium.tenancy.context import team_context

from .models import Invitation, Membership, Team
from .permissions import can_manage_members, can_rename_team

INVITATION_LIFE = timedelta(days=14)


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
        Invitation.objects.filter(email=email.lower(), accepted_at=None).delete()
        invitation = Invitation.objects.create(
            email=email.lower(),
            role=role,
            secret_hash=digest(token_urlsafe(32)),  # replaced when the mail is written: see renew_secret
            invited_by_id=principal.membership_id,
            expires_at=timezone.now() + INVITATION_LIFE,
        )
        record(principal, "member.invited", invitation, role=int(role))
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


def renew_secret(principal: System, invitation: Invitation) -> str:
    """A fresh secret for the mail that is about to be sent; a chore's arguments never carry one."""
    secret = token_urlsafe(32)
    invitation.secret_hash = digest(secret)
    invitation.save(update_fields=["secret_hash"])
    return secret


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
        return Team.objects.get(pk=team_id).slug


def _owners_beside(membership: Membership) -> bool:
    """Whether the team keeps an owner without this one; locks the owners, so that two cannot leave at once."""
    owners = Membership.objects.select_for_update().filter(role=Role.OWNER).values_list("pk", flat=True)
    return bool(set(owners) - {membership.pk})


def change_role(principal: Member, membership_id: UUID, *, role: Role) -> Membership:
    with team_context(principal):
        require(can_manage_members(principal), "Only admins and owners change roles.")
        membership = Membership.objects.filter(pk=membership_id).first()
        if membership is None:
            raise NotFound
        require(max(role, membership.role) <= principal.role, "You cannot change a role above your own.")
        if membership.role == Role.OWNER and role != Role.OWNER and not _owners_beside(membership):
            raise Conflict("A team needs an owner. Make somebody else an owner first.")
        membership.role = role
        membership.save(update_fields=["role"])
        record(principal, "member.changed_role", membership, role=int(role))
    return membership


def remove_member(principal: Member, membership_id: UUID) -> None:
    """Take a person out of the team; tokens go with the membership, open sockets close within a second."""
    with team_context(principal):
        membership = Membership.objects.filter(pk=membership_id).first()
        if membership is None:
            raise NotFound
        leaving = membership.pk == principal.membership_id
        require(leaving or can_manage_members(principal), "Only admins and owners remove people.")
        require(leaving or membership.role <= principal.role, "You cannot remove a role above your own.")
        if membership.role == Role.OWNER and not _owners_beside(membership):
            raise Conflict("A team needs an owner. Make somebody else an owner first.")
        record(principal, "member.removed", membership, role=membership.role)
        membership.delete()
