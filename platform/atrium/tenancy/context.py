"""Which team the current transaction works for.

PostgreSQL's policies read the setting `atrium.team`, which lives as long as the transaction that set it. Without it
they raise: a forgotten context is an error, never an empty page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol
from uuid import UUID

from django.db import transaction

from .statements import send, together


class OfTeam(Protocol):
    """A principal that acts inside one team."""

    @property
    def team_id(self) -> UUID: ...


class NoTeam(RuntimeError):
    """A tenant row was touched outside any team context."""


class WrongTeam(RuntimeError):
    """A context of one team was entered inside that of another."""


_team: ContextVar[UUID | None] = ContextVar("atrium_team", default=None)


def current_team_id() -> UUID:
    """The team of the open context; raises NoTeam without one."""
    team = _team.get()
    if team is None:
        raise NoTeam("open team_context(principal) first")
    return team


@contextmanager
def team_context(principal: OfTeam) -> Iterator[None]:
    """One transaction for one team. Entered again for the same team it joins; for another it raises WrongTeam.

    Synchronous, and never held over a wait: asynchronous code calls one service through `database_sync_to_async`.
    """
    current = _team.get()
    if current is not None:
        if current != principal.team_id:
            raise WrongTeam(f"the context of team {current} is open; {principal.team_id} cannot be entered inside it")
        yield
        return
    with transaction.atomic():
        with together():  # with the transaction's BEGIN
            send("SELECT set_config('atrium.team', %s, true)", str(principal.team_id))
        token = _team.set(principal.team_id)
        try:
            yield
        finally:
            _team.reset(token)
