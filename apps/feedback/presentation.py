"""Flags, messages and threads as the API and the bench show them."""

from typing import Any

from apps.endpoints.presentation import api_addresses, prediction_shown, version_named
from apps.projects.addresses import project_url

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
        "findings": flag.findings,
        "added": flag.added,
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


def thread_shown(thread: Thread, messages: list[Message]) -> dict[str, Any]:
    """Called inside the team's context."""
    flags = flags_of(thread)
    last = flags[-1].prediction if flags else None
    return {
        "id": str(thread.pk),
        "status": thread.status,
        "waiting": thread.waiting,
        "project": str(thread.project_id),
        "endpoint": {"id": str(thread.endpoint_id), "name": thread.endpoint.name},
        "assignee": {"id": str(thread.assignee_id), "name": thread.assignee.user.name} if thread.assignee else None,
        "resolved_by_version": version_named(thread.resolved_version) if thread.resolved_version else None,
        "flags": [flag_shown(flag) for flag in flags],
        "prediction": prediction_shown(last, api_addresses(thread), team=True) if last else None,
        "messages": [message_shown(message) for message in messages],
        "created_at": thread.created_at.isoformat(),
        "updated_at": thread.updated_at.isoformat(),
        "url": f"{project_url(thread.project)}inbox/{thread.pk}/",
    }
