"""The events that programs are told of: each from one of the audit's, with ids and pages' addresses, never content."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.projects.addresses import project_url
from apps.projects.models import Project
from atrium.audit.models import Event

TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Kind:
    """what: the audit's event. tells: of it, beside project and time."""

    name: str
    what: str
    words: str
    tells: Callable[[Event, str], dict[str, Any]]


def _flag(event: Event, base: str) -> dict[str, Any]:
    return {
        "prediction": str(event.subject_id),
        "thread": event.data.get("thread"),
        "verdict": event.data.get("verdict"),
        "url": f"{base}inbox/{event.data.get('thread')}/",
    }


def _thread(event: Event, base: str) -> dict[str, Any]:
    told = {"thread": str(event.subject_id), "url": f"{base}inbox/{event.subject_id}/"}
    if event.what == "thread.wrote":
        return told | {"internal": bool(event.data.get("internal"))}
    return told | {"version": event.data.get("version")}


def _version(event: Event, base: str) -> dict[str, Any]:
    return {"version": str(event.subject_id), "url": f"{base}models/"}


def _suite(event: Event, base: str) -> dict[str, Any]:
    facts = {"cases": event.data.get("cases"), "not_passed": event.data.get("not_passed")}
    return _version(event, base) | facts


def _run(event: Event, base: str) -> dict[str, Any]:
    return {"run": event.data.get("run"), "state": event.data.get("state"), "url": f"{base}datasets/"}


KINDS = (
    Kind("flag.created", "prediction.flagged", "A reviewer judged an answer", _flag),
    Kind("message.created", "thread.wrote", "Somebody wrote on a case", _thread),
    Kind("thread.resolved", "thread.resolved", "A case was resolved", _thread),
    Kind("thread.reopened", "thread.reopened", "A case was opened again", _thread),
    Kind("version.ready", "version.became_ready", "A version is ready", _version),
    Kind("version.rejected", "version.was_rejected", "A version was rejected", _version),
    Kind("suite.finished", "suite.finished_run", "A version was asked its suite", _suite),
    Kind("run.finished", "dataset.finished_run", "A run over a dataset ended", _run),
)
NAMES = tuple(kind.name for kind in KINDS)


def body_of(kind: Kind, event: Event, project: Project) -> dict[str, Any]:
    """As Standard Webhooks has it: type, timestamp, data."""
    return {
        "type": kind.name,
        "timestamp": event.at.isoformat(),
        "data": {"project": str(project.pk), **kind.tells(event, project_url(project))},
    }
