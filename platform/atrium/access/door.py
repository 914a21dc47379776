"""Resolves credentials to principals, once per request, socket or chore.

The path decides the credential: `/r/` a guest's cookie, `/t/` a session, `/api/` a token. A team is not yet known
here, so each look-up is one narrow SECURITY DEFINER function that the owning app's migration makes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection

from atrium.errors import NotFound, Problem
from atrium.tenancy.context import Statement, team_context
from atrium.tenancy.statements import Row, run

from .admission import vouch
from .principals import Grant, LinkRole, Member, Person, Role, Scope, System, Token


def digest(secret: str) -> bytes:
    """What is stored of a token or a link: SHA-256 is enough for 256 random bits."""
    return sha256(secret.encode()).digest()


def _row(function: str, *arguments: str | bytes | UUID) -> tuple[Any, ...] | None:
    marks = ", ".join(["%s"] * len(arguments))
    return next(iter(run(f"SELECT * FROM {function}({marks})", *arguments)), None)  # noqa: S608


def token_for(secret: str) -> Token:
    """The token behind `Authorization: Bearer atr_…`; raises unauthenticated for what is not, or no longer, one.

    A token acts for its member: where the team requires a second factor and the member has none, it is refused with
    second_factor_needed, and works again as soon as there is one.
    """
    return token_from(run(*token_question(digest(secret))) if secret.startswith("atr_") else ())


def token_question(token: bytes) -> Statement:
    """Whether the token of this digest stands, for a transaction to ask."""
    return ("SELECT * FROM atrium.token_behind(%s)", token)


def token_from(rows: Sequence[Row]) -> Token:
    """What the question found; raises as `token_for` does."""
    if not rows:
        raise Problem(
            "unauthenticated",
            "This API token is unknown, expired or revoked. Make a new one under Team settings, API tokens.",
        )
    [(team_id, token_id, membership_id, user_id, role, scopes, name, lacks_factor)] = rows
    if lacks_factor:
        raise Problem(
            "second_factor_needed",
            "This team requires a second factor, and the member whom this token acts for has none. "
            "The token works again once one is set up, under Your account, Second factor.",
        )
    vouch(token_id)
    return Token(team_id, token_id, membership_id, user_id, Role(role), frozenset(map(Scope, scopes)), name)


def member_for(person: Person, team_slug: str) -> Member:
    """The membership of a signed-in person in the team that the URL names; a stranger learns nothing.

    Raises second_factor_needed where the team requires one and the person has none.
    """
    row = _row("atrium.member_at", person.user_id, team_slug)
    if row is None:
        raise NotFound
    team_id, membership_id, role, lacks_factor = row
    if lacks_factor:
        raise Problem("second_factor_needed")
    return Member(person.user_id, team_id, membership_id, Role(role), person.name)


@dataclass(frozen=True, slots=True)
class Lock:
    """What a link asks for beside its secret. passcode: its argon2 hash, or ""; addresses: whom alone it opens for."""

    passcode: str
    addresses: frozenset[str]


def grant_for(link_id: UUID) -> tuple[UUID, Grant, Lock]:
    """(team, grant, lock) of a link that is open now; raises NotFound, link_expired, link_revoked."""
    row = _row("atrium.link_at", link_id)
    if row is None:
        raise NotFound
    team_id, endpoint_id, project_id, role, expires_at, revoked, expired, passcode, addresses = row
    if revoked:
        raise Problem("link_revoked")
    if expired:
        raise Problem("link_expired")
    grant = Grant(link_id, endpoint_id, project_id, LinkRole(role), expires_at)
    return team_id, grant, Lock(passcode, frozenset(addresses))


def team_of_closed(link_id: UUID) -> UUID:
    """The team of a link that is over, for who came too late; raises NotFound for one that is open, or none."""
    row = _row("atrium.link_at", link_id)
    if row is None or not (row[5] or row[6]):
        raise NotFound
    team_id: UUID = row[0]
    return team_id


def frames_of(link_id: UUID) -> tuple[str, ...]:
    """The origins on whose pages a link may be shown, whatever its state; none for a link that there is not."""
    row = _row("atrium.link_frames", link_id)
    return () if row is None else tuple(row[0])


def link_behind(secret: str) -> UUID | None:
    """The link that a secret opens, whatever its state."""
    row = _row("atrium.link_behind", digest(secret))
    return None if row is None else row[0]


def teams() -> list[UUID]:
    """Every team's id, for sweeps that enter each in turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM atrium.all_teams() AS id")
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def system(team_id: UUID, reason: str) -> Iterator[System]:
    """The context in which Atrium itself works for one team."""
    principal = System(team_id, reason)
    with team_context(principal):
        yield principal
