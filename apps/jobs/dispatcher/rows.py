"""The dispatcher's statements, each for many jobs at once, each guarded by the attempt number.

They run as `atrium_dispatcher`, outside any team's context, in the dispatcher's one database thread.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from apps.jobs.kinds import KINDS, Result
from apps.jobs.models import Job, Quota, UsageEntry, Worker
from gpu_workers.protocol.interface import Answer
from gpu_workers.protocol.messages import Failure, Report

from .queue import Waiting
from .sessions import Session

log = logging.getLogger("atrium.dispatcher")


@dataclass(frozen=True, slots=True)
class Ending:
    """How one attempt ends. state: succeeded, failed or cancelled. queued_too: also where it was not running yet."""

    job_id: UUID
    attempt: int
    state: str
    answers: dict[str, Answer] | None = None
    report: Report | None = None
    error: Failure | None = None
    timings: dict[str, Any] | None = None
    queued_too: bool = False


def _waiting(jobs: Iterable[Job]) -> list[Waiting]:
    return [
        Waiting(
            job.pk,
            job.team_id,
            job.kind,
            job.priority,
            job.version_id,
            job.input,
            job.deadline_at.timestamp(),
            job.solo,
        )
        for job in jobs
    ]


def queued(pool: str, ids: Sequence[UUID] | None = None, limit: int = 5000) -> list[Waiting]:
    """Queued jobs of the pool in the order of their coming: those of `ids`, or all."""
    rows = Job.objects.filter(pool=pool, state=Job.State.QUEUED)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return _waiting(rows.order_by("created_at")[:limit])


def claim(picks: Sequence[tuple[UUID, str]], lease: timedelta) -> dict[UUID, int]:
    """Set (job, worker) pairs running; returns the attempts of those that were still queued and wanted."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH claimed AS (
                UPDATE jobs_job j SET state = 'running', attempt = attempt + 1, worker = p.worker,
                    lease_until = %s, started_at = coalesce(started_at, now())
                FROM unnest(%s::uuid[], %s::text[]) AS p(id, worker)
                WHERE j.id = p.id AND j.state = 'queued' AND NOT j.cancel_requested
                RETURNING j.id, j.attempt
            )
            SELECT id, attempt FROM claimed
            """,
            [timezone.now() + lease, [job for job, _ in picks], [worker for _, worker in picks]],
        )
        return dict(cursor.fetchall())


def renew(running: Sequence[tuple[UUID, int]], lease: timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_job j SET lease_until = %s
            FROM unnest(%s::uuid[], %s::smallint[]) AS r(id, attempt)
            WHERE j.id = r.id AND j.attempt = r.attempt AND j.state = 'running'
            """,
            [timezone.now() + lease, [job for job, _ in running], [attempt for _, attempt in running]],
        )


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def finish(endings: Sequence[Ending]) -> list[Result]:
    """End attempts, settle ledger and quota, tell the domain rows: one transaction. What is late is dropped.

    An ending that cannot be stored is tried alone, then as a failure, then dropped, so that one model's answer never
    holds up the others; its job's deadline ends it. Raises OperationalError, InterfaceError: the database is away.
    """
    try:
        return _finish(endings)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if len(endings) > 1:
            return [result for ending in endings for result in finish([ending])]
        return _finish_as_failure(endings[0])


def _finish_as_failure(ending: Ending) -> list[Result]:
    log.exception("the ending of job %s cannot be stored", ending.job_id)
    failure = Failure("internal", "What the worker answered cannot be stored.")
    try:
        return _finish([Ending(ending.job_id, ending.attempt, "failed", error=failure, queued_too=ending.queued_too)])
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("the failure of job %s cannot be stored", ending.job_id)
        return []


def _finish(endings: Sequence[Ending]) -> list[Result]:
    by_attempt: dict[tuple[UUID, int], Ending] = {}
    for ending in endings:
        by_attempt.setdefault((ending.job_id, ending.attempt), ending)  # what came first counts
    last = list(by_attempt.values())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_job j SET state = r.state, error = r.error, timings = r.timings, finished_at = now(),
                lease_until = NULL, input = '{}'
            FROM unnest(%s::uuid[], %s::smallint[], %s::text[], %s::jsonb[], %s::jsonb[], %s::bool[])
                AS r(id, attempt, state, error, timings, queued_too)
            WHERE j.id = r.id AND j.attempt = r.attempt
                AND (j.state = 'running' OR (r.queued_too AND j.state = 'queued'))
            RETURNING j.id, j.attempt, j.team_id, j.subject, j.kind, j.project_id, j.version_id, j.link_id,
                j.reserved_ms, j.created_at
            """,
            [
                [ending.job_id for ending in last],
                [ending.attempt for ending in last],
                [ending.state for ending in last],
                [_json(ending.error) for ending in last],
                [_json(ending.timings) for ending in last],
                [ending.queued_too for ending in last],
            ],
        )
        ended = cursor.fetchall()
        if not ended:
            return []
        now = timezone.now()
        entries: list[UsageEntry] = []
        owed: dict[tuple[UUID, date], int] = defaultdict(int)
        by_kind: dict[str, list[Result]] = defaultdict(list)
        for job_id, attempt, team_id, subject, kind, project_id, version_id, link_id, reserved_ms, created_at in ended:
            ending = by_attempt[job_id, attempt]
            timings = ending.timings or {}
            used = round(timings.get("run", 0) / max(timings.get("batch", 1), 1))
            entries.append(
                UsageEntry(
                    team_id=team_id,
                    job_id=job_id,
                    project_id=project_id,
                    version_id=version_id,
                    link_id=link_id,
                    kind=kind,
                    outcome=ending.state,
                    device_ms=used,
                    day=now.date(),
                )
            )
            if reserved_ms:
                owed[team_id, created_at.date()] += used - reserved_ms
            by_kind[kind].append(
                Result(
                    job_id,
                    team_id,
                    subject,
                    ending.state,
                    ending.answers,
                    ending.report,
                    ending.error,
                    timings | _total(created_at, now),
                )
            )
        UsageEntry.objects.bulk_create(entries)
        _settle(cursor, owed)
        for kind, results in by_kind.items():
            KINDS[kind].finish_many(results)
    return [result for results in by_kind.values() for result in results]


def _total(created_at: datetime, now: datetime) -> dict[str, float]:
    """Milliseconds from the submission's transaction to this commit."""
    return {"total": round((now - created_at).total_seconds() * 1000, 1)}


def _settle(cursor: Any, owed: dict[tuple[UUID, Any], int]) -> None:
    """Give back what a team's jobs reserved and did not use, or take what they used beyond it."""
    if owed:
        teams, days = zip(*owed, strict=True)
        cursor.execute(
            """
            UPDATE jobs_quota q SET used = greatest(0, q.used + o.amount)
            FROM unnest(%s::uuid[], %s::date[], %s::bigint[]) AS o(team, day, amount)
            WHERE q.team_id = o.team AND q.subject = o.team AND q.unit = %s AND q.day = o.day
            """,
            [list(teams), list(days), list(owed.values()), Quota.Unit.DEVICE_MS],
        )


def release(lost: Sequence[tuple[UUID, int]], attempts: int) -> tuple[list[Waiting], list[Ending]]:
    """Queue again, alone in its batch, what its worker lost; what was lost too often ends instead."""
    if not lost:
        return [], []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_job j SET state = 'queued', solo = true, worker = '', lease_until = NULL
            FROM unnest(%s::uuid[], %s::smallint[]) AS l(id, attempt)
            WHERE j.id = l.id AND j.attempt = l.attempt AND j.state = 'running' AND j.attempt < %s
            RETURNING j.id
            """,
            [[job for job, _ in lost], [attempt for _, attempt in lost], attempts],
        )
        again = {row[0] for row in cursor.fetchall()}
    waiting = _waiting(Job.objects.filter(pk__in=again).order_by("created_at")) if again else []
    failure = Failure("worker_lost", "The computer that ran it went away three times. Try again.")
    dead = [
        Ending(job, attempt, "failed", error=failure)
        for job, attempt in lost
        if job not in again and attempt >= attempts
    ]
    return waiting, dead


def expired(pool: str, attempts: int) -> tuple[list[Waiting], list[Ending]]:
    """Release every running job whose lease ran out."""
    rows = Job.objects.filter(pool=pool, state=Job.State.RUNNING, lease_until__lt=timezone.now())
    return release(list(rows.values_list("pk", "attempt")), attempts)


def overdue(pool: str, has_workers: bool) -> tuple[list[Ending], list[tuple[UUID, int, str]]]:
    """Endings of what is past its deadline or was cancelled, and the running ones (job, attempt, worker) to stop."""
    rows = Job.objects.filter(pool=pool, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    late = rows.filter(deadline_at__lt=timezone.now()) | rows.filter(cancel_requested=True)
    endings, stops = [], []
    for job in late.only("id", "attempt", "state", "cancel_requested", "worker"):
        if job.state == Job.State.RUNNING:
            stops.append((job.pk, job.attempt, job.worker))
        if job.cancel_requested:
            state, error = "cancelled", None
        elif job.state == Job.State.QUEUED and not has_workers:
            state, error = "failed", Failure("no_worker", "No worker was there to run it. Try again later.")
        else:
            state, error = "failed", Failure("deadline_exceeded", "It was not answered in its time and was stopped.")
        endings.append(Ending(job.pk, job.attempt, state, error=error, queued_too=True))
    return endings, stops


def record_worker(session: Session) -> None:
    """Write what operators and the web side may know of a worker."""
    hello = session.hello
    Worker.objects.update_or_create(
        name=hello.worker,
        defaults={
            "pool": hello.pool,
            "device": hello.device,
            "memory": hello.memory,
            "floor": hello.floor,
            "credit": session.credit,
            "running": len(session.assigned),
            "resident": len(session.resident),
            "seen_at": timezone.now(),
        },
    )


def forget_workers(names: Sequence[str]) -> None:
    Worker.objects.filter(name__in=names).delete()
