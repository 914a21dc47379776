"""Telling open pages that a thread changed. A notice carries ids only; whoever hears it reads the rows."""

import logging
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

log = logging.getLogger("atrium.feedback")


def inbox_group(team_id: UUID) -> str:
    return f"inbox.{team_id}"


def reviewers_group(team_id: UUID) -> str:
    return f"reviewers.{team_id}"


def _send(group: str, message: dict[str, str]) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(group, message)
    except Exception as error:  # a notice may be lost: pages also look by themselves
        log.warning("a notice was lost", exc_info=error)


def tell_inbox(team_id: UUID, thread_id: UUID) -> None:
    _send(inbox_group(team_id), {"type": "thread.changed", "thread": str(thread_id)})


def tell_reviewers(team_id: UUID, thread_id: UUID) -> None:
    _send(reviewers_group(team_id), {"type": "thread.changed", "thread": str(thread_id)})
