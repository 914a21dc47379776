"""Work that may wait: mail, exports, sweeps. Procrastinate runs it from PostgreSQL.

A chore's arguments are ids and nothing else: its table belongs to no team.
"""

from typing import Any

from procrastinate.contrib.django import app


def defer(chore: str, **ids: Any) -> None:
    """Put a chore, by its registered name, into the transaction that is open: it runs only if that commits."""
    app.configure_task(name=chore, allow_unknown=True).defer(**ids)


def put_off(chore: str, queue: str, seconds: int, **ids: Any) -> None:
    """The same for a chore of a queue of its own, in so many seconds at the earliest."""
    later: dict[str, Any] = {"schedule_in": {"seconds": seconds}} if seconds else {}
    app.configure_task(name=chore, allow_unknown=True, queue=queue, **later).defer(**ids)
