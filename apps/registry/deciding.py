"""A version has been decided: it is ready with its interface, or it was rejected. Apps above act on it, by a chore.

The dispatcher, which ends an inspection, defers that chore in the same transaction (`atrium.version_decided`).
"""

from collections.abc import Callable
from uuid import UUID

from atrium.access.principals import System
from atrium.audit.services import record
from atrium.chores import defer

from .models import Version

ACTS: list[Callable[[System, Version], None]] = []


def on_decided(act: Callable[[System, Version], None]) -> None:
    """Called once by an app when it is ready. act: called in the team's context; each version once, or more often."""
    ACTS.append(act)


def decided(version: Version) -> None:
    """In the open transaction of what decided it."""
    defer("registry.version_decided", team_id=str(version.team_id), version_id=str(version.pk))


def act_on(principal: System, version_id: UUID) -> None:
    version = Version.objects.select_related("model__project").filter(pk=version_id).first()
    if version is None or not (version.servable or version.state == Version.State.REJECTED):
        return
    what = "version.became_ready" if version.servable else "version.was_rejected"
    record(principal, what, version, project_id=version.model.project_id)
    for act in ACTS:
        act(principal, version)
