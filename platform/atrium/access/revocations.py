"""Closes open sockets when what let them in was withdrawn: one query a process each half second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

log = logging.getLogger("atrium.access")
EVERY_SECONDS = 0.5

Close = Callable[[], Awaitable[None]]
_watched: dict[UUID, set[Close]] = {}
_task: asyncio.Task[None] | None = None


def watch(subject: UUID, close: Close) -> Callable[[], None]:
    """Call `close` when this link, membership, token or person is revoked; returns what ends the watch."""
    global _task
    _watched.setdefault(subject, set()).add(close)
    if _task is None or _task.done() or _task.get_loop() is not asyncio.get_running_loop():
        _task = asyncio.get_running_loop().create_task(_look())

    def end() -> None:
        closes = _watched.get(subject, set())
        closes.discard(close)
        if not closes:
            _watched.pop(subject, None)

    return end


def _revoked_since(since: datetime) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM atrium.revoked_since(%s)", [since])
        return {row[0] for row in cursor.fetchall()}


async def _look() -> None:
    """Runs while something is watched. It looks a little further back than it slept: commits are not instantaneous."""
    since = timezone.now() - timedelta(seconds=5)
    while _watched:
        asked_at = timezone.now()
        try:
            revoked = await database_sync_to_async(_revoked_since)(since)
            since = asked_at - timedelta(seconds=5)
        except DatabaseError:
            log.warning("could not look for revocations; looking again", exc_info=True)
            revoked = set()
        for subject in revoked & _watched.keys():
            for close in list(_watched.get(subject, ())):
                try:
                    await close()
                except Exception:  # one socket that is gone already must not keep the others open
                    log.warning("a revoked socket could not be closed", exc_info=True)
        await asyncio.sleep(EVERY_SECONDS)
