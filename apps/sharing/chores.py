"""Mail to guests, and the sweep of the ways back and the codes in it."""

from datetime import timedelta
from math import ceil
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from apps.feedback.models import Message
from atrium.access.door import system
from atrium.access.mailed import renew_secret
from atrium.addresses import absolute
from atrium.chores.sweeps import sweep_teams
from atrium.chores.trying import HASTY, PATIENT
from atrium.pages.letters import letter

from .codes import write_code
from .models import AccessRequest, GuestVisit, MailedCode, ReturnLink
from .services import return_secret

KNOWN_AFTER_ITS_END = timedelta(days=30)
"""How long a way back that ended is kept, so that who comes late is told so."""
CODES_KEPT = timedelta(days=1)


@app.task(name="sharing.mail_reply", retry=PATIENT)
def mail_reply(team_id: str, message_id: str, guest_id: str) -> None:
    """Mail a team's reply, with a way back, to one reviewer who left an address; every reviewer has an own chore."""
    with system(UUID(team_id), "mail a reply") as principal:
        reply = Message.objects.select_related("thread__endpoint").filter(pk=message_id, internal=False).first()
        visit = GuestVisit.objects.filter(pk=guest_id, link__revoked_at=None).exclude(email="").first()
        if reply is None or visit is None:
            return
        address, way_back = visit.email, f"{settings.ATRIUM_URL}/return/{return_secret(principal, visit)}/"
    author = " ".join(reply.author_name.split())
    letter(
        subject=f"{author} answered you on {' '.join(reply.thread.endpoint.name.split())}",
        text=(
            f"{author} wrote:\n\n{reply.body}\n\n"
            f"Open the case and answer (this address works once, for 14 days):\n{way_back}\n"
        ),
        to=[address],
    ).send()


@app.task(name="sharing.mail_code", retry=HASTY)
def mail_code(team_id: str, code_id: str) -> None:
    """Mail a code, if the address that was entered is on the list of its link; otherwise nobody hears of it."""
    with system(UUID(team_id), "mail a code"):
        open_codes = MailedCode.objects.filter(used_at=None, expires_at__gt=timezone.now())
        mailed = open_codes.select_related("link__endpoint").filter(pk=code_id).first()
        if mailed is None or mailed.link.state != "open" or mailed.email not in mailed.link.addresses:
            return
        code, endpoint = write_code(mailed), " ".join(mailed.link.endpoint.name.split())
        minutes = ceil((mailed.expires_at - timezone.now()).total_seconds() / 60)
    letter(
        subject=f"Your code for {endpoint}",
        text=(
            f"The code is {code}\n\n"
            f"It opens {endpoint} in the browser that asked for it, within {minutes} minutes.\n"
            "If you did not ask for it, do nothing, and give it to nobody.\n"
        ),
        to=[mailed.email],
    ).send()


@app.task(name="sharing.mail_access", retry=PATIENT)
def mail_access(team_id: str, request_id: str) -> None:
    """Tell who asked for access what the team answered; with the new link, if there is one."""
    with system(UUID(team_id), "answer an access request"):
        asked = AccessRequest.objects.select_related("link__endpoint", "new_link").filter(pk=request_id).first()
        if asked is None or asked.answered_at is None:
            return
        endpoint = " ".join(asked.link.endpoint.name.split())
        secret = renew_secret(asked.new_link) if asked.new_link else ""
    body = (
        f"You asked for access to {endpoint}. This link is yours, and opens for {asked.email} alone:\n\n"
        f"{absolute(f'/l/{secret}')}\n\n"
        "Each visit begins with a code, which is mailed to you.\n"
        if secret
        else f"You asked for access to {endpoint}. The team did not open it again.\n"
    )
    letter(f"Your access to {endpoint}", body, to=[asked.email]).send()


@app.periodic(cron="35 3 * * *")
@app.task(name="sharing.sweep", queueing_lock="sharing.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    sweep_teams(sweep_team)


def sweep_team() -> bool:
    """Ways back into the open team and mailed codes, used or not."""
    ReturnLink.objects.filter(expires_at__lt=timezone.now() - KNOWN_AFTER_ITS_END).delete()
    MailedCode.objects.filter(expires_at__lt=timezone.now() - CODES_KEPT).delete()
    return False
