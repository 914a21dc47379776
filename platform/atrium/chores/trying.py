"""How long a chore is tried again, and which ones are in trouble.

What a chore does may be away for a while: a mail server, the store. Each chore that somebody waits for names one of
the two strategies; a sweep names none, since its next turn is its next try. What gave up stays in procrastinate's
table for a week, where the doctor and `/metrics` look.
"""

from dataclasses import dataclass

from django.db import connection
from procrastinate import RetryStrategy

PATIENT = RetryStrategy(max_attempts=10, wait=10, exponential_wait=3)
"""After 13 s, 19 s, 37 s, and so on: the tenth time after a day."""
HASTY = RetryStrategy(max_attempts=20, wait=40)
"""Every 40 s for 13 minutes: for a code, which is worth nothing after 15."""

TROUBLED = """
    SELECT status::text, task_name, count(*) FROM procrastinate_jobs
    WHERE status = 'failed' OR status = 'todo' AND attempts > 0
    GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How many chores by their names. failed: they gave up, within a week; retried: they wait for another try."""

    failed: dict[str, int]
    retried: dict[str, int]


def trouble() -> Trouble:
    """As it is now; the tables belong to no team."""
    with connection.cursor() as cursor:
        cursor.execute(TROUBLED)
        rows = cursor.fetchall()
    return Trouble(
        {name: count for status, name, count in rows if status == "failed"},
        {name: count for status, name, count in rows if status == "todo"},
    )
