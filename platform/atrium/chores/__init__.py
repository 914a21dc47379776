"""Work that may wait: mail, exports, sweeps. Procrastinate runs it from PostgreSQL.

A chore's arguments are ids and nothing else: its table belongs to no team.
"""

from typing import Any

from procrastinate.contrib.django import app


def defer(chore: str, **ids: Any) -> None:
    """Put a chore, by its registered name, into the transaction that is open: it runs only if that commits."""
    app.configure_task(name=chore, allow_unknown=True).defer(**ids)
