"""Live functions: versions that have no file. What is kept of one is its declaration; the code stays in a notebook."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from uuid6 import uuid7

from apps.artifacts.models import Artifact
from apps.projects.addresses import slug_of
from apps.projects.selectors import project_for
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import FieldError, Invalid, require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.interface import Interface

from .cards import checked_card
from .deciding import decided
from .interfaces import as_json, read_interface
from .models import Model, Version
from .permissions import can_change_models
from .twins import twin_of

LIVE = "live"
"""The format of a version that a connection from a notebook answers for."""
_TAKEN = {
    "inputs": {
        "image": {"mode"},
        "sketch": {"mode"},
        "audio": {"max_seconds"},
        "series": {"leads", "unit", "max_seconds"},
        "text": {"max_length", "default"},
        "number": {"minimum", "maximum", "unit", "default"},
        "choice": {"choices", "default"},
        "table": {"columns"},
    },
    "outputs": {
        "label": {"classes", "activation"},
        "number": {"unit", "scale", "offset"},
        "text": {"classes"},
        "image": {"mode"},
        "mask": {"classes", "input"},
        "boxes": {"classes", "input"},
        "points": {"classes", "input"},
        "spans": {"classes", "input"},
        "json": set(),
        "vector": {"l2"},
        "audio": set(),
        "series": {"leads", "unit"},
    },
}
"""Options that mean something to a function; the others say how a tensor of an uploaded model is made."""
_ALWAYS = {"kind", "name", "title", "help"}


def declare_function(
    principal: TeamPrincipal,
    project_id: UUID,
    *,
    name: str,
    interface: Any,
    notes: str = "",
    card: Mapping[str, Any] | None = None,
) -> Version:
    """The version for a function of this name and interface: one that is there, or the next of the model's.

    Declared again just so, as by a cell that is run again or a second notebook, it is the same version. Raises Invalid.
    """
    declared = read_interface(interface)
    _require_plain(declared)
    facts = checked_card(card or {})
    slug = slug_of(name)
    form = as_json(declared)
    with team_context(principal):
        require(can_change_models(principal), "Viewers cannot serve functions.")
        project = project_for(principal, project_id)
        model, is_new = Model.objects.get_or_create(project=project, slug=slug, defaults={"name": name.strip()})
        if is_new:
            record(principal, "model.created", model, project_id=project.pk)
        Model.objects.select_for_update().get(pk=model.pk)  # numbers are given in turn
        before = Version.objects.filter(model=model).order_by("-number").first()
        version = Version(id=uuid7(), team_id=principal.team_id, model=model, format=LIVE, state=Version.State.READY)
        version.interface = version.declared = form
        version.notes, version.card = notes, facts or ({} if before is None else before.card)
        version.created_by = getattr(principal, "user_id", None)
        version.artifact = artifact = _declaration(form)
        twin = twin_of(version)
        if twin is not None:
            return twin
        artifact.save(force_insert=True)
        version.number = 1 if before is None else before.number + 1
        version.save(force_insert=True)
        record(principal, "version.declared", version, project_id=project.pk)
        decided(version)
    return version


def _declaration(form: dict[str, Any]) -> Artifact:
    """What stands in the place of a file."""
    data = msgspec.json.encode(form, order="sorted")
    told = sha256(data).digest()
    return Artifact(id=uuid7(), sha256=told, size=len(data), content_type="application/json", inline=data)


def _require_plain(interface: Interface) -> None:
    errors = []
    for side, kinds in _TAKEN.items():
        for index, field in enumerate(getattr(interface, side)):
            form = msgspec.to_builtins(field)
            if form["kind"] not in kinds:
                told = f"A function neither takes nor answers “{form['kind']}” yet; it is for uploaded models."
                errors.append(FieldError(f"interface.{side}.{index}.kind", "not_taken", told))
                continue
            for option in sorted(set(form) - _ALWAYS - kinds.get(form["kind"], set())):
                told = f"“{option}” prepares a tensor of an uploaded model; a function does that itself. Leave it out."
                errors.append(FieldError(f"interface.{side}.{index}.{option}", "not_taken", told))
    if errors:
        raise Invalid(*errors)
