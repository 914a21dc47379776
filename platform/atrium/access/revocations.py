"""Tells open sockets when what they stand on changed or ended: one query a process each half second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from atrium.tenancy.statements import run

log = logging.getLogger("atrium.access")
EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Session:
    """What a signed-in browser stands on. password: SHA-256 of the stored hash that was valid when it came."""

    key: str
    user_id: UUID
    password: bytes


@dataclass(frozen=True, slots=True)
class InProject:
    """What happens inside a project, which ends when somebody asks to delete it."""

    project_id: UUID


@dataclass(frozen=True, slots=True)
class InPool:
    """What stands on a key of a team's own pool, which ends with the pool, or when another turn of its key counts."""

    pool_id: UUID
    turn: int


Subject = UUID | Session | InProject | InPool
"""A link, a membership or a token by its id; a session, which ends with its row, its password or its person; a project,
or a pool's key. A membership also ends for its sockets where its team requires a second factor its person lacks."""
LookAgain = Callable[[], Awaitable[None]]
_watched: dict[Subject, set[LookAgain]] = {}
_task: asyncio.Task[None] | None = None

CHANGED = """
    SELECT id::text FROM atrium.revoked_since(%s)
    UNION ALL
    SELECT id::text FROM atrium.shut_out(%s::uuid[])
    UNION ALL
    SELECT id::text FROM atrium.ended_projects(%s::uuid[])
    UNION ALL
    SELECT key FROM atrium.ended_sessions(%s::text[], %s::uuid[], %s::bytea[])
    UNION ALL
    SELECT id || '.' || turn FROM atrium.ended_pools(%s::uuid[], %s::integer[])
"""


def watch(look_again: LookAgain, *subjects: Subject) -> Callable[[], None]:
    """Call `look_again` when one of these may be over or grants less; returns what ends the watch.

    A change is told for some seconds, what has ended until the watch ends: it must not matter how often.
    """
    global _task
    for subject in subjects:
        _watched.setdefault(subject, set()).add(look_again)
    if _task is None or _task.done() or _task.get_loop() is not asyncio.get_running_loop():
        _task = asyncio.get_running_loop().create_task(_look())

    def end() -> None:
        for subject in subjects:
            watching = _watched.get(subject, set())
            watching.discard(look_again)
            if not watching:
                _watched.pop(subject, None)

    return end


def _changed_since(since: datetime, subjects: list[Subject]) -> set[str]:
    sessions = [subject for subject in subjects if isinstance(subject, Session)]
    projects = [subject.project_id for subject in subjects if isinstance(subject, InProject)]
    ids = [subject for subject in subjects if isinstance(subject, UUID)]
    keys, people, passwords = ([getattr(each, name) for each in sessions] for name in ("key", "user_id", "password"))
    in_pools = [subject for subject in subjects if isinstance(subject, InPool)]
    pools, turns = [subject.pool_id for subject in in_pools], [subject.turn for subject in in_pools]
    return {name for (name,) in run(CHANGED, since, ids, projects, keys, people, passwords, pools, turns)}


def _name(subject: Subject) -> str:
    match subject:
        case Session():
            return subject.key
        case InProject():
            return str(subject.project_id)
        case InPool():
            return f"{subject.pool_id}.{subject.turn}"
    return str(subject)


async def _look() -> None:
    """Runs while something is watched. It looks a little further back than it slept: commits are not instantaneous."""
    since = timezone.now() - timedelta(seconds=5)
    while _watched:
        asked_at = timezone.now()
        try:
            changed = await database_sync_to_async(_changed_since)(since, list(_watched))
            since = asked_at - timedelta(seconds=5)
        except Exception:  # a look that ended would leave every socket open beyond its right
            log.warning("could not look for revocations; looking again", exc_info=True)
            changed = set()
        for look_again in {each for subject in _watched if _name(subject) in changed for each in _watched[subject]}:
            try:
                await look_again()
            except Exception:  # one socket that is gone already must not keep the others open
                log.warning("a socket could not look again at its rights", exc_info=True)
        await asyncio.sleep(EVERY_SECONDS)
