"""Mail to guests, and the sweep of the ways back in it."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from procrastinate.contrib.django import app

from apps.feedback.models import Message
from atrium.access.door import system
from atrium.chores.sweeps import sweep_teams

from .models import GuestVisit, ReturnLink
from .services import return_secret

KNOWN_AFTER_ITS_END = timedelta(days=30)
"""How long a way back that ended is kept, so that who comes late is told so."""


@app.task(name="sharing.mail_reply", retry=5)
def mail_reply(team_id: str, message_id: str, guest_id: str) -> None:
    """Mail a team's reply, with a way back, to one reviewer who left an address; every reviewer has an own chore."""
    with system(UUID(team_id), "mail a reply") as principal:
        reply = Message.objects.select_related("thread__endpoint").filter(pk=message_id, internal=False).first()
        visit = GuestVisit.objects.filter(pk=guest_id, link__revoked_at=None).exclude(email="").first()
        if reply is None or visit is None:
            return
        address, way_back = visit.email, f"{settings.ATRIUM_URL}/return/{return_secret(principal, visit)}/"
    author = " ".join(reply.author_name.split())
    EmailMessage(
        subject=f"{author} answered you on {' '.join(reply.thread.endpoint.name.split())}",
        body=(
            f"{author} wrote:\n\n{reply.body}\n\n"
            f"Open the case and answer (this address works once, for 14 days):\n{way_back}\n"
        ),
        to=[address],
    ).send()


@app.periodic(cron="35 3 * * *")
@app.task(name="sharing.sweep", queueing_lock="sharing.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    sweep_teams(sweep_team)


def sweep_team() -> bool:
    """Ways back into the open team, used or not."""
    ReturnLink.objects.filter(expires_at__lt=timezone.now() - KNOWN_AFTER_ITS_END).delete()
    return False
