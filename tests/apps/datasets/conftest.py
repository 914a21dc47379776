"""What tests of datasets share."""

import time
from collections.abc import Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app as chores
from procrastinate.exceptions import AlreadyEnqueued

from apps.datasets.chores import rescue_runs
from apps.jobs.services import submit

PATIENCE = 60.0


@pytest.fixture
def led_on_by_the_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever site runs beside the test leaves its runs alone: their jobs wait in a pool that nobody serves, and the
    chores that lead runs on are not deferred, or not before a day is over."""
    monkeypatch.setattr(submit, "__kwdefaults__", {**(submit.__kwdefaults__ or {}), "pool": "nobody-serves-it"})
    monkeypatch.setattr("apps.datasets.predicting.DEFER", "SELECT %s::uuid, %s::uuid")
    until = time.monotonic() + PATIENCE
    while (held := _hold_rescue()) is None or _is_rescued_now():
        assert time.monotonic() < until, "the chore of every minute neither waits nor ends"
        time.sleep(0.05)
    yield
    chores.job_manager.cancel_job_by_id(held)


def _hold_rescue() -> int | None:
    """The job that is the only one to wait under this chore's lock; None while one is there that is due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day' "
            "WHERE queueing_lock = %s AND status = 'todo' RETURNING id",
            [rescue_runs.queueing_lock],
        )
        if (waiting := cursor.fetchone()) is not None:
            return int(waiting[0])
    try:
        return int(rescue_runs.configure(schedule_in={"days": 1}).defer(timestamp=0))
    except AlreadyEnqueued:
        return None


def _is_rescued_now() -> bool:
    """By a process that is there: what one that was killed left under way is nobody's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM procrastinate_jobs j JOIN procrastinate_workers w ON w.id = j.worker_id "
            "WHERE j.queueing_lock = %s AND j.status = 'doing' AND w.last_heartbeat > now() - interval '30 seconds'",
            [rescue_runs.queueing_lock],
        )
        return cursor.fetchone() is not None
