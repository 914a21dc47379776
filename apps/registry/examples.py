"""The example that comes with an upload: read by the declared interface, or by what its values look like."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from atrium.errors import FieldError, Invalid
from gpu_workers.protocol.interface import Interface

from .inputs import Given, is_file, prepare, seen_payload
from .interfaces import read_interface
from .models import Version


async def read_example(declared: Interface | None, example: Mapping[str, Any]) -> dict[str, Given]:
    """By the declared interface; without one, data URLs become files by themselves.

    Holds no transaction: files are decoded, and not kept yet. Raises Invalid, and the problems of `input_…`.
    """
    if not example:
        return {}
    if declared is not None:
        return await prepare(declared, example)
    guessed = read_interface(
        {
            "inputs": [_guess(name, value) for name, value in example.items()],
            "outputs": [{"kind": "text", "name": "any"}],
        },
        "example",
    )
    return await prepare(guessed, example)


_DATA = {"audio/": "audio", "video/webm": "audio", "text/csv": "series", "application/dicom": "dicom"}
"""By how the content type of a data URL begins, what is in it; a picture where nothing is known of it."""


def _guess(name: str, value: Any) -> dict[str, Any]:
    """The kind of input that a value by itself looks like."""
    match value:
        case str() if value.startswith("data:"):
            kind = next((kind for mark, kind in _DATA.items() if value.startswith(f"data:{mark}")), "image")
            return {"kind": kind, "name": name}
        case str():
            return {"kind": "text", "name": name, "max_length": 100_000}
        case list():
            return {"kind": "table", "name": name, "columns": [{"name": str(i)} for i in range(len(value))]}
        case bool() | None:
            raise Invalid(
                FieldError(f"example.{name}", "invalid", "Give a picture, text, a number or a list of numbers.")
            )
    return {"kind": "number", "name": name}


def files_of(version: Version) -> list[UUID]:
    """The artifacts that a version's example holds."""
    return [UUID(value["original"]) for value in version.example.values() if is_file(value)]


def example_payload(version: Version) -> dict[str, Any]:
    """The stored example as the row of an inspection's job holds it."""
    return seen_payload(version.example)
