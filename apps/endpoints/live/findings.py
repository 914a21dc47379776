"""Findings that a function returned: in fractions of the picture that it was given, told in those of the original."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from gpu_workers.protocol.answers import MAX_NAME
from gpu_workers.protocol.findings import (
    MOST,
    Box,
    BoxesAnswer,
    BoxesOutput,
    JsonAnswer,
    JsonOutput,
    PointsAnswer,
    PointsOutput,
    Span,
    SpansAnswer,
    SpansOutput,
    Spot,
)
from gpu_workers.protocol.forms import Unstorable, kept
from gpu_workers.protocol.geometry import geometry
from gpu_workers.protocol.messages import Origin
from gpu_workers.protocol.texts import storable

from .unusable import Unusable

Places = BoxesOutput | PointsOutput | SpansOutput
DIGITS = 6


class _Box(Struct, frozen=True):
    x: float
    y: float
    w: float
    h: float
    label: str = ""
    score: float | None = None


class _Spot(Struct, frozen=True):
    x: float
    y: float
    name: str = ""
    score: float | None = None


class _Span(Struct, frozen=True):
    start: int
    end: int
    label: str = ""
    score: float | None = None


_WANTED: dict[type[Places], tuple[Any, str]] = {
    BoxesOutput: (list[_Box], "a list of boxes {x, y, w, h, label, score}, in fractions of the picture"),
    PointsOutput: (Annotated[list[_Spot], Meta(max_length=MOST)], "a list of points {x, y, name, score}, in fractions"),
    SpansOutput: (list[_Span], "a list of spans {start, end, label, score}, in characters of the text"),
}


def form(field: JsonOutput, value: Any) -> JsonAnswer:
    """Raises Unusable."""
    try:
        return JsonAnswer(kept(value))
    except Unstorable as error:
        raise Unusable(f"The function's answer for “{field.name}” {error}.") from None


def found(
    field: Places, value: Any, inputs: Mapping[str, Any], source: str
) -> BoxesAnswer | PointsAnswer | SpansAnswer:
    """inputs: as the job's row holds them; source: the one in which the findings lie. Raises Unusable."""
    shape, words = _WANTED[type(field)]
    try:
        given = msgspec.convert(value, shape)
    except (msgspec.ValidationError, OverflowError) as error:
        told = f"“{field.name}” takes {words}. {error}."
        raise Unusable(f"The function's answer for “{field.name}” is of another form.", detail=told) from None
    if any(each.score is not None and not isfinite(each.score) for each in given):
        raise Unusable(f"A score of “{field.name}” is not a finite number.", "answer_not_finite")
    match field:
        case BoxesOutput():
            return _boxes(field, given, inputs.get(source))
        case PointsOutput():
            return _points(field, given, inputs.get(source))
    return _spans(field, given, inputs.get(source))


def _boxes(field: BoxesOutput, given: Sequence[_Box], picture: Any) -> BoxesAnswer:
    answered: list[Box] = []
    for each in sorted(given, key=lambda box: -(box.score if box.score is not None else 1.0)):
        ends = [(x, y) for x in (each.x, each.x + each.w) for y in (each.y, each.y + each.h)]
        corners = _inside(back(picture, _inside(ends)))
        left, top = min(x for x, _ in corners), min(y for _, y in corners)
        wide, high = max(x for x, _ in corners) - left, max(y for _, y in corners) - top
        if not (wide > 0 and high > 0):
            continue
        if len(answered) == field.most:
            return BoxesAnswer(tuple(answered), truncated=True)
        label = _label(field.name, field.classes, each.label)
        place = (round(left, DIGITS), round(top, DIGITS), round(wide, DIGITS), round(high, DIGITS))
        answered.append(Box(f"b{len(answered)}", label, *place, each.score))
    return BoxesAnswer(tuple(answered))


def _points(field: PointsOutput, given: Sequence[_Spot], picture: Any) -> PointsAnswer:
    answered = []
    for index, (each, (x, y)) in enumerate(zip(given, back(picture, [(p.x, p.y) for p in given]), strict=True)):
        if 0 <= x <= 1 and 0 <= y <= 1:
            fallback = field.classes[index] if index < len(field.classes) else str(index)
            name = _label(field.name, field.classes, each.name or fallback)
            answered.append(Spot(f"p{index}", name, round(x, DIGITS), round(y, DIGITS), each.score))
    return PointsAnswer(tuple(answered))


def _spans(field: SpansOutput, given: Sequence[_Span], text: Any) -> SpansAnswer:
    length = len(text) if isinstance(text, str) else 0
    answered: list[Span] = []
    for each in given:
        if not 0 <= each.start < each.end <= length:
            continue
        if len(answered) == MOST:
            return SpansAnswer(tuple(answered), truncated=True)
        label = _label(field.name, field.classes, each.label)
        answered.append(Span(f"s{len(answered)}", label, each.start, each.end, each.score))
    return SpansAnswer(tuple(answered))


def origin_of(picture: Any) -> Origin | None:
    """picture: an input as the job's row holds it."""
    return msgspec.convert(picture.get("origin"), Origin | None) if isinstance(picture, Mapping) else None


def back(picture: Any, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """From fractions of what the function saw to fractions of the original."""
    origin = origin_of(picture)
    return points if origin is None else geometry(origin.edits, origin.width, origin.height).to_original(points)


def _inside(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in points]


def _label(name: str, classes: Sequence[str], label: str) -> str:
    label = storable(label)[:MAX_NAME] or (classes[0] if len(classes) == 1 else name)
    if classes and label not in classes:
        told = f"“{name}” has the class “{label}”, not a declared one."
        raise Unusable(f"The function's answer for “{name}” has a class that is not declared.", detail=told)
    return label
