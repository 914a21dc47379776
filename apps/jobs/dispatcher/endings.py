"""How attempts end: the jobs, the ledger, the quota and the domain rows, in one transaction for many at once.

As `rows`, it runs as `atrium_dispatcher`, outside any team's context, in the dispatcher's one database thread.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from apps.jobs.kinds import KINDS, Result
from atrium.tenancy.statements import jsonb, send, together
from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.messages import Failure, Report

log = logging.getLogger("atrium.dispatcher")


@dataclass(frozen=True, slots=True)
class Ending:
    """How one attempt ends. state: succeeded, failed or cancelled. queued_too: also where it was not running yet."""

    job_id: UUID
    attempt: int
    state: str
    answers: dict[str, Answer] | None = None
    report: Report | None = None
    made: bytes | None = None
    error: Failure | None = None
    timings: dict[str, Any] | None = None
    queued_too: bool = False


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


FINISH = """
    WITH ended AS (
        UPDATE jobs_job j SET state = r.state, error = r.error, timings = r.timings, finished_at = now(),
            lease_until = NULL, input = '{}'
        FROM unnest(%s::uuid[], %s::smallint[], %s::text[], %s::jsonb[], %s::jsonb[], %s::bool[], %s::int[])
            AS r(id, attempt, state, error, timings, queued_too, used)
        WHERE j.id = r.id AND j.attempt = r.attempt
            AND (j.state = 'running' OR (r.queued_too AND j.state = 'queued'))
        RETURNING j.*, r.used
    ), ledger AS (
        INSERT INTO jobs_usageentry
            (id, team_id, job_id, project_id, version_id, link_id, kind, outcome, device_ms, day)
        SELECT uuidv7(), team_id, id, project_id, version_id, link_id, kind, state, used,
            (now() AT TIME ZONE 'UTC')::date
        FROM ended
    ), owed AS (
        SELECT team_id, (created_at AT TIME ZONE 'UTC')::date AS day, sum(used - reserved_ms) AS amount
        FROM ended WHERE reserved_ms > 0 GROUP BY 1, 2
    ), settled AS (
        UPDATE jobs_quota q SET used = greatest(0, q.used + o.amount) FROM owed o
        WHERE q.team_id = o.team_id AND q.subject = o.team_id AND q.unit = 'device_ms' AND q.day = o.day
    )
    SELECT id, attempt, team_id, subject, kind, created_at, now() FROM ended
"""
"""The jobs, the ledger, and the difference between what was reserved of a team's quota and what was used."""


def _finish(endings: Sequence[Ending]) -> list[Result]:
    by_attempt: dict[tuple[UUID, int], Ending] = {}
    for ending in endings:
        by_attempt.setdefault((ending.job_id, ending.attempt), ending)  # what came first counts
    last = list(by_attempt.values())
    by_kind: dict[str, list[Result]] = defaultdict(list)
    with together():  # one transaction, in two round trips: until the rows are read, and to the commit
        ended = send(
            FINISH,
            [ending.job_id for ending in last],
            [ending.attempt for ending in last],
            [ending.state for ending in last],
            [jsonb(ending.error) for ending in last],
            [jsonb(ending.timings) for ending in last],
            [ending.queued_too for ending in last],
            [_used_ms(ending) for ending in last],
        )
        for job_id, attempt, team_id, subject, kind, created_at, now in ended.fetchall():
            ending = by_attempt[job_id, attempt]
            by_kind[kind].append(
                Result(
                    job_id,
                    team_id,
                    subject,
                    ending.state,
                    ending.answers,
                    ending.report,
                    ending.made,
                    ending.error,
                    (ending.timings or {}) | _total(created_at, now),
                    now,
                )
            )
        for kind, results in by_kind.items():
            if kind in KINDS:
                KINDS[kind].finish_many(results)
            else:
                log.error("nobody registered the kind of job %s; only the jobs themselves end", kind)
    return [result for results in by_kind.values() for result in results]


def _used_ms(ending: Ending) -> int:
    """Device time: a case's share of the call that it was in; never less than none, whatever a team's worker says."""
    timings = ending.timings or {}
    used: float = timings.get("run", 0) / max(timings.get("batch", 1), 1)
    return max(round(used), 0)


def _total(created_at: datetime, now: datetime) -> dict[str, float]:
    """Milliseconds from the submission's transaction to that of its end, by the database's clock."""
    return {"total": round((now - created_at).total_seconds() * 1000, 1)}
