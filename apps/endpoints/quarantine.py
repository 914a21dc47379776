"""Studies kept aside because somebody may be named in their pixels.

What is kept is already in our own bytes, its headers de-identified: the file as it came is stored nowhere. Whoever sent
it, and members, may look at it, black regions out, or withdraw it; members may release it as it is. A ready one is used
by `{quarantine: id}` in place of the file. A chore deletes each after `QUARANTINE_HOURS`, used or not.
"""

from asyncio import to_thread
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from apps.artifacts.deletion import remove
from apps.artifacts.models import Artifact
from apps.artifacts.services import Bytes, discard, keep, read, stage, unless_refused
from apps.projects.models import Project
from apps.projects.selectors import project_for
from apps.registry.inputs import Suspected
from apps.registry.interfaces import field_error
from atrium import rendering
from atrium.access.principals import Guest, Member, TeamPrincipal, Token
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, NotFound, Problem, require
from atrium.tenancy.context import team_context
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.rendering import Made
from gpu_workers.protocol.study import Box

from .authors import author_of, link_of
from .models import Quarantined
from .permissions import can_handle_quarantine, can_see_quarantined, is_guests_own
from .selectors import endpoint_for

MOST_HELD = 20
"""Of one author on one endpoint at a time."""
MEMBERS = "Members and above see and release what is kept aside."
TO_DO = "It is kept aside. Cover what identifies somebody and go on, or withdraw it."
Boxes = tuple[Box, ...]


async def set_aside(principal: TeamPrincipal, endpoint_id: UUID, suspected: Suspected) -> Problem:
    """The problem that tells of it. Holds no transaction while it stores the bytes."""
    made = suspected.made
    staged = await to_thread(stage, principal.team_id, made.data, made.content_type)
    try:
        held = await in_database(_insert, principal, endpoint_id, suspected, staged)
    except Problem:
        await to_thread(discard, principal.team_id, [staged])
        raise
    told = f"{' '.join(made.suspicion.reasons)} {TO_DO}"
    error = FieldError(f"inputs.{suspected.name}", "input_quarantined", told)
    return Problem("input_quarantined", told, errors=[error], more={"quarantine": shown(held)})


def _insert(principal: TeamPrincipal, endpoint_id: UUID, suspected: Suspected, staged: Bytes) -> Quarantined:
    kind, author_id = author_of(principal)
    made = suspected.made
    with team_context(principal):
        endpoint = endpoint_for(principal, endpoint_id)
        mine = Quarantined.objects.filter(endpoint=endpoint, author_id=author_id)
        if mine.count() >= MOST_HELD:
            raise Problem(
                "quota_exceeded",
                f"{MOST_HELD} studies of yours are kept aside already. Cover and use them, or withdraw some.",
            )
        [artifact] = keep([staged])
        held = Quarantined.objects.create(
            endpoint=endpoint,
            artifact=artifact,
            author_kind=kind,
            author_id=author_id,
            link_id=link_of(principal),
            input=suspected.name,
            facts=made.facts,
            ends_at=timezone.now() + timedelta(hours=settings.QUARANTINE_HOURS),
            **_suspicion(made),
        )
        record(principal, "quarantine.held", held, project_id=endpoint.project_id)
    return held


def _suspicion(made: Made) -> dict[str, Any]:
    found = made.suspicion
    return {"reasons": list(found.reasons), "boxes": list(msgspec.to_builtins(found.boxes)), "frame": found.frame}


def held_for(principal: TeamPrincipal, held_id: UUID) -> Quarantined:
    """Inside the team's context. Raises NotFound for what is not there, over, or not the asker's to see."""
    found = Quarantined.objects.select_related("endpoint__project", "artifact")
    held = found.filter(pk=held_id, ends_at__gt=timezone.now(), endpoint__project__deleting_at=None).first()
    if held is None or (isinstance(principal, Guest) and not is_guests_own(principal, held)):
        raise NotFound
    require(can_see_quarantined(principal, held), MEMBERS)
    return held


def listed_quarantine(principal: TeamPrincipal, project_id: UUID) -> "QuerySet[Quarantined]":
    """All of a project, for members; inside the team's context."""
    require(can_handle_quarantine(principal), MEMBERS)
    return _kept_in(project_for(principal, project_id)).select_related("endpoint__project", "artifact")


def held_in(member: Member, project: Project) -> int:
    """How many wait for a look of this member's; inside the team's context."""
    if not can_handle_quarantine(member):
        return 0
    return _kept_in(project).filter(state=Quarantined.State.HELD).count()


def _kept_in(project: Project) -> "QuerySet[Quarantined]":
    return Quarantined.objects.filter(endpoint__project=project, ends_at__gt=timezone.now())


def shown(held: Quarantined) -> dict[str, Any]:
    """As the API and the bench tell it."""
    return {
        "id": str(held.pk),
        "endpoint": str(held.endpoint_id),
        "input": held.input,
        "state": held.state,
        "reasons": held.reasons,
        "boxes": held.boxes,
        "frame": held.frame,
        **held.facts,
        "created_at": held.created_at.isoformat(),
        "ends_at": held.ends_at.isoformat(),
    }


def picture_of(principal: TeamPrincipal, held_id: UUID, frame: str) -> bytes:
    """A PNG of one frame, the first is "0". To have looked is on record."""
    with team_context(principal):
        held = held_for(principal, held_id)
        if not (frame.isascii() and frame.isdigit() and len(frame) < 6):
            raise Invalid(FieldError("frame", "invalid", "The first frame is 0."))
        artifact = held.artifact
        record(principal, "quarantine.seen", held, project_id=held.endpoint.project_id, frame=int(frame))
    return rendering.frame_now(read(artifact), int(frame)).data


def cover(principal: TeamPrincipal, held_id: UUID, boxes: Any) -> Quarantined:
    """Black the boxes out for good; ready where nothing is suspected any more. The bytes before are deleted."""
    with team_context(principal):
        before = held_for(principal, held_id).artifact
    regions = _read_boxes(boxes)
    made = rendering.cover_now(read(before), regions)
    staged = stage(principal.team_id, made.data, made.content_type)
    with unless_refused(principal.team_id, [staged]), team_context(principal):
        Quarantined.objects.select_for_update().filter(pk=held_id).first()  # of two at once the second is told
        held = held_for(principal, held_id)
        if held.artifact_id != before.pk:
            raise Conflict("It was covered in another window meanwhile. Look at it again.")
        [held.artifact] = keep([staged])
        for name, value in _suspicion(made).items():
            setattr(held, name, value)
        held.state = Quarantined.State.HELD if made.suspicion else Quarantined.State.READY
        held.save()
        remove([before.pk])
        record(principal, "quarantine.covered", held, project_id=held.endpoint.project_id, boxes=len(regions))
    return held


def _read_boxes(given: Any) -> Boxes:
    try:
        boxes: Boxes = msgspec.convert(given, Boxes)
    except msgspec.ValidationError as error:
        raise Invalid(field_error(error, "boxes", Boxes)) from error
    if not 1 <= len(boxes) <= 100:
        raise Invalid(FieldError("boxes", "length", "Give 1 to 100 boxes, each with x, y, w and h as fractions."))
    return boxes


def release(principal: TeamPrincipal, held_id: UUID) -> Quarantined:
    """A member has looked: nobody is named. Whoever sent it may go on."""
    with team_context(principal):
        held = held_for(principal, held_id)
        require(isinstance(principal, Member | Token) and can_handle_quarantine(principal), MEMBERS)
        held.state, held.released_by = Quarantined.State.READY, author_of(principal)[1]
        held.save(update_fields=["state", "released_by"])
        record(principal, "quarantine.released", held, project_id=held.endpoint.project_id)
    return held


def withdraw(principal: TeamPrincipal, held_id: UUID) -> None:
    """Delete it with its bytes."""
    with team_context(principal):
        held = held_for(principal, held_id)
        record(principal, "quarantine.deleted", held, project_id=held.endpoint.project_id)
        delete(Quarantined.objects.filter(pk=held.pk))


def delete(quarantined: "QuerySet[Quarantined]") -> int:
    """Rows and bytes, in the open context; returns how many."""
    artifacts = list(quarantined.values_list("artifact_id", flat=True))
    return remove(artifacts)  # the rows go with them


def ready_one(principal: TeamPrincipal, endpoint_id: UUID, name: str, held_id: Any) -> tuple[dict[str, Any], Artifact]:
    """(what is stored, its bytes' row) of a value `{quarantine: id}`, inside the team's context. Raises Invalid."""
    try:
        held = held_for(principal, UUID(str(held_id)))
    except (NotFound, ValueError):
        told = "There is no such study in quarantine: it was withdrawn, or its time is over. Send the files again."
        raise Invalid(FieldError(f"inputs.{name}.quarantine", "not_found", told)) from None
    if held.endpoint_id != endpoint_id or held.input != name:
        raise Invalid(FieldError(f"inputs.{name}.quarantine", "invalid", "It was sent for another input."))
    if held.state != Quarantined.State.READY:
        told = f"{' '.join(held.reasons)} {TO_DO}"
        raise Problem("input_quarantined", told, more={"quarantine": shown(held)})
    return {"kind": "study", **held.facts}, held.artifact
