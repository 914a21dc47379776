"""What a method asks of a case, as far as that is known without its pictures: so web counts it before."""

import re
from collections.abc import Mapping
from math import ceil
from typing import Any

from msgspec import Struct

from .explanations import (
    CHANGES,
    SEVERITIES,
    STUDY_CHANGES,
    Ablation,
    Fractions,
    Method,
    Occlusion,
    Slices,
    Stress,
    WhatIf,
    Windows,
    Words,
)
from .interface import ChoiceInput, Column, DicomInput, Interface, NumberInput, TableInput

WORD = re.compile(r"\S+")


class Axis(Struct, frozen=True):
    """What one number or choice is varied over. column: its place in a table's row; None of a plain input.

    values: as the model's runner takes them. names: of choices that are given by their index.
    """

    input: str
    column: int | None
    field: str
    unit: str
    value: float | str
    values: tuple[float | str, ...]
    names: tuple[str, ...] = ()


def calls_of(method: Method, interface: Interface, values: Mapping[str, Any]) -> int:
    """How often the model is asked at most. values: plain ones by input; those of files are not looked at."""
    match method:
        case Occlusion():
            return len(starts(method.window, method.stride)) ** 2 + 1
        case Slices():
            return len(starts(method.window, method.stride)) ** 2 * len(blocks(method)) + 1
        case Ablation():
            return 2 * (method.count if method.regions == "superpixels" else len(method.marks)) + 2
        case WhatIf():
            return 1 + sum(len(axis.values) for axis in axes(method, interface, values))
        case Windows():
            return len(starts(method.window, method.stride)) * (len(method.leads) if method.by_lead else 1) + 1
        case Words():
            return 1 + len(words(str(values[method.input])))
        case Stress():
            return 1 + len(SEVERITIES) * len(changes_of(method, interface))


def starts(window: float, stride: float) -> Fractions:
    """Where windows begin along one side, as fractions of it: every stride, and the last one flush with the end."""
    steps = ceil((1 - window) / stride - 1e-9)
    return (*(step * stride for step in range(steps)), 1 - window)


def changes_of(method: Stress, interface: Interface) -> dict[str, tuple[str, str]]:
    """Those that the method names, or all that suit its input: by name title and family."""
    known = STUDY_CHANGES if is_of_study(method, interface) else CHANGES
    return {name: told for name, told in known.items() if name in method.changes or not method.changes}


def is_of_study(method: Method, interface: Interface) -> bool:
    return any(isinstance(field, DicomInput) and field.name == method.input for field in interface.inputs)


def blocks(method: Slices) -> list[tuple[int, int]]:
    """The first and the last slice of each, within the study."""
    if not method.frames:
        return [(0, method.count - 1)]
    return [(first, min(first + method.depth, method.count) - 1) for first in method.frames]


def words(text: str) -> list[tuple[int, int]]:
    """(start, end) of whatever stands between white space."""
    return [found.span() for found in WORD.finditer(text)]


def fields_of(interface: Interface) -> list[str]:
    """What can be varied: inputs, and input.column of a table."""
    names: list[str] = []
    for field in interface.inputs:
        if isinstance(field, NumberInput | ChoiceInput):
            names.append(field.name)
        elif isinstance(field, TableInput):
            names += [f"{field.name}.{column.name}" for column in field.columns]
    return names


def axes(method: WhatIf, interface: Interface, values: Mapping[str, Any]) -> list[Axis]:
    """Those that the method names, or all. A number goes over its declared range; where an end is not declared, to as
    far from the case's value as that is from zero, or one where it is zero."""
    found: list[Axis] = []
    for field in interface.inputs:
        value: Any = values.get(field.name)
        match field:
            case NumberInput():
                span = _span(value, field.minimum, field.maximum, method.points, whole=field.dtype.startswith("int"))
                found.append(Axis(field.name, None, field.name, field.unit, float(value), span))
            case ChoiceInput():
                found.append(Axis(field.name, None, field.name, "", str(value), field.choices))
            case TableInput():
                whole = field.dtype.startswith(("int", "uint"))
                for place, column in enumerate(field.columns):
                    found.append(_of_column(field.name, place, column, float(value[place]), method.points, whole))
    return [axis for axis in found if not method.fields or axis.field in method.fields]


def _of_column(name: str, place: int, column: Column, value: float, points: int, whole: bool) -> Axis:
    field = f"{name}.{column.name}"
    if column.choices:
        span: tuple[float | str, ...] = tuple(float(index) for index in range(len(column.choices)))
        return Axis(name, place, field, "", column.choices[int(value)], span, column.choices)
    return Axis(name, place, field, column.unit, value, _span(value, column.minimum, column.maximum, points, whole))


def _span(value: float, minimum: float | None, maximum: float | None, points: int, whole: bool) -> tuple[float, ...]:
    reach = abs(value) or 1.0
    low = value - reach if minimum is None else minimum
    high = value + reach if maximum is None else maximum
    spread = [low + (high - low) * step / (points - 1) for step in range(points)]
    return tuple(dict.fromkeys(float(round(each)) for each in spread)) if whole else tuple(spread)
