"""From what a stranger sent to what a model sees: bytes decoded, edits rendered, and what names the result.

Nothing here holds a transaction, or asks who may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from asgiref.sync import sync_to_async
from uuid6 import uuid7

from apps.artifacts.models import Artifact, key_of
from apps.artifacts.services import read
from apps.registry.inputs import (
    Given,
    Stored,
    described,
    facts_of,
    is_file,
    new_file,
    prepare,
    seen_payload,
    stored_file,
)
from apps.registry.interfaces import field_error
from atrium import rendering
from atrium.errors import FieldError, Invalid
from gpu_workers.protocol.answers import FILES
from gpu_workers.protocol.edits import Crop, Edit, Edits, Flip, Rotate
from gpu_workers.protocol.interface import Input, Interface, kind_of, stored_as
from gpu_workers.protocol.messages import Origin
from gpu_workers.protocol.values import Plain, Unfit, edited


@dataclass(frozen=True, slots=True)
class Asked:
    """What a stranger sent. values: JSON values, bytes of files, or `{prediction: id}` for an earlier original.

    keep: False for a live draft. key, body: the Idempotency-Key and a digest of all that was sent. came_from: of a row
    of a table, as the prediction's row holds it; never taken from a request.
    """

    values: Mapping[str, Any]
    edits: Any = ()
    keep: bool = True
    key: str = ""
    body: bytes = b""
    came_from: Mapping[str, Any] | None = None


Original = tuple[dict[str, Any], Artifact | None]
"""One input of an earlier prediction, as its row holds it, and its file's artifact; or what was in quarantine, without
`original`."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The endpoint as it was when the request came. originals: by input what earlier predictions hold of it.
    came_from: of their case, where that is a row of a table. is_live: whether a function in a notebook answers.
    """

    endpoint_id: UUID
    interface: Interface
    version_id: UUID
    originals: Mapping[str, Original]
    original_id: UUID | None
    came_from: Mapping[str, Any] | None = None
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """Ready to be inserted. given: the originals; rendered: what the model sees where edits change it."""

    given: Mapping[str, Given]
    rendered: Mapping[str, Given]
    edits: tuple[Edit, ...]

    @property
    def files(self) -> list[Stored]:
        return [value for value in (*self.given.values(), *self.rendered.values()) if isinstance(value, Stored)]


def read_edits(value: Any) -> tuple[Edit, ...]:
    try:
        edits: tuple[Edit, ...] = msgspec.convert(value or (), Edits)
    except msgspec.ValidationError as error:
        raise Invalid(field_error(error, "edits", Edits)) from error
    return edits


async def prepared_of(serving: Serving, asked: Asked) -> Prepared:
    """Files in our own bytes, none of them kept yet. Raises Invalid and the problems of `input_…`."""
    edits = read_edits(asked.edits)
    values = dict(asked.values)
    for name, (stored, artifact) in serving.originals.items():
        if artifact is None:
            values[name] = stored["value"]
            continue
        small = artifact.inline
        data = await sync_to_async(read, thread_sensitive=False)(artifact) if small is None else bytes(small)
        if is_file(stored):
            values[name] = stored_file(stored, artifact, data)
        else:  # from quarantine, whose bytes end before the prediction does
            values[name] = await new_file(rendering.Made(data, "", stored["kind"], facts_of(stored)))
    given = await prepare(serving.interface, values)
    fields = {field.name: field for field in serving.interface.inputs}
    rendered: dict[str, Given] = {}
    for name, mine in _edits_by_input(serving.interface, edits).items():
        original = given[name]
        if isinstance(original, Stored):
            sequence = tuple(mine.values())
            rendered[name] = await new_file(await rendering.render(original.data, original.kind, sequence))
        else:
            rendered[name] = _edited(fields[name], original, mine)
    return Prepared(given, rendered, edits)


def _edited(field: Input, value: Plain, edits: Mapping[int, Edit]) -> Plain:
    for index, edit in edits.items():
        try:
            value = edited(field, value, edit)
        except Unfit as unfit:
            raise Invalid(FieldError(f"edits.{index}", unfit.code, unfit.message)) from None
    return value


def _edits_by_input(interface: Interface, edits: Sequence[Edit]) -> dict[str, dict[int, Edit]]:
    """Those that are on, by their place in the list. One without an input's name applies to the first input that takes
    its kind."""
    kinds = {field.name: stored_as(field) or kind_of(field) for field in interface.inputs} if edits else {}
    grouped: dict[str, dict[int, Edit]] = {}
    for index, edit in enumerate(edits):
        name = edit.input or next((name for name, kind in kinds.items() if kind in edit.on), "")
        if kinds.get(name) not in edit.on:
            told = f"This endpoint has no such {' or '.join(sorted(edit.on))} input."
            raise Invalid(FieldError(f"edits.{index}.input", "unknown", told))
        if not edit.off:
            grouped.setdefault(name, {})[index] = edit
    return grouped


def digests_of(serving: Serving, prepared: Prepared, came_from: Mapping[str, Any] | None) -> tuple[bytes, bytes]:
    """(of the case: the unedited inputs; of the request: endpoint, version, inputs, canonical edits, and the row that
    it is: two rows that are alike are two predictions of one case)."""
    facts = {name: value.sha256 if isinstance(value, Stored) else value for name, value in prepared.given.items()}
    case = sha256(msgspec.json.encode(facts, order="sorted")).digest()
    edits = msgspec.json.encode(prepared.edits, order="sorted")
    row = b"" if came_from is None else msgspec.json.encode(came_from, order="sorted")
    return case, sha256(serving.endpoint_id.bytes + serving.version_id.bytes + case + edits + row).digest()


def inputs_of(prepared: Prepared) -> dict[str, Any]:
    """As the prediction's row holds them."""
    inputs = described(prepared.given)
    for name, seen in prepared.rendered.items():
        if isinstance(seen, Stored):
            inputs[name] |= {"rendered": str(seen.artifact_id), "rendered_sha256": seen.sha256}
        else:
            inputs[name]["rendered"] = seen
    return inputs


def payload_of(team_id: UUID, interface: Interface, prepared: Prepared) -> dict[str, Any]:
    """As the job's row holds them, with the key of each file that the model will answer."""
    seen = {**prepared.given, **prepared.rendered}
    inputs: dict[str, Any] = {
        name: value.payload(team_id) if isinstance(value, Stored) else value for name, value in seen.items()
    }
    for name, value in seen.items():
        original = prepared.given[name]
        if isinstance(value, Stored) and isinstance(original, Stored):
            inputs[name] |= origin_told(interface, original.facts, prepared.edits, name)
    return {"inputs": inputs, "puts": puts_of(team_id, interface)}


def puts_of(team_id: UUID, interface: Interface) -> dict[str, str]:
    """By output the key under which the worker puts the file that it answers."""
    return {output.name: key_of(team_id, uuid7()) for output in interface.outputs if type(output) in FILES}


def origin_told(interface: Interface, facts: Mapping[str, Any], edits: Sequence[Edit], name: str) -> dict[str, Any]:
    """`{origin}` of a picture, so that what is found in what edits made of it is told of the original; else nothing."""
    width, height = facts.get("width") or facts.get("columns"), facts.get("height") or facts.get("rows")
    spacing = facts.get("spacing_mm")
    if not width or not height:
        return {}
    mine = _edits_by_input(interface, edits).get(name, {})
    moving = tuple(edit for edit in mine.values() if isinstance(edit, Crop | Rotate | Flip))
    origin = Origin(width, height, moving, (spacing[0], spacing[1]) if spacing else None)
    return {"origin": msgspec.to_builtins(origin)}


def payload_again(interface: Interface, inputs: Mapping[str, Mapping[str, Any]], edits: Any) -> dict[str, Any]:
    """Of a case that was asked before what the model saw, for another job's row; in the open context. inputs, edits: as
    the prediction's row holds them."""
    done = read_edits(edits)
    payload = seen_payload(inputs)
    for name, value in inputs.items():
        if is_file(value):
            payload[name] |= origin_told(interface, facts_of(value), done, name)
    return payload
