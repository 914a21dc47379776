"""Which team the current transaction works for.

PostgreSQL's policies read the setting `atrium.team`, which lives as long as the transaction that set it. Without it
they raise: a forgotten context is an error, never an empty page.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction
from psycopg import Cursor

from .statements import Row, begin, run, send, together


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


Statement = tuple[Any, ...]
"""A text and its values, as `statements.run` takes them."""
SET_TEAM = "SELECT set_config('atrium.team', %s, true)"


@contextmanager
def team_context(principal: OfTeam, *first: Statement) -> Iterator[list[list[Row]]]:
    """One transaction for one team. Entered again for the same team it joins; for another it raises WrongTeam.

    first: statements to begin with, sent along with the BEGIN; it yields the rows of each.
    Synchronous, and never held over a wait: asynchronous code calls one service through `in_database`.
    """
    current = _team.get()
    if current is not None:
        if current != principal.team_id:
            raise WrongTeam(f"the context of team {current} is open; {principal.team_id} cannot be entered inside it")
        yield [run(*statement) for statement in first]
        return
    with transaction.atomic():
        with together():
            begin()
            cursors = _for_team(principal.team_id, first)
        found = [cursor.fetchall() for cursor in cursors]
        token = _team.set(principal.team_id)
        try:
            yield found
        finally:
            _team.reset(token)


def look_up(principal: OfTeam, *statements: Statement) -> list[list[Row]]:
    """What statements that only read find in the team's context: one round trip, and nothing stays open."""
    if connection.in_atomic_block:
        with team_context(principal, *statements) as found:
            return found
    with together():
        cursors = _for_team(principal.team_id, statements)
    return [cursor.fetchall() for cursor in cursors]


def _for_team(team_id: UUID, statements: Sequence[Statement]) -> "list[Cursor[Row]]":
    """Sets the team for the transaction that is open, or for what is sent together."""
    send(SET_TEAM, str(team_id))
    return [send(*statement) for statement in statements]
