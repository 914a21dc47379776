"""The dispatcher's statements, each for many jobs at once, each guarded by the attempt number.

They run as `atrium_dispatcher`, outside any team's context, in the dispatcher's one database thread.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from apps.jobs.bridges import POOL
from apps.jobs.kinds import KINDS
from apps.jobs.models import Job, Pool, Worker
from atrium.errors.register import REGISTER
from atrium.tenancy.statements import run, send
from gpu_workers.protocol.messages import Failure, Progress
from gpu_workers.protocol.pools import PREFIX, Place, is_own

from .endings import Ending
from .queue import Waiting
from .sessions import Session

AWAY = "No worker of the team's own pool was there to run it. Start one, or move the endpoint to another pool."


@dataclass(frozen=True, slots=True)
class Claimed:
    """One attempt that is to run now. deadline: Unix seconds."""

    id: UUID
    attempt: int
    team_id: UUID
    kind: str
    version_id: UUID | None
    deadline: float
    input: dict[str, Any]
    request: str


QUEUED = """
    SELECT id, team_id, priority, version_id, solo, kind, CASE WHEN pool LIKE 'own:%%' THEN pool ELSE '' END
    FROM jobs_job WHERE {} AND state = 'queued' ORDER BY created_at LIMIT 5000
"""


def queued(pool: str, served: Collection[UUID] = (), own: Collection[str] = ()) -> list[Waiting]:
    """Queued jobs of the pool in the order of their coming. served: versions that connections answer for; own: pools of
    teams that have workers; jobs that need one and have none are left out, however many wait."""
    connected = [name for name, kind in KINDS.items() if kind.by_connection]
    which = "pool = ANY(%s) AND (kind <> ALL(%s) OR version_id = ANY(%s::uuid[]))"
    return [Waiting(*row) for row in run(QUEUED.format(which), [pool, *own], connected, list(served))]


def submitted(ids: Sequence[UUID]) -> list[Waiting]:
    """Those of these jobs that are queued."""
    return [Waiting(*row) for row in run(QUEUED.format("id = ANY(%s)"), list(ids))]


def claim(picks: Sequence[tuple[UUID, str]], lease: timedelta) -> list[Claimed]:
    """Set (job, worker) pairs running; returns those that were still queued and wanted."""
    jobs, workers = zip(*picks, strict=True)
    return [
        Claimed(job, attempt, team_id, kind, version_id, deadline, msgspec.json.decode(payload), request)
        for job, attempt, team_id, kind, version_id, deadline, payload, request, _ in run(
            CLAIM, timezone.now() + lease, list(jobs), list(workers)
        )
    ]


CLAIM = """
    UPDATE jobs_job j SET state = 'running', attempt = attempt + 1, worker = p.worker, lease_until = %s,
        started_at = coalesce(started_at, now())
    FROM unnest(%s::uuid[], %s::text[]) AS p(id, worker)
    WHERE j.id = p.id AND j.state = 'queued' AND NOT j.cancel_requested
    RETURNING j.id, j.attempt, j.team_id, j.kind, j.version_id, extract(epoch FROM j.deadline_at)::float8, j.input,
        j.request, set_config('synchronous_commit', 'off', true)
"""
"""The last column lets this statement's own commit, and no other, not wait for the disk. Where PostgreSQL falls over
before it is written, the job is queued again and its next attempt has the same number: two workers may then compute
the same case, and the first answer ends it, as with a lease that ran out."""


def renew(running: Sequence[tuple[UUID, int]], lease: timedelta) -> None:
    jobs, attempts = zip(*running, strict=True)
    send(RENEW, timezone.now() + lease, list(jobs), list(attempts))


RENEW = """
    UPDATE jobs_job j SET lease_until = %s FROM unnest(%s::uuid[], %s::smallint[]) AS r(id, attempt)
    WHERE j.id = r.id AND j.attempt = r.attempt AND j.state = 'running'
"""


def record_progress(told: Sequence[Progress]) -> None:
    """How far attempts that run are, for whoever looks at their rows."""
    shares = [(each.job, each.attempt, each.share) for each in told if each.share is not None]
    if shares:
        jobs, attempts, share = zip(*shares, strict=True)
        send(PROGRESS, list(jobs), list(attempts), list(share))


PROGRESS = """
    UPDATE jobs_job j SET progress = p.share
    FROM unnest(%s::uuid[], %s::smallint[], %s::float8[]) AS p(id, attempt, share)
    WHERE j.id = p.id AND j.attempt = p.attempt AND j.state = 'running'
"""


def release(lost: Sequence[tuple[UUID, int]], attempts: int) -> tuple[list[Waiting], list[Ending]]:
    """Queue again, alone in its batch, what its worker lost; what was lost too often ends instead."""
    if not lost:
        return [], []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_job j SET state = 'queued', solo = true, worker = '', lease_until = NULL
            FROM unnest(%s::uuid[], %s::smallint[]) AS l(id, attempt)
            WHERE j.id = l.id AND j.attempt = l.attempt AND j.state = 'running'
                AND j.attempt - j.given_back < %s
            RETURNING j.id
            """,
            [[job for job, _ in lost], [attempt for _, attempt in lost], attempts],
        )
        again = {row[0] for row in cursor.fetchall()}
    waiting = submitted(list(again)) if again else []
    failure = Failure("worker_lost", f"It was begun {attempts} times, and no computer finished it. Try again.")
    dead = [
        Ending(job, attempt, "failed", error=failure)
        for job, attempt in lost
        if job not in again and attempt >= attempts
    ]
    return waiting, dead


GIVE_BACK = """
    UPDATE jobs_job j SET state = 'queued', worker = '', lease_until = NULL, given_back = given_back + 1
    FROM unnest(%s::uuid[], %s::smallint[]) AS l(id, attempt)
    WHERE j.id = l.id AND j.attempt = l.attempt AND j.state = 'running' RETURNING j.id
"""


def give_back(left: Sequence[tuple[UUID, int]]) -> list[Waiting]:
    """Queue again what nobody failed at, however often: the next attempt counts in its place."""
    jobs, attempts = zip(*left, strict=True)
    return submitted([job for (job,) in run(GIVE_BACK, list(jobs), list(attempts))])


def _of(pool: str) -> Q:
    """The jobs that a pool's dispatcher looks after: those of teams' own pools are that of everybody's."""
    return Q(pool=pool) | Q(pool__startswith=PREFIX) if pool == POOL else Q(pool=pool)


def expired(pool: str, attempts: int) -> tuple[list[Waiting], list[Ending]]:
    """Release every running job whose lease ran out."""
    rows = Job.objects.filter(_of(pool), state=Job.State.RUNNING, lease_until__lt=timezone.now())
    return release(list(rows.values_list("pk", "attempt")), attempts)


def overdue(
    pool: str, has_workers: bool, own: Collection[str] = ()
) -> tuple[list[Ending], list[tuple[UUID, int, str]]]:
    """Endings of what is past its deadline or was cancelled, and the running ones (job, attempt, worker) to stop.

    own: as in `queued`.
    """
    rows = Job.objects.filter(_of(pool), state__in=[Job.State.QUEUED, Job.State.RUNNING])
    late = rows.filter(deadline_at__lt=timezone.now()) | rows.filter(cancel_requested=True)
    endings, stops = [], []
    for job in late.only("id", "attempt", "state", "kind", "cancel_requested", "worker", "pool"):
        if job.state == Job.State.RUNNING:
            stops.append((job.pk, job.attempt, job.worker))
        if job.cancel_requested:
            state, error = "cancelled", None
        elif job.state == Job.State.QUEUED and job.kind in KINDS and KINDS[job.kind].by_connection:
            state, error = "failed", Failure("function_offline", REGISTER["function_offline"].sentence)
        elif job.state == Job.State.QUEUED and is_own(job.pool) and job.pool not in own:
            state, error = "failed", Failure("no_worker", AWAY)
        elif job.state == Job.State.QUEUED and not has_workers:
            state, error = "failed", Failure("no_worker", "No worker was there to run it. Try again later.")
        else:
            state, error = "failed", Failure("deadline_exceeded", "It was not answered in its time and was stopped.")
        endings.append(Ending(job.pk, job.attempt, state, error=error, queued_too=True))
    return endings, stops


def standing(places: Collection[Place]) -> set[Place]:
    """Of teams' own pools those that are there, and whose turn of the key counts."""
    return {pool.place for pool in Pool.objects.filter(pk__in=[place.pool for place in places])} & set(places)


def given_to(worker: str, pool: str, claimed: Mapping[UUID, int]) -> list[Claimed]:
    """Of the attempts (by job) that a worker of a team's own pool says that it runs, those that it was given."""
    rows = Job.objects.filter(pk__in=claimed, pool=pool, worker=worker, state=Job.State.RUNNING)
    return [
        Claimed(
            job.pk,
            job.attempt,
            job.team_id,
            job.kind,
            job.version_id,
            job.deadline_at.timestamp(),
            job.input,
            job.request,
        )
        for job in rows
        if claimed[job.pk] == job.attempt
    ]


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


def forget_silent_workers(pool: str) -> None:
    """Rows of workers that said goodbye, fell silent, or were known to an earlier dispatcher."""
    Worker.objects.filter(_of(pool), seen_at__lt=timezone.now() - Worker.SILENT).delete()
