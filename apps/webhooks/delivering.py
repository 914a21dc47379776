"""Carrying one telling out: signed, sent, noted, tried again for a day; and what becomes of a receiver that is gone."""

from datetime import timedelta
from uuid import UUID

import msgspec
from django.db.models import Q
from django.utils import timezone

from atrium.access.door import system
from atrium.audit.services import record
from atrium.chores import defer

from .addresses import Refused, parse
from .events import TEST
from .models import Delivery, Webhook
from .sending import SECONDS, Told, post
from .services import put_off, secrets_of
from .signing import headers

WAITS = tuple(timedelta(seconds=each) for each in (5, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 32400))
"""After each attempt that failed: eleven attempts within 23 hours."""
BUSY = timedelta(seconds=SECONDS + 5)
ITS_TURN = timedelta(seconds=2)
OFF_AFTER = timedelta(days=3)
"""Without one that arrived, while several were given up."""


def deliver(team_id: UUID, delivery_id: UUID) -> None:
    """Three steps, so that no transaction is open while a stranger's machine answers."""
    taken = _take(team_id, delivery_id)
    if taken is None:
        return
    delivery, secrets = taken
    body = msgspec.json.encode(delivery.body)
    signed = headers(secrets, delivery.message_id, int(timezone.now().timestamp()), body)
    try:
        told = post(parse(delivery.hook.url), body, signed)
    except Refused as refusal:
        told = Told(None, str(refusal), 0)
    _note(team_id, delivery_id, told)


def _take(team_id: UUID, delivery_id: UUID) -> tuple[Delivery, list[str]] | None:
    """None where nothing is to be sent now: it is done, its webhook is off, or another telling of that is under way."""
    with system(team_id, "tell a webhook"):
        found = Delivery.objects.select_related("hook").filter(pk=delivery_id, state=Delivery.State.PENDING)
        delivery = found.select_for_update(of=("self",)).first()
        if delivery is None:
            return None
        now = timezone.now()
        if not delivery.hook.is_on and delivery.event != TEST:
            _end(delivery, Delivery.State.FAILED, "The webhook was switched off.")
            return None
        free = Q(busy_until=None) | Q(busy_until__lt=now)
        if not Webhook.objects.filter(free, pk=delivery.hook_id).update(busy_until=now + BUSY):
            put_off(delivery, ITS_TURN)
            return None
        return delivery, secrets_of(delivery.hook)


def _note(team_id: UUID, delivery_id: UUID, told: Told) -> None:
    with system(team_id, "tell a webhook") as principal:
        delivery = Delivery.objects.select_related("hook").filter(pk=delivery_id).first()
        if delivery is None:  # deleted with its webhook meanwhile
            return
        hook = delivery.hook
        hook.busy_until = None
        delivery.attempts += 1
        delivery.status, delivery.milliseconds = told.status, told.milliseconds
        if not told.problem:
            hook.failing_since = None
            _end(delivery, Delivery.State.DELIVERED, "")
        elif delivery.event == TEST or delivery.attempts > len(WAITS):
            _end(delivery, Delivery.State.FAILED, told.problem)
            if delivery.event != TEST:
                hook.failing_since = hook.failing_since or delivery.created_at
        else:
            delivery.problem = told.problem
            put_off(delivery, WAITS[delivery.attempts - 1])
        if hook.is_on and hook.failing_since is not None and timezone.now() - hook.failing_since > OFF_AFTER:
            hook.is_on, hook.off_because = False, told.problem
            record(principal, "webhook.switched_off", hook, project_id=hook.project_id)
            defer("webhooks.mail_off", team_id=str(team_id), hook_id=str(hook.pk))
        hook.save(update_fields=["busy_until", "failing_since", "is_on", "off_because"])


def _end(delivery: Delivery, state: Delivery.State, problem: str) -> None:
    delivery.state, delivery.problem, delivery.ended_at, delivery.next_at = state, problem, timezone.now(), None
    delivery.save()
