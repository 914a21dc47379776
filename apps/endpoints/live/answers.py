"""What a function returned, as the declared answers: checked by the same rules as what a runner gives.

A picture is decoded by the inputs process, as every stranger's is, and stored in our own bytes.
"""

import math
from asyncio import to_thread
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import Any

import msgspec

from atrium import rendering, storage
from atrium.errors import Problem
from gpu_workers.protocol.answers import (
    FILES,
    KEPT_SCORES,
    MAX_NAME,
    MAX_SCORES,
    MAX_TEXT,
    Answer,
    ImageAnswer,
    InStore,
    LabelAnswer,
    MaskAnswer,
    NumberAnswer,
    TextAnswer,
)
from gpu_workers.protocol.findings import BoxesOutput, JsonOutput, MaskOutput, PointsOutput, SpansOutput
from gpu_workers.protocol.interface import (
    ImageOutput,
    Interface,
    LabelOutput,
    NumberOutput,
    Output,
    TextOutput,
    kind_of,
)
from gpu_workers.protocol.live import LARGEST
from gpu_workers.protocol.signals import AudioOutput, SeriesOutput
from gpu_workers.protocol.texts import storable
from gpu_workers.protocol.vectors import MAX_VECTOR, VectorAnswer, VectorOutput, vector

from .findings import form, found, origin_of
from .unusable import Unusable

PLAIN = 2 * 2**20
"""Bytes of an answer that is no picture, as JSON."""


def largest_of(interface: Interface) -> int:
    """Bytes that a message of this function may have."""
    if any(type(field) in FILES for field in interface.outputs):
        return LARGEST
    return min(len(interface.outputs) * PLAIN, LARGEST)


def read(interface: Interface, given: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    """The values that a message holds: of a file only its text, however much else stands there. Raises Unusable."""
    files = {field.name for field in interface.outputs if type(field) in FILES}
    values: dict[str, Any] = {}
    for name, raw in given.items():
        if name not in files and len(raw) > PLAIN:
            raise Unusable("The function's answer is too large.", detail=f"“{name[:MAX_NAME]}” is too large.")
        try:
            values[name] = msgspec.json.decode(raw, type=str if name in files else Any)
        except msgspec.ValidationError:
            values[name] = None if bytes(raw) == b"null" else ()  # no file
        except (msgspec.DecodeError, RecursionError):
            raise Unusable("The function's answer cannot be read.") from None
    return values


def unfinished_of(interface: Interface, given: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Answer]:
    """Those of the answers that can be told before the end: no files. Raises Unusable."""
    return {
        field.name: _plain(interface, field, given[field.name], inputs)
        for field in interface.outputs
        if field.name in given and type(field) not in FILES
    }


async def answers_of(
    interface: Interface, given: Mapping[str, Any], puts: Mapping[str, str], inputs: Mapping[str, Any]
) -> dict[str, Answer]:
    """By output. puts: the key of the store for each file. inputs: what was asked, as the job's row holds it.

    Raises Unusable, and Problem where a part is away.
    """
    names = {field.name for field in interface.outputs}
    for name in given:
        if name not in names:
            told = ", ".join(f"“{each}”" for each in names)
            raise Unusable(
                "The function answered something that is not declared.",
                detail=f"The function answered “{name[:MAX_NAME]}”, which is not declared; there is {told}.",
            )
    answers: dict[str, Answer] = {}
    for field in interface.outputs:
        if given.get(field.name) is None:
            raise Unusable(f"The function gave no “{field.name}”.")
        value = given[field.name]
        if isinstance(field, ImageOutput):
            made = await _made(field.name, value, "image", {"mode": field.mode})
            answers[field.name] = await _put(made, puts[field.name], ImageAnswer)
        elif isinstance(field, MaskOutput):
            origin = origin_of(inputs.get(interface.found_in(field).name))
            options = {"classes": field.classes, "origin": msgspec.to_builtins(origin)}
            made = await _made(field.name, value, "mask", options)
            answers[field.name] = await _put(made, puts[field.name], MaskAnswer)
        elif isinstance(field, AudioOutput | SeriesOutput):
            made = await _made(field.name, value, kind_of(field), {})
            answers[field.name] = await _put(made, puts[field.name], FILES[type(field)])
        else:
            answers[field.name] = _plain(interface, field, value, inputs)
    return answers


def _plain(interface: Interface, field: Output, value: Any, inputs: Mapping[str, Any]) -> Answer:
    match field:
        case LabelOutput():
            return _label(field, value)
        case NumberOutput():
            number = _finite(field.name, _finite(field.name, value) * field.scale + field.offset)
            return NumberAnswer(number, field.unit)
        case TextOutput():
            return TextAnswer(_text(field, value))
        case JsonOutput():
            return form(field, value)
        case VectorOutput():
            return _vector(field, value)
        case BoxesOutput() | PointsOutput() | SpansOutput():
            return found(field, value, inputs, interface.found_in(field).name)
    raise Unusable(f"“{field.name}” is of a kind that no function answers.")


def _label(field: LabelOutput, value: Any) -> LabelAnswer:
    names: list[str]
    if isinstance(value, Mapping):
        if field.classes and set(value) != set(field.classes):
            lacking = next((name for name in field.classes if name not in value), "")
            other = next((str(name) for name in value if name not in field.classes), "")
            about = f"The function's answer for “{field.name}”"
            if lacking:
                raise Unusable(f"{about} lacks the class “{lacking}”.")
            raise Unusable(
                f"{about} has a class that is not declared.",
                detail=f"{about} has the class “{other[:MAX_NAME]}”, not a declared one.",
            )
        names = list(field.classes) or sorted(map(str, value))
        values = [value[name] for name in names]
        names = [storable(name)[:MAX_NAME] for name in names]
    elif isinstance(value, list):
        names, values = list(field.classes) or [str(index) for index in range(len(value))], value
    else:
        raise Unusable(f"The function's answer for “{field.name}” is neither a list of scores nor scores by class.")
    if len(names) != len(values):
        raise Unusable(f"“{field.name}” names {len(names)} classes, but the function answered {len(values)} scores.")
    if len(values) > MAX_SCORES:
        raise Unusable(f"“{field.name}” is declared as a label, but holds {len(values):,} numbers.")
    scores = _activated(field.activation, [_finite(field.name, one) for one in values])
    order = sorted(range(len(scores)), key=lambda index: -scores[index])  # stable: ties stay in the classes' order
    return LabelAnswer(tuple((names[index], scores[index]) for index in order[:KEPT_SCORES]), len(order) > KEPT_SCORES)


def _vector(field: VectorOutput, value: Any) -> VectorAnswer:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_VECTOR:
        raise Unusable(f"The function's answer for “{field.name}” is no list of 1 to {MAX_VECTOR:,} numbers.")
    try:
        return vector([_finite(field.name, one) for one in value], field.l2)
    except OverflowError:
        raise Unusable(
            f"The function's answer for “{field.name}” is not a finite number.", "answer_not_finite"
        ) from None


def _activated(activation: str, scores: list[float]) -> list[float]:
    if activation == "softmax" and scores:
        most = max(scores)
        powers = [math.exp(score - most) for score in scores]
        whole = math.fsum(powers)
        return [power / whole for power in powers]
    if activation == "sigmoid":
        small = [math.exp(-abs(score)) for score in scores]  # of a negative number only: no overflow on either side
        return [(1 if score >= 0 else one) / (1 + one) for score, one in zip(scores, small, strict=True)]
    return scores


def _finite(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable(f"“{name}” holds no number.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Unusable(f"The function's answer for “{name}” is not a finite number.", "answer_not_finite")
    return number


def _text(field: TextOutput, value: Any) -> str:
    if isinstance(value, str):
        return storable(value)[:MAX_TEXT]
    number = _finite(field.name, value)
    if not field.classes:
        return str(int(number) if number.is_integer() else number)
    if not number.is_integer() or not 0 <= number < len(field.classes):
        told = f"“{field.name}” answered {value}, which is none of its classes."
        raise Unusable(f"“{field.name}” is none of its classes.", detail=told)
    return field.classes[int(number)]


async def _made(name: str, value: Any, kind: str, options: Mapping[str, Any]) -> rendering.Made:
    """A file, sent as a data URL, as our own bytes."""
    try:
        if not isinstance(value, str) or not value.startswith("data:"):
            raise ValueError
        data = await to_thread(b64decode, value.partition(";base64,")[2], validate=True)
    except (NotBase64, ValueError):
        raise Unusable(f"The function's answer for “{name}” is not {_SAID[kind]}.") from None
    try:
        return await rendering.decode(data, kind, options, name)
    except Problem as problem:
        if problem.status >= 500:
            raise
        raise Unusable(f"What the function answered for “{name}”: {problem.message}") from problem


async def _put(made: rendering.Made, key: str, answer: type[InStore]) -> InStore:
    await to_thread(storage.put, key, made.data, made.content_type)
    facts = made.facts | {"kind": made.kind, "key": key, "sha256": made.sha256, "size": len(made.data)}
    return msgspec.convert(facts, answer)


_SAID = {"image": "a picture", "mask": "a picture", "audio": "a recording", "series": "a series"}
