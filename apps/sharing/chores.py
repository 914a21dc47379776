"""Mail to guests."""

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from procrastinate.contrib.django import app

from apps.feedback.models import Flag, Message
from atrium.access.door import system

from .models import GuestVisit
from .services import return_secret


@app.task(name="sharing.mail_reply", retry=5)
def mail_reply(team_id: str, message_id: str) -> None:
    """Mail a team's reply to the reviewers of its thread who left an address, each with a way back of its own."""
    mails = []
    with system(UUID(team_id), "mail a reply") as principal:
        message = Message.objects.select_related("thread__endpoint").filter(pk=message_id, internal=False).first()
        if message is None:
            return
        reviewers = set(
            Flag.objects.filter(thread=message.thread, reviewer_kind="guest").values_list("reviewer_id", flat=True)
        )
        if message.to_reviewer is not None:
            reviewers &= {message.to_reviewer}
        for visit in GuestVisit.objects.filter(pk__in=reviewers, link__revoked_at=None).exclude(email=""):
            secret = return_secret(principal, visit)
            mails.append((visit.email, message, f"{settings.ATRIUM_URL}/return/{secret}/"))
    for address, reply, url in mails:
        EmailMessage(
            subject=f"{reply.author_name} answered you on {reply.thread.endpoint.name}",
            body=(
                f"{reply.author_name} wrote:\n\n{reply.body}\n\n"
                f"Open the case and answer (this address works once, for 14 days):\n{url}\n"
            ),
            to=[address],
        ).send()
