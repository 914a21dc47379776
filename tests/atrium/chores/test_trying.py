"""A chore that somebody waits for is tried again over a day; what gave up is told to who runs the installation."""

from collections.abc import Iterator
from datetime import UTC, datetime
from secrets import token_hex

import pytest
from django.db import connection, transaction
from procrastinate import RetryStrategy, utils
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from apps.home.doctor.chores import chores_failed
from apps.home.doctor.findings import State
from apps.jobs.metrics import collect
from apps.sharing.codes import CODE_LIFE
from atrium.chores.trying import HASTY, PATIENT

OURS = {name: task for name, task in app.tasks.items() if not name.startswith(("builtin", "procrastinate"))}
SWEEPS = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Procrastinate's clock stands."""
    monkeypatch.setattr(utils, "utcnow", lambda: NOW)


def waits(strategy: RetryStrategy) -> Iterator[float]:
    """Seconds before each further try of a chore that always fails."""
    for attempts in range(100):
        job = Job(lock=None, queueing_lock=None, task_name="", queue="", attempts=attempts)
        decision = strategy.get_retry_decision(exception=OSError(), job=job)
        if decision is None:
            return
        assert decision.retry_at is not None
        yield (decision.retry_at - NOW).total_seconds()


@pytest.mark.usefixtures("still")
def test_a_mail_server_may_be_away_for_a_day() -> None:
    found = list(waits(PATIENT))
    assert found[0] >= 10, "not at once: what is away is away for some seconds at least"
    assert sum(found[:4]) < 300, "a short outage delays a mail by minutes"
    assert 12 * 3600 < sum(found) < 48 * 3600


@pytest.mark.usefixtures("still")
def test_a_code_comes_while_it_is_worth_something() -> None:
    found = list(waits(HASTY))
    assert min(found) >= 10
    assert CODE_LIFE.total_seconds() * 0.8 < sum(found) < CODE_LIFE.total_seconds()


OF_ITS_OWN = {"webhooks.deliver"}
"""It puts its next attempt off by itself, over a day, and a sweep finds what was lost."""


@pytest.mark.parametrize("name", sorted(OURS.keys() - SWEEPS - OF_ITS_OWN))
def test_every_chore_that_is_waited_for_is_tried_again(name: str) -> None:
    assert OURS[name].retry_strategy is (HASTY if name == "sharing.mail_code" else PATIENT)


def failed(name: str, status: str, attempts: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, scheduled_at)"
            " VALUES ('default', %s, '{}', %s, %s, now() + interval '1 day')",
            [name, status, attempts],
        )


def test_who_runs_the_installation_is_told() -> None:
    lost, late, new = (f"{what}.{token_hex(4)}" for what in ("lost", "late", "new"))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'failed' OR attempts > 0")
        assert chores_failed().state is State.OK
        failed(new, "todo", 0)
        assert chores_failed().state is State.OK
        for _ in range(2):
            failed(lost, "failed", 10)
        failed(late, "todo", 1)
        found = chores_failed()
        told = {
            family.name: {sample.labels["chore"]: sample.value for sample in family.samples}
            for family in collect()
            if family.name in ("atrium_chores_failed", "atrium_chores_retried")
        }
        transaction.set_rollback(True)
    assert found.state is State.WARN
    assert found.sentence == f"2 gave up within a week: {lost} (2); 1 failed and wait for another try: {late} (1)."
    assert "retry ID" in found.remedy
    assert told == {"atrium_chores_failed": {lost: 2}, "atrium_chores_retried": {late: 1}}
