"""What no team holds is swept as well: done chores after a week, sessions when they have ended."""

import asyncio
from datetime import timedelta
from secrets import token_hex

from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.users.chores import sweep as sweep_sessions
from atrium.chores.chores import JOB_HOURS
from atrium.chores.chores import sweep as sweep_chores
from atrium.tenancy.statements import run

DONE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
    VALUES ('default', 'a test''s', '{}', %s::procrastinate_job_status) RETURNING id
"""
ENDED = (
    "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, %s::procrastinate_job_event_type, %s) RETURNING 1"
)


def chore(status: str, hours: int) -> int:
    [(made,)] = run(DONE, status)
    run(ENDED, made, status, timezone.now() - timedelta(hours=hours))
    return int(made)


def test_done_chores_are_forgotten_after_a_week() -> None:
    over = [chore("succeeded", JOB_HOURS + 2), chore("failed", JOB_HOURS + 2)]
    young = chore("succeeded", JOB_HOURS - 2)
    asyncio.run(sweep_chores(0))
    found = {pk for (pk,) in run("SELECT id FROM procrastinate_jobs WHERE task_name = 'a test''s'")}
    assert found & {*over, young} == {young}


def test_ended_sessions_go() -> None:
    keys = {hours: token_hex(16) for hours in (-1, 1)}
    for hours, key in keys.items():
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(hours=hours))
    sweep_sessions(0)
    assert list(Session.objects.filter(pk__in=keys.values()).values_list("pk", flat=True)) == [keys[1]]
