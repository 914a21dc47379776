"""Raw outputs of one case to the answers that the interface declares. Runs in the worker; nothing here is trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.protocol.interface import (
    KEPT_SCORES,
    MAX_NAME,
    MAX_SCORES,
    MAX_TEXT,
    Answer,
    ImageAnswer,
    ImageOutput,
    Interface,
    LabelAnswer,
    LabelOutput,
    NumberAnswer,
    NumberOutput,
    TextAnswer,
    TextOutput,
)
from gpu_workers.protocol.texts import storable

from .ctc import read_line
from .failure import Unanswered as Unanswered
from .tensors import Raw

MAX_PIXELS = 50_000_000
_BAND = 1 << 20


class Unplaced:
    """An output's file on its way to storage. answer: without the place and what is read of the bytes."""

    def __init__(self, data: bytes, answer: ImageAnswer) -> None:
        self.data, self.answer = data, answer


def answers(interface: Interface, raw: dict[str, Raw]) -> dict[str, Answer | Unplaced]:
    """By the outputs' names. Raises Unanswered with a sentence for people."""
    for field in interface.outputs:
        if field.name not in raw:
            raise Unanswered("model_failed", f"The model gave no “{field.name}”.")
    return {field.name: _answer(field, raw[field.name]) for field in interface.outputs}


def _answer(field: LabelOutput | NumberOutput | TextOutput | ImageOutput, raw: Raw) -> Answer | Unplaced:
    if isinstance(field, LabelOutput):
        return _label(field, raw)
    if isinstance(field, ImageOutput):
        return _picture(field, raw)
    if isinstance(field, TextOutput) and field.decode == "ctc":
        return TextAnswer(storable(read_line(field, raw))[:MAX_TEXT])
    if isinstance(field, TextOutput):
        return TextAnswer(_text(field, _only(field.name, raw)))
    return NumberAnswer(_number(field, raw), field.unit)


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one answer the score that is followed, and the class with the highest one; "" of a number."""

    score: float
    top: str


def reading(field: LabelOutput | NumberOutput, raw: Raw, label: str) -> Reading:
    """label: the class that is followed, among all that there are. Raises Unanswered."""
    if isinstance(field, NumberOutput):
        return Reading(_number(field, raw), "")
    names, scores = _scores(field, raw)
    if label not in names:
        raise Unanswered("model_failed", f"“{field.name}” has no class “{label}”.")
    return Reading(float(scores[list(names).index(label)]), names[int(np.argmax(scores))])


def _number(field: NumberOutput, raw: Raw) -> float:
    value = _only(field.name, raw)
    if isinstance(value, str):
        raise Unanswered("model_failed", f"The model answered text for “{field.name}”, which is declared as a number.")
    number = float(value) * field.scale + field.offset
    _must_be_finite(field.name, number)
    return number


def _label(field: LabelOutput, raw: Raw) -> LabelAnswer:
    names, scores = _scores(field, raw)
    # A stable sort keeps ties in the order of the classes.
    order = np.argsort(-scores, kind="stable")
    kept = order[:KEPT_SCORES].tolist()
    return LabelAnswer(tuple((names[index], float(scores[index])) for index in kept), len(order) > KEPT_SCORES)


def _scores(field: LabelOutput, raw: Raw) -> tuple[Sequence[str], NDArray[np.float64]]:
    """The classes and the score of each, in the model's order."""
    names: Sequence[str]
    if isinstance(raw, np.ndarray):
        if raw.size > MAX_SCORES:
            raise Unanswered("model_failed", f"“{field.name}” is declared as a label, but holds {raw.size:,} numbers.")
        scores = _numbers(field.name, raw)
        if sum(side > 1 for side in raw.shape) > 1:
            raise Unanswered(
                "model_failed", f"“{field.name}” is declared as a label, but has the shape {list(raw.shape)}."
            )
        names = field.classes or [str(index) for index in range(scores.size)]
    else:
        if len(raw) != 1 or not isinstance(raw[0], dict):
            raise Unanswered("model_failed", f"“{field.name}” does not hold one map of scores for a case.")
        keys = sorted(raw[0], key=lambda key: (isinstance(key, str), key))
        scores = _numbers(field.name, np.asarray([raw[0][key] for key in keys], dtype=object))
        names = field.classes or [storable(str(key))[:MAX_NAME] for key in keys]
    if len(names) != scores.size:
        raise Unanswered(
            "model_failed",
            f"“{field.name}” names {len(names)} classes, but the model answered {scores.size} scores.",
        )
    if not np.isfinite(scores).all():
        raise _not_finite(field.name)
    return names, _activated(field.activation, scores)


def _activated(activation: str, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    if activation == "softmax":
        powers = np.exp(scores - scores.max()) if scores.size else scores
        return powers / powers.sum()  # type: ignore[no-any-return]
    if activation == "sigmoid":
        # exp of a negative number only: no overflow on either side
        small = np.exp(-np.abs(scores))
        return np.where(scores >= 0, 1 / (1 + small), small / (1 + small))
    return scores


def _numbers(name: str, array: Raw) -> NDArray[np.float64]:
    try:
        return np.asarray(array).ravel().astype(np.float64)
    except (TypeError, ValueError):
        raise Unanswered("model_failed", f"“{name}” holds no numbers.") from None


def _only(name: str, raw: Raw) -> float | int | str:
    if isinstance(raw, np.ndarray) and raw.size == 1:
        value: float | int | str = raw.ravel().tolist()[0]
        return value
    shape = f"the shape {list(raw.shape)}" if isinstance(raw, np.ndarray) else "several parts"
    raise Unanswered("model_failed", f"“{name}” should hold one value for a case, but has {shape}.")


def _text(field: TextOutput, value: float | int | str) -> str:
    if isinstance(value, str):
        return storable(value)[:MAX_TEXT]
    if isinstance(value, float):
        _must_be_finite(field.name, value)
        if value.is_integer():
            value = int(value)
    if not field.classes:
        return str(value)
    if isinstance(value, float) or not 0 <= value < len(field.classes):
        raise Unanswered("model_failed", f"“{field.name}” answered {value}, which is none of its classes.")
    return field.classes[int(value)]


def _picture(field: ImageOutput, raw: Raw) -> Unplaced:
    name = field.name
    if not isinstance(raw, np.ndarray) or raw.dtype.kind not in "fiub":
        raise Unanswered("model_failed", f"“{name}” holds no picture.")
    wanted = len(field.layout)
    array = raw[0] if raw.ndim == wanted and raw.shape[0] == 1 else raw
    if field.layout == "NCHW" and array.ndim == 3:
        array = np.moveaxis(array, 0, -1)
    if field.layout == "NHW" and array.ndim == 2:
        array = array[:, :, None]
    channels = 1 if field.mode == "L" else 3
    if array.ndim != 3 or array.shape[2] != channels:
        raise Unanswered(
            "model_failed",
            f"“{name}” is declared as a picture of {channels} channel(s) in {field.layout}, "
            f"but has the shape {list(raw.shape)}.",
        )
    height, width = array.shape[:2]
    if not 0 < height * width <= MAX_PIXELS:
        raise Unanswered("model_failed", f"“{name}” is a picture of {width} × {height} pixels, which is out of bounds.")
    pixels = np.empty(array.shape, np.uint8)
    step = max(1, _BAND // (width * channels))
    for top in range(0, height, step):  # in bands, so that a large one is not held several times
        values = array[top : top + step].astype(np.float32)
        if not np.isfinite(values).all():
            raise _not_finite(name)
        pixels[top : top + step] = np.rint(np.clip(values * field.scale + field.offset, 0, 255))
    written = BytesIO()
    Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels).save(written, "PNG", compress_level=3)
    return Unplaced(written.getvalue(), ImageAnswer("", "", 0, width, height))


def _must_be_finite(name: str, value: float) -> None:
    if not isfinite(value):
        raise _not_finite(name)


def _not_finite(name: str) -> Unanswered:
    return Unanswered("answer_not_finite", f"The model's answer for “{name}” is not a finite number.")
