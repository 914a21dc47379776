"""Submitting and cancelling jobs, and the quota they draw on. All inside the caller's team context."""

import time
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from structlog.contextvars import get_contextvars
from uuid6 import uuid7

from atrium.errors import Problem, QuotaExceeded
from atrium.tenancy.context import current_team_id
from atrium.tenancy.durability import commit_early
from atrium.tenancy.statements import insert, run, send, together
from gpu_workers.protocol.pools import is_own

from .hints import hint_cancelled, hint_submitted
from .kinds import KINDS
from .models import Job, Quota, UsageEntry

DEFAULT_EXPECTED_MS = 100
WAITING = "SELECT count(*) FROM jobs_job WHERE state = 'queued' AND priority = %s AND kind <> ALL(%s)"
WAITING_FOR = "SELECT count(*) FROM jobs_job WHERE state = 'queued' AND version_id = %s AND kind = %s"
"""Of a version that a connection answers for: what waits while it is offline fills no other line."""
TAKE = """
    UPDATE jobs_quota SET used = used + %s
    WHERE subject = %s AND unit = %s AND day IS NOT DISTINCT FROM %s AND used + %s <= "limit" RETURNING 1
"""


def submit(
    kind: str,
    subject: UUID,
    payload: dict[str, Any],
    *,
    pool: str = "default",
    priority: Job.Priority = Job.Priority.INTERACTIVE,
    project_id: UUID | None = None,
    version_id: UUID | None = None,
    link_id: UUID | None = None,
    reserve_ms: int = 0,
    reply_to: str = "",
    beside: Sequence[Model] = (),
    awaited: bool = False,
) -> Job:
    """Insert a job and, on commit, hint the dispatcher. Raises queue_full and quota_exceeded; then nothing is kept.

    reserve_ms: of the team's device time of today; none of it is taken where a machine of the team's own answers.
    beside: rows to insert with it. awaited: nobody is told of the job before it ended, or else before `wait_for_disk`;
    then its commit does not wait for the disk, because that of its end does.
    """
    if is_own(pool) or KINDS[kind].by_connection:
        reserve_ms = 0
    job = Job(
        id=uuid7(),
        pool=pool,
        kind=kind,
        subject=subject,
        project_id=project_id,
        version_id=version_id,
        link_id=link_id,
        priority=priority,
        input=payload,
        reserved_ms=reserve_ms,
        request=get_contextvars().get("request", ""),
        deadline_at=timezone.now() + KINDS[kind].deadline,
    )
    today = timezone.now().date()
    with together():
        if awaited:
            commit_early()
        if KINDS[kind].by_connection:
            queue = send(WAITING_FOR, version_id, kind)
        else:
            queue = send(WAITING, priority, [each.name for each in KINDS.values() if each.by_connection])
        insert(*beside, job)
        if reserve_ms:  # last, because the team's other submissions wait from here to the commit
            taken = send(TAKE, reserve_ms, current_team_id(), Quota.Unit.DEVICE_MS, today, reserve_ms)
    [(waiting,)] = queue.fetchall()
    if waiting >= settings.QUEUE_LIMIT:
        raise Problem("queue_full", f"{waiting} of your team's cases are waiting already. Try again shortly.")
    if reserve_ms and not taken.fetchall():  # the first of its day, or nothing is left
        reserve(current_team_id(), Quota.Unit.DEVICE_MS, reserve_ms, day=today)
    transaction.on_commit(lambda: hint_submitted(pool, job.pk, reply_to, version_id, kind))
    return job


def cancel(subject: UUID) -> None:
    """Wish that the open job of a subject ends; the dispatcher carries it out and tells the subject."""
    jobs = Job.objects.filter(subject=subject, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    ids = [(job.pool, job.pk) for job in jobs.only("pool", "id")]
    if ids:
        jobs.update(cancel_requested=True)
        transaction.on_commit(lambda: hint_cancelled(ids))


def follow(subject: UUID, reply_to: str) -> None:
    """From now on tell this channel of a subject's open job; who was told before looks at the row."""
    jobs = Job.objects.filter(subject=subject, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    for job in jobs.only("pool", "id", "version_id", "kind"):
        hint_submitted(job.pool, job.pk, reply_to, job.version_id, job.kind)


def reserve(subject: UUID, unit: Quota.Unit, amount: int, *, day: date | None = None) -> None:
    """Take from a quota in one statement, so that two requests never share the last case; raises QuotaExceeded.

    A subject without a row has no limit; a team's daily row is made from the setting on its first use.
    """
    if run(TAKE, amount, subject, unit, day, amount):
        return
    if day is not None:
        row = Quota(subject=subject, unit=unit, day=day, limit=settings.TEAM_DEVICE_MS, used=0)
        Quota.objects.bulk_create([row], ignore_conflicts=True)
        if run(TAKE, amount, subject, unit, day, amount):
            return
    elif not Quota.objects.filter(subject=subject, unit=unit, day=day).exists():
        return
    if unit == Quota.Unit.CASES:
        raise QuotaExceeded("All cases of this link are used. Ask the person who sent it for more.")
    raise QuotaExceeded("Your team's device time of today is used up. It starts anew at midnight UTC.")


_expected: dict[tuple[str, UUID], tuple[float, int]] = {}


def expected_ms(kind: str, version_id: UUID) -> int:
    """Device time to reserve for one job: the p95 of the version's last 200 of the kind, looked up once a minute."""
    known = _expected.get((kind, version_id))
    now = time.monotonic()
    if known is not None and now - known[0] < 60:
        return known[1]
    times = sorted(last_used(kind, version_id).values_list("device_ms", flat=True))
    expected = max(times[int(len(times) * 0.95)], 1) if times else DEFAULT_EXPECTED_MS
    _expected[kind, version_id] = (now, expected)
    return expected


def last_used(kind: str, version_id: UUID) -> "QuerySet[UsageEntry]":
    """The version's last 200 of the kind that succeeded: the newest first, which is the order of the ledger's index."""
    return UsageEntry.objects.filter(version_id=version_id, kind=kind, outcome="succeeded").order_by("-id")[:200]


def note_usage(
    kind: str,
    outcome: str,
    *,
    project_id: UUID | None = None,
    version_id: UUID | None = None,
    link_id: UUID | None = None,
) -> None:
    """A ledger row for a request that never became a job: answered from the store, or refused."""
    UsageEntry.objects.create(
        kind=kind,
        outcome=outcome,
        project_id=project_id,
        version_id=version_id,
        link_id=link_id,
        day=timezone.now().date(),
    )
