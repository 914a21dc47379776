"""Scores, and single values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.answers import KEPT_SCORES, MAX_NAME, MAX_SCORES, MAX_TEXT, LabelAnswer
from gpu_workers.protocol.interface import LabelOutput, NumberOutput, TextOutput
from gpu_workers.protocol.texts import storable
from gpu_workers.runner.tensors import Raw, classes_of

from .unanswered import any_numbers, must_be_finite, not_finite, unfit

F = TypeVar("F", np.float32, np.float64)


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one answer the score that is followed, and the class with the highest one; "" of a number."""

    score: float
    top: str


def reading(field: LabelOutput | NumberOutput, raw: Raw, label: str) -> Reading:
    """label: the class that is followed, among all that there are. Raises Unanswered."""
    if isinstance(field, NumberOutput):
        return Reading(number(field, raw), "")
    names, scores = _scores(field, raw)
    if label not in names:
        raise unfit(f"“{field.name}” has no class “{label}”.")
    return Reading(float(scores[list(names).index(label)]), names[int(np.argmax(scores))])


def number(field: NumberOutput, raw: Raw) -> float:
    """Raises Unanswered."""
    value = only(field.name, raw)
    if isinstance(value, str):
        raise unfit(f"The model answered text for “{field.name}”, which is declared as a number.")
    told = float(value) * field.scale + field.offset
    must_be_finite(field.name, told)
    return told


def label(field: LabelOutput, raw: Raw) -> LabelAnswer:
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
            raise unfit(f"“{field.name}” is declared as a label, but holds {raw.size:,} numbers.")
        scores = any_numbers(field.name, raw).ravel()
        if sum(side > 1 for side in raw.shape) > 1:
            raise unfit(f"“{field.name}” is declared as a label, but has the shape {list(raw.shape)}.")
        names = field.classes or [str(index) for index in range(scores.size)]
    else:
        if len(raw) != 1 or not isinstance(raw[0], dict):
            raise unfit(f"“{field.name}” does not hold one map of scores for a case.")
        keys = classes_of(raw[0])
        scores = any_numbers(field.name, np.asarray([raw[0][key] for key in keys], dtype=object))
        names = field.classes or [storable(str(key))[:MAX_NAME] for key in keys]
    if len(names) != scores.size:
        raise unfit(
            f"“{field.name}” names {len(names)} classes, but the model answered {scores.size} scores.",
        )
    if not np.isfinite(scores).all():
        raise not_finite(field.name)
    return names, activated(field.activation, scores)


def activated(activation: str, scores: NDArray[F]) -> NDArray[F]:
    """softmax: along the last axis."""
    if activation == "softmax":
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True)) if scores.size else scores
        return powers / powers.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]
    if activation == "sigmoid":
        # exp of a negative number only: no overflow on either side
        small = np.exp(-np.abs(scores))
        return np.where(scores >= 0, 1 / (1 + small), small / (1 + small))
    return scores


def only(name: str, raw: Raw) -> float | int | str:
    if isinstance(raw, np.ndarray) and raw.size == 1:
        value: float | int | str = raw.ravel().tolist()[0]
        return value
    shape = f"the shape {list(raw.shape)}" if isinstance(raw, np.ndarray) else "several parts"
    raise unfit(f"“{name}” should hold one value for a case, but has {shape}.")


def text(field: TextOutput, value: float | int | str) -> str:
    if isinstance(value, str):
        return storable(value)[:MAX_TEXT]
    if isinstance(value, float):
        must_be_finite(field.name, value)
        if value.is_integer():
            value = int(value)
    if not field.classes:
        return str(value)
    if isinstance(value, float) or not 0 <= value < len(field.classes):
        raise unfit(f"“{field.name}” answered {value}, which is none of its classes.")
    return field.classes[int(value)]
