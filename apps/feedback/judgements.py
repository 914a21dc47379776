"""Corrections and marks, read from a stranger's JSON."""

from typing import Any

import msgspec

from apps.registry.interfaces import field_error, read_interface
from atrium.access.parsing import unstorable
from atrium.errors import FieldError, Invalid
from gpu_workers.protocol.edits import Marks
from gpu_workers.protocol.interface import ImageOutput, NumberOutput, TableOutput
from gpu_workers.protocol.signals import AudioOutput, SeriesOutput
from gpu_workers.protocol.values import is_number
from gpu_workers.protocol.vectors import VectorOutput

from .models import Flag

MESSAGE_LENGTH = 5000


def read_verdict(value: Any) -> Flag.Verdict:
    if value not in Flag.Verdict.values:
        told = ", ".join(Flag.Verdict.values)
        raise Invalid(FieldError("verdict", "choice", f"A verdict is one of {told}."))
    return Flag.Verdict(value)


def read_message(value: Any, field: str = "message") -> str:
    if not isinstance(value, str):
        raise Invalid(FieldError(field, "text", "Write text."))
    if len(value) > MESSAGE_LENGTH:
        raise Invalid(FieldError(field, "max_length", f"Write at most {MESSAGE_LENGTH} characters."))
    return value.replace("\x00", "").strip()


def read_marks(value: Any) -> list[dict[str, Any]]:
    try:
        marks = msgspec.convert(value or [], Marks)
    except msgspec.ValidationError as error:
        raise Invalid(field_error(error, "marks", Marks)) from error
    built: list[dict[str, Any]] = msgspec.to_builtins(marks)
    if errors := list(unstorable(built, "marks")):
        raise Invalid(*errors)
    return built


def read_correction(value: Any, interface: dict[str, Any]) -> dict[str, Any] | None:
    """What the answer should have been, by output: a number, or a class or text in the reviewer's words.

    The right answer need not be among the model's classes; that it is missing there is what a reviewer may have to say.
    """
    if not value:
        return None
    if not isinstance(value, dict):
        raise Invalid(FieldError("correction", "invalid", "Give the corrected value by the output's name."))
    outputs = {output.name: output for output in read_interface(interface).outputs}
    corrected: dict[str, str | float] = {}
    for name, given in value.items():
        field, output = f"correction.{name}", outputs.get(name)
        match output:
            case None | ImageOutput() | AudioOutput() | SeriesOutput() | TableOutput() | VectorOutput():
                raise Invalid(FieldError(field, "unknown", f"There is no output “{name}” that can be corrected."))
            case NumberOutput():
                if not is_number(given):
                    raise Invalid(FieldError(field, "number", f"“{name}” takes a finite number."))
                corrected[name] = float(given)
            case _:
                corrected[name] = read_message(given, field)
    return corrected
