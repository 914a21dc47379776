"""Telling webhooks, in a queue of their own; mail where one was switched off; rescue and sweep."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from apps.projects.addresses import project_url
from apps.teams.models import Membership
from atrium.access.door import system
from atrium.access.principals import Role
from atrium.chores.sweeps import BATCH, sweep_teams
from atrium.chores.trying import PATIENT
from atrium.pages.letters import letter

from . import keys
from .delivering import deliver
from .models import Delivery, Webhook
from .services import QUEUE, put_off

LOG_LIFE = timedelta(days=30)
LATE = timedelta(minutes=10)


@app.task(name="webhooks.deliver", queue=QUEUE)
def deliver_one(team_id: str, delivery_id: str) -> None:
    """It notes itself what went wrong, and when it is tried again."""
    deliver(UUID(team_id), UUID(delivery_id))


@app.task(name="webhooks.mail_off", retry=PATIENT)
def mail_off(team_id: str, hook_id: str) -> None:
    """To the team's admins and owners."""
    with system(UUID(team_id), "mail that a webhook is off"):
        hook = Webhook.objects.select_related("project").filter(pk=hook_id, is_on=False).first()
        admins = Membership.objects.filter(role__gte=Role.ADMIN, user__is_active=True).select_related("user")
        if hook is None:
            return
        to = [member.user.email for member in admins]
        mail = letter(
            subject=f"A webhook of {' '.join(hook.project.name.split())} was switched off",
            text=(
                f"Nothing that was to be told to this address has arrived for three days:\n\n{hook.url}\n\n"
                f"The last attempt: {hook.off_because}\n\n"
                f"Look at its log, and switch it on again once the receiver answers:\n"
                f"{project_url(hook.project)}settings/webhooks/{hook.pk}/\n"
            ),
            to=to,
        )
    mail.send()


@app.periodic(cron="*/10 * * * *")
@app.task(name="webhooks.rescue", queueing_lock="webhooks.rescue")
def rescue(timestamp: int) -> None:
    """Every ten minutes: those whose chore was killed, and those that waited for such a one."""
    sweep_teams(rescue_team)


def rescue_team() -> bool:
    """Of the open team."""
    left = Q(next_at=None) | Q(next_at__lt=timezone.now() - LATE)
    for delivery in Delivery.objects.filter(left, state=Delivery.State.PENDING).order_by("pk")[:BATCH]:
        put_off(delivery, timedelta())
    return False


@app.periodic(cron="45 3 * * *")
@app.task(name="webhooks.sweep", queueing_lock="webhooks.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    sweep_teams(sweep_team)


def sweep_team() -> bool:
    """The log of the open team ends after a month, a secret before with its day; those left are encrypted anew."""
    now = timezone.now()
    Webhook.objects.filter(earlier_until__lt=now).update(earlier_secret="", earlier_until=None)
    keys.renew()
    over = Delivery.objects.filter(created_at__lt=now - LOG_LIFE).values_list("pk", flat=True)[:BATCH]
    ids = list(over)
    Delivery.objects.filter(pk__in=ids).delete()
    return len(ids) >= BATCH
