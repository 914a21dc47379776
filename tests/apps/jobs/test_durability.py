"""What a commit waits for: whether the disk, for one transaction, and a wait that takes every earlier commit along."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection, transaction

from apps.jobs.services import submit
from atrium.tenancy.context import team_context
from atrium.tenancy.durability import commit_early, wait_for_disk
from atrium.tenancy.statements import run
from tests.people import Lab


@pytest.fixture
def durable() -> Iterator[None]:
    """A connection whose commits wait, as a real server's do; the tests' own server does not."""
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")


def _waits() -> bool:
    [(setting,)] = run("SELECT current_setting('synchronous_commit')")
    return bool(setting == "on")


def test_only_the_open_transaction_does_not_wait(durable: None, lab: Lab) -> None:
    with team_context(lab.alice):
        commit_early()
        assert not _waits()
    assert _waits()


@pytest.mark.parametrize("awaited", [True, False])
def test_a_job_that_somebody_is_told_of_before_its_end_waits(durable: None, lab: Lab, awaited: bool) -> None:
    with team_context(lab.alice):
        submit("predict", uuid4(), {}, pool="nobody's", awaited=awaited)
        assert _waits() is not awaited


def test_the_wait_takes_earlier_commits_along(durable: None) -> None:
    with transaction.atomic():
        commit_early()
        run("SELECT pg_logical_emit_message(true, 'test', 'written')")
    [(written,)] = run("SELECT pg_current_wal_insert_lsn()::text")
    wait_for_disk()
    assert run("SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn", written) == [(True,)]
