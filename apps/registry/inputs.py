"""Values given for an interface: text, numbers and rows are checked; pictures go to the inputs process."""

import binascii
from asyncio import to_thread
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from apps.artifacts.models import Artifact, key_of
from apps.artifacts.services import Bytes
from apps.jobs.payload import blob_payload
from atrium import rendering
from atrium.errors import FieldError, Invalid, Problem
from gpu_workers.protocol.interface import ImageInput, Interface
from gpu_workers.protocol.rendering import MAX_BYTES
from gpu_workers.protocol.values import Plain, Unfit, checked, default_of, missing

PNG = "image/png"
SHORT_TEXT = 1 << 18
"""Characters of one value that may be checked, and decoded, in the event loop."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in our own bytes. new: None where the artifact is there already."""

    artifact_id: UUID
    sha256: str
    width: int
    height: int
    data: bytes
    new: Bytes | None

    def payload(self, team_id: UUID) -> dict[str, str]:
        """For a job's row."""
        inline = self.data if len(self.data) <= settings.INLINE_BYTES else None
        return blob_payload(self.sha256, PNG, inline=inline, key=key_of(team_id, self.artifact_id))


Given = Picture | Plain


def _image(field: ImageInput, value: Any) -> bytes:
    if isinstance(value, bytes):
        data = value
    elif isinstance(value, str) and value.startswith("data:") and ";base64," in value[:100]:
        try:
            data = b64decode(value.partition(";base64,")[2], validate=True)
        except (binascii.Error, ValueError):
            raise Unfit(field.name, "image", f"“{field.name}” is not valid base64.") from None
    else:
        raise Unfit(field.name, "image", f"“{field.name}” takes a picture: a file field, or a base64 data URL.")
    if len(data) > MAX_BYTES:
        raise Problem(
            "input_too_large", errors=[FieldError(f"inputs.{field.name}", "input_too_large", "At most 25 MB.")]
        )
    return data


def _told(unfit: Unfit) -> FieldError:
    return FieldError(f"inputs.{unfit.path}", unfit.code, unfit.message)


def check(interface: Interface, values: Mapping[str, Any]) -> dict[str, bytes | Plain | Picture]:
    """Every input of the interface with a checked value; pictures still as they came. All errors are told at once."""
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
        elif isinstance(value, Picture):
            found[field.name] = value
        else:
            try:
                found[field.name] = _image(field, value) if isinstance(field, ImageInput) else checked(field, value)
            except Unfit as unfit:
                errors.append(_told(unfit))
    if errors:
        raise Invalid(*errors)
    return found


async def prepare(interface: Interface, values: Mapping[str, Any]) -> dict[str, Given]:
    """Checked values with every picture decoded into our own bytes; none of them is kept yet."""
    given: dict[str, Given] = {}
    modes = {field.name: field.mode for field in interface.inputs if isinstance(field, ImageInput)}
    is_long = any(isinstance(value, str) and len(value) > SHORT_TEXT for value in values.values())
    all_of_them = await to_thread(check, interface, values) if is_long else check(interface, values)
    for name, value in all_of_them.items():
        given[name] = await _decoded(name, value, modes[name]) if isinstance(value, bytes) else value
    return given


async def _decoded(name: str, data: bytes, mode: str) -> Picture:
    try:
        picture = await rendering.decode(data, mode, name)
    except Problem as problem:
        error = FieldError(f"inputs.{name}", problem.code, problem.message)
        raise Problem(problem.code, problem.message, errors=[error], retry_after=problem.retry_after) from problem
    return await new_picture(picture.data, picture.width, picture.height)


async def new_picture(data: bytes, width: int, height: int) -> Picture:
    """Our own bytes as a picture that has no row yet."""
    is_long = len(data) > settings.INLINE_BYTES
    new = await to_thread(Bytes.of, data, PNG) if is_long else Bytes.of(data, PNG)
    return Picture(new.artifact_id, new.sha256.hex(), width, height, data, new)


def new_bytes(values: Iterable[Any]) -> list[Bytes]:
    """Of the pictures among them, those without a row."""
    return [value.new for value in values if isinstance(value, Picture) and value.new is not None]


def described(given: Mapping[str, Given]) -> dict[str, dict[str, Any]]:
    """The values as a row's JSON holds them."""
    return {name: _described(value) for name, value in given.items()}


def _described(value: Given) -> dict[str, Any]:
    match value:
        case Picture():
            return {
                "kind": "image",
                "original": str(value.artifact_id),
                "sha256": value.sha256,
                "width": value.width,
                "height": value.height,
            }
        case str():
            return {"kind": "text", "value": value}
        case list():
            return {"kind": "table", "value": value}
    return {"kind": "number", "value": value}


def stored_picture(described: Mapping[str, Any], artifact: Artifact, data: bytes) -> Picture:
    """A picture that a row already holds."""
    return Picture(artifact.pk, described["sha256"], described["width"], described["height"], data, None)
