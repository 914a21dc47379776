"""Carrying one telling out: signed, sent, noted, tried again for a day; and what becomes of a receiver that is gone.

Few are sent at once for all teams together, so a team may have PLACES of them. What finds no place, or its receiver at
work, is passed over and leaves the queue; whoever ends puts the team's oldest of these at the queue's end, where each
team has its turn.
"""

from datetime import timedelta
from uuid import UUID

import msgspec
from django.db.models import Q
from django.utils import timezone

from atrium.access.door import system
from atrium.audit.services import record
from atrium.chores import defer
from atrium.tenancy.statements import run

from .addresses import Refused, parse
from .events import TEST
from .models import Delivery, Webhook
from .sending import SECONDS, Told, post
from .services import put_off, secrets_of
from .signing import headers

WAITS = tuple(timedelta(seconds=each) for each in (5, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 32400))
"""After each attempt that failed: eleven attempts within 23 hours."""
BUSY = timedelta(seconds=SECONDS + 5)
PLACES = 2
"""Tellings of one team under way at once, of eight that are for all (`infra/dev/site_processes.py`)."""
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
    """None where nothing is to be sent now: it is done, its webhook is off, or it was passed over."""
    with system(team_id, "tell a webhook"):
        _one_at_a_time(team_id)
        found = Delivery.objects.select_related("hook").filter(pk=delivery_id, state=Delivery.State.PENDING)
        delivery = found.first()
        if delivery is None:
            return None
        now = timezone.now()
        if not delivery.hook.is_on and delivery.event != TEST:
            _end(delivery, Delivery.State.FAILED, "The webhook was switched off.")
            _go_on()
            return None
        at_work = set(Webhook.objects.filter(busy_until__gte=now).values_list("pk", flat=True))
        if delivery.hook_id in at_work or len(at_work) >= PLACES:
            delivery.next_at = None
            delivery.save(update_fields=["next_at"])
            return None
        Webhook.objects.filter(pk=delivery.hook_id).update(busy_until=now + BUSY)
        return delivery, secrets_of(delivery.hook)


def _one_at_a_time(team_id: UUID) -> None:
    """Until the transaction ends: who finds no place must be seen by whoever gives one back."""
    run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"webhooks of {team_id}")


def _go_on() -> None:
    """The team's oldest telling that was passed over and has a place now is put off anew."""
    at_work = Q(hook__busy_until__gte=timezone.now())
    passed_over = Delivery.objects.filter(state=Delivery.State.PENDING, next_at=None).exclude(at_work)
    delivery = passed_over.order_by("pk").first()
    if delivery is not None:
        put_off(delivery, timedelta())


def _note(team_id: UUID, delivery_id: UUID, told: Told) -> None:
    with system(team_id, "tell a webhook") as principal:
        _one_at_a_time(team_id)
        delivery = Delivery.objects.select_related("hook").filter(pk=delivery_id).first()
        if delivery is None:  # deleted with its webhook meanwhile
            _go_on()
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
        _go_on()


def _end(delivery: Delivery, state: Delivery.State, problem: str) -> None:
    delivery.state, delivery.problem, delivery.ended_at, delivery.next_at = state, problem, timezone.now(), None
    delivery.save()
