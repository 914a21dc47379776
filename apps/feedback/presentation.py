"""Flags, messages and threads as the API and the bench show them."""

from typing import Any

from apps.endpoints.presentation import Addresses, api_addresses, prediction_shown

from .models import Flag, Message, Thread
from .selectors import flags_of


def flag_shown(flag: Flag) -> dict[str, Any]:
    return {
        "id": str(flag.pk),
        "thread": str(flag.thread_id),
        "prediction": str(flag.prediction_id),
        "verdict": flag.verdict,
        "correction": flag.correction,
        "marks": flag.marks,
        "message": flag.message,
        "reviewer": flag.reviewer_name,
        "created_at": flag.created_at.isoformat(),
    }


def message_shown(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "author": message.author_name,
        "author_kind": message.author_kind,
        "body": message.body,
        "internal": message.internal,
        "created_at": message.created_at.isoformat(),
    }


def thread_shown(thread: Thread, messages: list[Message], addresses: Addresses | None = None) -> dict[str, Any]:
    """Called inside the team's context."""
    flags = flags_of(thread)
    last = flags[-1].prediction if flags else None
    return {
        "id": str(thread.pk),
        "status": thread.status,
        "waiting": thread.waiting,
        "endpoint": str(thread.endpoint_id),
        "assignee": str(thread.assignee_id) if thread.assignee_id else None,
        "resolved_version": str(thread.resolved_version_id) if thread.resolved_version_id else None,
        "flags": [flag_shown(flag) for flag in flags],
        "prediction": prediction_shown(last, addresses or api_addresses(), team=True) if last else None,
        "messages": [message_shown(message) for message in messages],
        "created_at": thread.created_at.isoformat(),
        "updated_at": thread.updated_at.isoformat(),
    }
