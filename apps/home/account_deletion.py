"""Deleting an account: closed at once; a chore removes what the person brought and wrote in every team.

Models, datasets, endpoints and examples are a team's and stay. `deleting_at` stands in the row until the last step, so
a chore that died is taken up again.
"""

from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.analyses.deletion import forget_author as forget_saved_by
from apps.comparisons.own_data import forget_reader
from apps.datasets.models import DatasetVersion
from apps.feedback.deletion import forget_author
from apps.registry.models import Version
from apps.teams.models import Invitation, Membership
from apps.teams.selectors import teams_of
from apps.users.models import UnsentMail, User
from apps.users.sessions import end_sessions
from atrium.access.door import system, teams
from atrium.access.principals import Person, Role
from atrium.audit.services import record, record_account
from atrium.chores import defer
from atrium.errors import Conflict
from atrium.tenancy.statements import send

from .deletion import confirm


def ask_account_deletion(person: Person, *, typed: str) -> None:
    """Close the account and have a chore delete it. typed: its address. Raises Conflict for a team's only owner."""
    user = User.objects.get(pk=person.user_id)
    confirm(user.email, typed)
    mine = teams_of(person)
    for team in mine:
        with system(team.team_id, "account deletion"):
            others = Membership.objects.filter(role=Role.OWNER).exclude(user_id=person.user_id)
            if team.role == Role.OWNER and not others.exists():
                raise Conflict(f"You are the only owner of {team.name}. Hand it over or delete it first.")
    for team in mine:
        with system(team.team_id, "account deletion") as principal:
            owners = list(Membership.objects.select_for_update().filter(role=Role.OWNER).order_by("pk"))
            membership = Membership.objects.get(user_id=person.user_id)
            if membership.role == Role.OWNER and len(owners) == 1:
                raise Conflict(f"You are the only owner of {team.name}. Hand it over or delete it first.")
            record(principal, "member.removed", membership, role=membership.role)
            membership.delete()
    with transaction.atomic():
        User.objects.filter(pk=person.user_id).update(is_active=False, deleting_at=timezone.now())
        record_account(person.user_id, "account.deletion_asked")
        end_sessions(person.user_id, beside=None)
        defer("home.forget_account", user_id=str(person.user_id))


def forget_account(user_id: UUID) -> None:
    """Team after team, then the account itself; a repeat finds less to do."""
    user = User.objects.filter(pk=user_id).exclude(deleting_at=None).first()
    if user is None:
        return
    for team_id in teams():
        with system(team_id, "account deletion"):
            forget_author(user_id, keep_examples=True)
            forget_saved_by(user_id)
            forget_reader(user_id)
            Version.objects.filter(created_by=user_id).update(created_by=None)
            DatasetVersion.objects.filter(created_by=user_id).update(created_by=None)
            Invitation.objects.filter(email=user.email.lower()).delete()
            send("SELECT atrium.scrub_events_of(%s)", user_id)
    with transaction.atomic():
        EmailAddress.objects.filter(user_id=user_id).delete()
        UnsentMail.objects.filter(Q(user_id=user_id) | Q(address__iexact=user.email)).delete()
        Authenticator.objects.filter(user_id=user_id).delete()
        UserSession.objects.filter(user_id=user_id).delete()
        send("DELETE FROM users_user WHERE id = %s", user_id)  # the ORM would look into tables of teams, with none open
