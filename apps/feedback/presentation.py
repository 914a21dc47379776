"""Flags, messages and threads as the API and the bench show them."""

from typing import Any

from apps.endpoints.models import Prediction
from apps.endpoints.presentation import Addresses, answer_shown, api_addresses, prediction_shown, version_named
from apps.projects.addresses import project_url

from .expectations import meets
from .models import Flag, Label, Message, Replay, Thread
from .selectors import flags_of, labels_of, replays_of


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


def replay_shown(made: Replay, addresses: Addresses) -> dict[str, Any]:
    """met: of each reviewer's correction to what was judged, by flag; None where there was none."""
    answered = made.answered
    there = answered is not None and answered.state == Prediction.State.SUCCEEDED
    flags = [flag for flag in flags_of(made.thread) if flag.prediction_id == made.judged_id] if there else []
    answer = None if answered is None else answered.answer
    return {
        "judged": str(made.judged_id),
        "version": version_named(made.version),
        "prediction": None if answered is None else str(made.answered_id),
        "state": "refused" if answered is None else answered.state,
        "refused": made.refused,
        "answer": answer_shown(answer, addresses),
        "met": {str(flag.pk): meets(flag.correction, answer) for flag in flags},
        "told": made.tells,
    }


def label_shown(label: Label) -> dict[str, Any]:
    return {"id": str(label.pk), "name": label.name, "colour": label.colour}


def thread_shown(thread: Thread, messages: list[Message]) -> dict[str, Any]:
    """Called inside the team's context."""
    flags = flags_of(thread)
    last = flags[-1].prediction if flags else None
    addresses = api_addresses(thread)
    return {
        "id": str(thread.pk),
        "status": thread.status,
        "waiting": thread.waiting,
        "project": str(thread.project_id),
        "endpoint": {"id": str(thread.endpoint_id), "name": thread.endpoint.name},
        "assignee": {"id": str(thread.assignee_id), "name": thread.assignee.user.name} if thread.assignee else None,
        "resolved_by_version": version_named(thread.resolved_version) if thread.resolved_version else None,
        "labels": [label_shown(label) for label in labels_of(thread)],
        "due_on": thread.due_on.isoformat() if thread.due_on else None,
        "flags": [flag_shown(flag) for flag in flags],
        "prediction": prediction_shown(last, addresses, team=True) if last else None,
        "replays": [replay_shown(made, addresses) for made in replays_of(thread)],
        "messages": [message_shown(message) for message in messages],
        "created_at": thread.created_at.isoformat(),
        "updated_at": thread.updated_at.isoformat(),
        "url": f"{project_url(thread.project)}inbox/{thread.pk}/",
    }
