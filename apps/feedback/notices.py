"""Telling open pages that a thread changed. A notice carries ids only; whoever hears it reads the rows.

It is sent at once, and may be lost on its way or with Valkey. So a process with open pages also looks, every second, at
what was recorded in their teams: a page hears of each event once, whichever way is the first.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import Error as DatabaseError
from django.utils import timezone

from atrium.telemetry import watch
from atrium.tenancy.statements import Row, run

log = logging.getLogger("atrium.feedback")
LOOK_SECONDS = 1.0
OVERLAP = timedelta(seconds=5)
"""How much further back than it slept a look goes: commits are not instantaneous."""
REMEMBERED = 12_000
"""Events that a page was told of, so that the next look, which finds them again, tells none twice."""
TOLD_SINCE = "SELECT event_id, team_id, thread_id, at, replied FROM atrium.told_since(%s::uuid[], %s) ORDER BY at"


class Found(NamedTuple):
    """replied: whether the case's reviewers are told as well."""

    event: UUID
    thread: UUID
    at: datetime
    replied: bool


def inbox_group(team_id: UUID) -> str:
    return f"inbox.{team_id}"


def reviewers_group(team_id: UUID) -> str:
    return f"reviewers.{team_id}"


def _send(group: str, thread_id: UUID, event_id: UUID) -> None:
    if watch.is_away("messages"):  # who asked need not wait for it
        return
    notice = {"type": "thread.changed", "thread": str(thread_id), "event": str(event_id)}
    try:
        async_to_sync(get_channel_layer().group_send)(group, notice)
    except Exception as error:
        log.warning("a notice was lost (%s); pages will look by themselves", type(error).__name__)


def tell_inbox(team_id: UUID, thread_id: UUID, event_id: UUID) -> None:
    """event_id: of the audit, in which the change is recorded."""
    _send(inbox_group(team_id), thread_id, event_id)


def tell_reviewers(team_id: UUID, thread_id: UUID, event_id: UUID) -> None:
    _send(reviewers_group(team_id), thread_id, event_id)


Changed = Callable[[Collection[UUID]], Awaitable[None]]


class Listener:
    """One open page of a team, from now on. changed: called with threads' ids: of one, or of all that changed together.
    reviewer: hears of replies only."""

    def __init__(self, team_id: UUID, changed: Changed, *, reviewer: bool = False) -> None:
        self._team_id, self._changed, self._reviewer = team_id, changed, reviewer
        self._since = timezone.now()
        self._told: dict[UUID, None] = {}
        _listening.setdefault(team_id, set()).add(self)
        _keep_looking()

    def end(self) -> None:
        others = _listening.get(self._team_id, set())
        others.discard(self)
        if not others:
            _listening.pop(self._team_id, None)

    async def hear(self, notice: dict[str, Any]) -> None:
        """What the channel layer brought."""
        await self._tell({UUID(notice["event"]): UUID(notice["thread"])})

    async def find(self, found: Iterable[Found]) -> None:
        """What a look found."""
        await self._tell(
            {
                each.event: each.thread
                for each in found
                if each.at > self._since and (each.replied or not self._reviewer)
            }
        )

    async def _tell(self, threads: Mapping[UUID, UUID]) -> None:
        """threads: by event."""
        new = {event: thread for event, thread in threads.items() if event not in self._told}
        if not new:
            return
        self._told |= dict.fromkeys(new)
        for event in list(islice(self._told, max(0, len(self._told) - REMEMBERED))):
            del self._told[event]
        try:
            await self._changed(list(dict.fromkeys(new.values())))
        except BaseException:
            for event in new:
                self._told.pop(event, None)  # the next look tries again
            raise


_listening: dict[UUID, set[Listener]] = {}
_task: asyncio.Task[None] | None = None


def _keep_looking() -> None:
    global _task
    if _task is None or _task.done() or _task.get_loop() is not asyncio.get_running_loop():
        _task = asyncio.get_running_loop().create_task(_look())


def _told_since(teams: Sequence[UUID], since: datetime) -> list[Row]:
    return run(TOLD_SINCE, teams, since)


async def _look() -> None:
    """Runs while a page is open."""
    since = timezone.now() - OVERLAP
    while _listening:
        asked_at = timezone.now()
        try:
            found = await database_sync_to_async(_told_since)(list(_listening), since)
            since = asked_at - OVERLAP
        except DatabaseError:
            log.warning("could not look for changed threads; looking again", exc_info=True)
            found = []
        by_team: dict[UUID, list[Found]] = {}
        for event_id, team_id, thread_id, at, replied in found:
            by_team.setdefault(team_id, []).append(Found(event_id, thread_id, at, replied))
        for team_id, told in by_team.items():
            for listener in tuple(_listening.get(team_id, ())):
                try:
                    await listener.find(told)
                except Exception:  # one page that is gone already must not keep the others in the dark
                    log.warning("a page could not be told of a changed thread", exc_info=True)
        await asyncio.sleep(LOOK_SECONDS)
