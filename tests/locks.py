"""Acts of two at once, in an order that locks decide."""

import time

from atrium.tenancy.statements import run

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def until_waiting(count: int) -> None:
    """Return when so many connections to this worker's database wait for a lock."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        run("SELECT pg_stat_clear_snapshot()")  # a transaction sees the activity as it first looked at it
        [(waiting,)] = run(WAITING)
        if waiting >= count:
            return
    raise AssertionError(f"{waiting} of {count} wait")
