"""Mail that teams send, and the sweep of invitations."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from atrium.access.door import system
from atrium.access.mailed import renew_secret
from atrium.chores.sweeps import sweep_teams
from atrium.chores.trying import PATIENT
from atrium.pages.letters import letter

from .models import Invitation, Team

KNOWN_AFTER_ITS_END = timedelta(days=30)
"""How long an invitation that ended is kept, so that who comes late is told so."""


@app.task(name="teams.mail_invitation", retry=PATIENT)
def mail_invitation(team_id: str, invitation_id: str) -> None:
    with system(UUID(team_id), "mail an invitation"):
        invitation = Invitation.objects.filter(pk=invitation_id, accepted_at=None).first()
        if invitation is None:
            return
        team = " ".join(Team.objects.get(pk=team_id).name.split())  # a subject is one line
        secret = renew_secret(invitation)
    letter(
        subject=f"Join {team} on Atrium",
        text=(
            f"You are invited to the team “{team}” as {invitation.role_word}.\n\n"
            f"Open this address within 14 days to join:\n{settings.ATRIUM_URL}/invitations/{secret}/\n\n"
            "If you did not expect this, do nothing.\n"
        ),
        to=[invitation.email],
    ).send()


@app.periodic(cron="30 3 * * *")
@app.task(name="teams.sweep", queueing_lock="teams.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    sweep_teams(sweep_team)


def sweep_team() -> bool:
    """Invitations of the open team, accepted or not."""
    Invitation.objects.filter(expires_at__lt=timezone.now() - KNOWN_AFTER_ITS_END).delete()
    return False
