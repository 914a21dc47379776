"""Values given for an interface: text, numbers and rows are checked here; pictures go to the inputs process."""

import binascii
import math
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
from gpu_workers.protocol.interface import ChoiceInput, ImageInput, Input, Interface, NumberInput, TableInput, TextInput
from gpu_workers.protocol.rendering import MAX_BYTES

PNG = "image/png"
SHORT_TEXT = 1 << 18
"""Characters of one value that may be checked, and decoded, in the event loop."""
# What a model's own type holds; beyond it a number would reach the model as infinity.
_LARGEST = {"float32": 3.4028234663852886e38, "float16": 65504.0}


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


Given = Picture | str | float | list[float]


def _refuse(name: str, code: str, message: str) -> Invalid:
    return Invalid(FieldError(f"inputs.{name}", code, message))


def is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False


def _number(
    name: str, value: Any, least: float | None, most: float | None, unit: str = "", dtype: str = "float64"
) -> float:
    if dtype in _LARGEST:
        least = max(-_LARGEST[dtype], -math.inf if least is None else least)
        most = min(_LARGEST[dtype], math.inf if most is None else most)
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_finite(value):
        raise _refuse(name, "number", f"“{name}” takes a finite number.")
    if (least is not None and value < least) or (most is not None and value > most):
        low, high = ("−∞" if least is None else f"{least:g}"), ("∞" if most is None else f"{most:g}")
        raise _refuse(name, "range", f"“{name}” lies between {low} and {high}{' ' + unit if unit else ''}.")
    return float(value)


def _text(field: TextInput, value: Any) -> str:
    if not isinstance(value, str):
        raise _refuse(field.name, "text", f"“{field.name}” takes text.")
    if len(value) > field.max_length:
        raise _refuse(field.name, "max_length", f"“{field.name}” takes at most {field.max_length} characters.")
    if "\x00" in value:
        raise _refuse(field.name, "text", f"“{field.name}” contains a null character; remove it.")
    return value


def _choice(name: str, choices: tuple[str, ...], value: Any) -> str:
    if value not in choices:
        shown = ", ".join(f"“{choice}”" for choice in choices[:8]) + (" …" if len(choices) > 8 else "")
        raise _refuse(name, "choice", f"“{name}” is one of {shown}.")
    return str(value)


def _index(name: str, choices: tuple[str, ...], value: Any) -> float:
    """A choice given as its place among the choices, as a row of numbers holds it."""
    place = _number(name, value, 0, len(choices) - 1)
    if not place.is_integer():
        raise _refuse(name, "choice", f"“{name}” takes one of its choices, or its place among them.")
    return place


def _cells(field: TableInput, value: Any) -> list[Any]:
    """One row as a list in the columns' order, from a list, a mapping, or `{columns, rows: [[…]]}`."""
    names = [column.name for column in field.columns]
    if isinstance(value, Mapping) and set(value) == {"columns", "rows"}:
        rows = value["rows"]
        if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], list):
            raise _refuse(field.name, "row", f"“{field.name}” takes exactly one row.")
        if not isinstance(value["columns"], list) or len(value["columns"]) != len(rows[0]):
            raise _refuse(field.name, "row", f"“{field.name}”: columns and the row differ in length.")
        value = dict(zip(map(str, value["columns"]), rows[0], strict=True))
    if isinstance(value, Mapping):
        unknown = [name for name in value if name not in names]
        if unknown:
            raise _refuse(field.name, "unknown", f"“{field.name}” has no column “{unknown[0]}”.")
        return [value.get(column.name) for column in field.columns]
    if isinstance(value, list) and len(value) == len(names):
        return value
    raise _refuse(field.name, "row", f"“{field.name}” takes one row of {len(names)} values: {', '.join(names[:5])} ….")


def _row(field: TableInput, value: Any) -> list[float]:
    row = []
    for column, cell in zip(field.columns, _cells(field, value), strict=True):
        path = f"{field.name}.{column.name}"
        if cell is None:
            cell = column.default
        if cell is None:
            raise _refuse(path, "required", f"The column “{column.name}” needs a value.")
        if column.choices and isinstance(cell, str):
            row.append(float(column.choices.index(_choice(path, column.choices, cell))))
        elif column.choices:
            row.append(_index(path, column.choices, cell))
        else:
            row.append(_number(path, cell, column.minimum, column.maximum, column.unit, field.dtype))
    return row


def _image(field: ImageInput, value: Any) -> bytes:
    if isinstance(value, bytes):
        data = value
    elif isinstance(value, str) and value.startswith("data:") and ";base64," in value[:100]:
        try:
            data = b64decode(value.partition(";base64,")[2], validate=True)
        except (binascii.Error, ValueError):
            raise _refuse(field.name, "image", f"“{field.name}” is not valid base64.") from None
    else:
        raise _refuse(field.name, "image", f"“{field.name}” takes a picture: a file field, or a base64 data URL.")
    if len(data) > MAX_BYTES:
        raise Problem(
            "input_too_large", errors=[FieldError(f"inputs.{field.name}", "input_too_large", "At most 25 MB.")]
        )
    return data


def _checked(field: Input, value: Any) -> bytes | str | float | list[float]:
    match field:
        case ImageInput():
            return _image(field, value)
        case TextInput():
            return _text(field, value)
        case NumberInput():
            return _number(field.name, value, field.minimum, field.maximum, field.unit, field.dtype)
        case ChoiceInput():
            return _choice(field.name, field.choices, value)
        case TableInput():
            return _row(field, value)


def check(interface: Interface, values: Mapping[str, Any]) -> dict[str, bytes | str | float | list[float] | Picture]:
    """Every input of the interface with a checked value; pictures still as they came. All errors are told at once."""
    errors: list[FieldError] = []
    checked: dict[str, Any] = {}
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
            value = getattr(field, "default", None)
        if value is None and isinstance(field, TableInput) and all(c.default is not None for c in field.columns):
            value = {}
        if value is None:
            errors.append(FieldError(f"inputs.{field.name}", "required", f"The input “{field.name}” needs a value."))
        elif isinstance(value, Picture):
            checked[field.name] = value
        else:
            try:
                checked[field.name] = _checked(field, value)
            except Invalid as error:
                errors += error.errors
    if errors:
        raise Invalid(*errors)
    return checked


async def prepare(interface: Interface, values: Mapping[str, Any]) -> dict[str, Given]:
    """Checked values with every picture decoded into our own bytes; none of them is kept yet."""
    given: dict[str, Given] = {}
    modes = {field.name: field.mode for field in interface.inputs if isinstance(field, ImageInput)}
    is_long = any(isinstance(value, str) and len(value) > SHORT_TEXT for value in values.values())
    checked = await to_thread(check, interface, values) if is_long else check(interface, values)
    for name, value in checked.items():
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
