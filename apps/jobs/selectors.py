"""Reads of the ledger, the quota and the pools."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Sum
from django.utils import timezone

from apps.teams.permissions import can_read_audit
from atrium.access.principals import Person, TeamPrincipal
from atrium.errors import NotFound, require

from .models import Job, Quota, UsageEntry, Worker

NEEDS_ADMIN = "Usage and quota are for admins and owners of the team."


@dataclass(frozen=True, slots=True)
class UsageLine:
    """What one kind of work came to on one day. kind: that of its jobs. device_ms: time that it kept a device busy."""

    day: date
    kind: str
    outcome: str
    requests: int
    device_ms: int


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """The team's device time of today, in milliseconds: what is taken, and what may be."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class TeamQueue:
    """How much of a team waits for a pool, and since how many seconds the oldest; nothing of what it holds."""

    pool: str
    team: str
    queued: int
    running: int
    oldest_seconds: float


def usage_of(principal: TeamPrincipal, days: int = 30) -> list[UsageLine]:
    """The ledger's totals by day, kind and outcome, the newest day first; inside the team's context."""
    require(can_read_audit(principal), NEEDS_ADMIN)
    since = timezone.now().date() - timedelta(days=days - 1)
    rows = UsageEntry.objects.filter(day__gte=since).values("day", "kind", "outcome")
    counted = rows.annotate(requests=Count("id"), total_ms=Sum("device_ms")).order_by("-day", "kind", "outcome")
    return [UsageLine(r["day"], r["kind"], r["outcome"], r["requests"], r["total_ms"] or 0) for r in counted]


def device_time_of(principal: TeamPrincipal) -> DeviceTime:
    """What is left of today; a team that has asked for nothing yet has no row and the whole of it."""
    require(can_read_audit(principal), NEEDS_ADMIN)
    today = timezone.now().date()
    row = Quota.objects.filter(subject=principal.team_id, unit=Quota.Unit.DEVICE_MS, day=today).first()
    return DeviceTime(0, settings.TEAM_DEVICE_MS) if row is None else DeviceTime(row.used, row.limit)


def given_up_at(subject: UUID, usual: timedelta) -> datetime | None:
    """When work that is under way for a subject for longer than usual will be given up; None where there is none."""
    late = Job.objects.filter(
        subject=subject,
        state__in=[Job.State.QUEUED, Job.State.RUNNING],
        created_at__lt=timezone.now() - usual,
    )
    return late.values_list("deadline_at", flat=True).first()


def has_spent_today(principal: TeamPrincipal) -> bool:
    """Whether the team's device time of today is used up, which everybody in it meets."""
    today = Quota.objects.filter(subject=principal.team_id, unit=Quota.Unit.DEVICE_MS, day=timezone.now().date())
    return today.filter(used__gte=F("limit")).exists()


def on_reduced_floor() -> bool:
    """Whether workers are there and none of them confines models fully; needs no team context."""
    floors = set(Worker.objects.values_list("floor", flat=True))
    return bool(floors) and "full" not in floors


def queues(person: Person) -> list[TeamQueue]:
    """Every team's open jobs as counts, for operators; needs no team context."""
    if not person.operator:
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute("SELECT pool, team, queued, running, oldest_seconds FROM atrium.queue_counts()")
        return [TeamQueue(*row) for row in cursor.fetchall()]
