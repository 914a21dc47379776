"""Values given for an interface: text, numbers and rows are checked; files go to the inputs process."""

import binascii
from asyncio import to_thread
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings

from apps.artifacts.models import Artifact, key_of
from apps.artifacts.services import Bytes
from apps.jobs.payload import blob_payload
from atrium import rendering
from atrium.errors import FieldError, Invalid, Problem
from gpu_workers.protocol.interface import Input, Interface, TextInput, decoding, kind_of, stored_as
from gpu_workers.protocol.rendering import KINDS, MAX_BYTES
from gpu_workers.protocol.values import Plain, Unfit, checked, default_of, missing, said

SHORT_TEXT = 1 << 18
"""Characters of one value that may be checked, and decoded, in the event loop."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in our own bytes. kind, facts: as `gpu_workers.protocol.rendering.KINDS` says. new: None where the
    artifact is there already."""

    artifact_id: UUID
    sha256: str
    kind: str
    facts: Mapping[str, Any]
    data: bytes
    new: Bytes | None

    @property
    def content_type(self) -> str:
        return KINDS[self.kind]

    def payload(self, team_id: UUID) -> dict[str, str]:
        """For a job's row."""
        inline = self.data if len(self.data) <= settings.INLINE_BYTES else None
        return blob_payload(self.sha256, self.content_type, inline=inline, key=key_of(team_id, self.artifact_id))


Given = Stored | Plain


class Suspected(Problem):
    """Our own bytes of a file in which somebody may be named; kept aside or refused, never used as they are."""

    def __init__(self, name: str, made: rendering.Made) -> None:
        told = (
            f"{' '.join(made.suspicion.reasons)} Cover what identifies somebody before you send it, or send it where "
            "it can be kept aside: as a case."
        )
        super().__init__("input_quarantined", told, errors=[FieldError(f"inputs.{name}", "input_quarantined", told)])
        self.name, self.made = name, made


WITHDRAWN = "withdrawn"
"""The word in the place of what somebody took back."""
GONE = "Its inputs are gone: they were deleted, or withdrawn by who brought them."
NOT_FACTS = frozenset({"kind", "original", "sha256", "rendered", "rendered_sha256"})
"""Of a file as a row's JSON holds it, what is no fact about its kind."""


def is_file(described: Mapping[str, Any]) -> bool:
    """Whether a value, as a row's JSON holds it, lies in the store."""
    return "original" in described


def withdrawn(inputs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What is left of a case's inputs, by their names, once they were taken back."""
    return {name: {"kind": "text", "value": WITHDRAWN, "withdrawn": True} for name in inputs}


def require_held(interface: Interface, inputs: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises `gone` where something of a case was withdrawn, or a file of it deleted. In the open context."""
    texts = {field.name for field in interface.inputs if isinstance(field, TextInput)}
    for name, value in inputs.items():
        # Rows of earlier releases have the word alone, which a text may also say by itself.
        if value.get("withdrawn") or (value.get("value") == WITHDRAWN and name not in texts):
            raise Problem("gone", GONE)
    files = {seen(value) for value in inputs.values() if is_file(value)}
    if Artifact.objects.filter(pk__in=files).count() < len(files):
        raise Problem("gone", GONE)


def seen(described: Mapping[str, Any]) -> Any:
    """What the model saw of it, edits done: of a file the artifact's id, else the value."""
    return described.get("rendered", described["original"] if is_file(described) else described["value"])


def seen_payload(inputs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """For a job's row, in the open context: of values as a row's JSON holds them what the model saw, files as they lie
    in the store."""
    files = {name: seen(value) for name, value in inputs.items() if is_file(value)}
    artifacts = {str(each.pk): each for each in Artifact.objects.filter(pk__in=files.values())}
    return {name: _blob(artifacts[files[name]]) if name in files else seen(value) for name, value in inputs.items()}


def _blob(artifact: Artifact) -> dict[str, str]:
    inline = None if artifact.inline is None else bytes(artifact.inline)
    return blob_payload(bytes(artifact.sha256).hex(), artifact.content_type, inline=inline, key=artifact.key)


_AS_JSON: dict[str, tuple[type, ...]] = {"series": (Mapping,), "rows": (Mapping, list)}
"""What may be given as JSON in place of a file, by the kind of our own bytes."""


def _file(field: Input, value: Any) -> bytes:
    if isinstance(value, bytes):
        data = value
    elif stored_as(field) in _AS_JSON and isinstance(value, _AS_JSON[stored_as(field)]):
        data = msgspec.json.encode(value)
    elif isinstance(value, str) and value.startswith("data:") and ";base64," in value[:100]:
        try:
            data = b64decode(value.partition(";base64,")[2], validate=True)
        except (binascii.Error, ValueError):
            raise Unfit(field.name, kind_of(field), f"“{field.name}” is not valid base64.") from None
    else:
        told = f"“{field.name}” takes {said(field)}: a file field, or a base64 data URL."
        raise Unfit(field.name, kind_of(field), told)
    if len(data) > MAX_BYTES:
        raise Problem(
            "input_too_large", errors=[FieldError(f"inputs.{field.name}", "input_too_large", "At most 25 MB.")]
        )
    return data


def _told(unfit: Unfit) -> FieldError:
    return FieldError(f"inputs.{unfit.path}", unfit.code, unfit.message)


def check(interface: Interface, values: Mapping[str, Any]) -> dict[str, bytes | Plain | Stored]:
    """Every input of the interface with a checked value; files still as they came. All errors are told at once."""
    errors: list[FieldError] = []
    found: dict[str, Any] = {}
    known = {field.name for field in interface.inputs}
    takes = ", ".join(f"“{field.name}”" for field in interface.inputs)
    errors += [
        FieldError(f"inputs.{name}", "unknown", f"There is no input “{name}”. It takes {takes}.")
        for name in values
        if name not in known
    ]
    for field in interface.inputs:
        value = values.get(field.name)
        if value is None:
            value = default_of(field)
        if value is None:
            errors.append(_told(missing(field)))
        elif isinstance(value, Stored):
            found[field.name] = value
        else:
            try:
                found[field.name] = _file(field, value) if stored_as(field) else checked(field, value)
            except Unfit as unfit:
                errors.append(_told(unfit))
    if errors:
        raise Invalid(*errors)
    return found


async def prepare(interface: Interface, values: Mapping[str, Any]) -> dict[str, Given]:
    """Checked values with every file decoded into our own bytes; none of them is kept yet."""
    given: dict[str, Given] = {}
    fields = {field.name: field for field in interface.inputs}
    is_long = any(isinstance(value, str) and len(value) > SHORT_TEXT for value in values.values())
    all_of_them = await to_thread(check, interface, values) if is_long else check(interface, values)
    for name, value in all_of_them.items():
        given[name] = await _decoded(fields[name], value) if isinstance(value, bytes) else value
    return given


async def _decoded(field: Input, data: bytes) -> Stored:
    try:
        made = await rendering.decode(data, stored_as(field), decoding(field), field.name)
    except Problem as problem:
        error = FieldError(f"inputs.{field.name}", problem.code, problem.message)
        raise Problem(problem.code, problem.message, errors=[error], retry_after=problem.retry_after) from problem
    if made.suspicion:
        raise Suspected(field.name, made)
    return await new_file(made)


async def new_file(made: rendering.Made) -> Stored:
    """Our own bytes that have no row yet."""
    is_long = len(made.data) > settings.INLINE_BYTES
    of, data, content_type = Bytes.of, made.data, made.content_type
    new = await to_thread(of, data, content_type) if is_long else of(data, content_type)
    return Stored(new.artifact_id, new.sha256.hex(), made.kind, made.facts, data, new)


def new_bytes(values: Iterable[Any]) -> list[Bytes]:
    """Of the pictures among them, those without a row."""
    return [value.new for value in values if isinstance(value, Stored) and value.new is not None]


def described(given: Mapping[str, Given]) -> dict[str, dict[str, Any]]:
    """The values as a row's JSON holds them."""
    return {name: _described(value) for name, value in given.items()}


def _described(value: Given) -> dict[str, Any]:
    match value:
        case Stored():
            described = {"kind": value.kind, "original": str(value.artifact_id), "sha256": value.sha256}
            return described | dict(value.facts)
        case str():
            return {"kind": "text", "value": value}
        case list():
            return {"kind": "table", "value": value}
    return {"kind": "number", "value": value}


def facts_of(described: Mapping[str, Any]) -> dict[str, Any]:
    """Of a file, as a row's JSON holds it, what is said of its kind."""
    return {name: fact for name, fact in described.items() if name not in NOT_FACTS}


def stored_file(described: Mapping[str, Any], artifact: Artifact, data: bytes) -> Stored:
    """A file that a row already holds."""
    return Stored(artifact.pk, described["sha256"], described["kind"], facts_of(described), data, None)
