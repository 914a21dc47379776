"""Acts of two at once, in an order that locks decide."""

from atrium.tenancy.statements import run
from tests.waiting import until

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def until_waiting(count: int) -> None:
    """Return when so many connections to this worker's database wait for a lock."""

    def enough() -> bool:
        run("SELECT pg_stat_clear_snapshot()")  # a transaction sees the activity as it first looked at it
        [(waiting,)] = run(WAITING)
        return bool(waiting >= count)

    until(enough, 20)
