"""Outputs that do not become the declared answer, in sentences for people."""

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from gpu_workers.runner.failure import Unanswered
from gpu_workers.runner.tensors import Raw


def unfit(message: str) -> Unanswered:
    """The model answers something else than is declared."""
    return Unanswered("model_failed", message)


def not_finite(name: str) -> Unanswered:
    return Unanswered("answer_not_finite", f"The model's answer for “{name}” is not a finite number.")


def must_be_finite(name: str, value: float) -> None:
    if not isfinite(value):
        raise not_finite(name)


def numbers(name: str, raw: Raw) -> NDArray[np.float64]:
    """In its shape; finite."""
    found = any_numbers(name, raw)
    if not np.isfinite(found).all():
        raise not_finite(name)
    return found


def any_numbers(name: str, raw: Raw) -> NDArray[np.float64]:
    """In its shape."""
    try:
        return np.asarray(raw).astype(np.float64)
    except (TypeError, ValueError):
        raise unfit(f"“{name}” holds no numbers.") from None


def pieces(name: str, raw: Raw, least: int, most: int) -> list[NDArray[np.float64]]:
    """The tensors of an output that may have several, each of numbers."""
    given = raw if isinstance(raw, list) else [raw]
    if not least <= len(given) <= most or any(isinstance(each, dict) for each in given):
        raise unfit(f"“{name}” holds no numbers.")
    return [numbers(name, each) for each in given]  # type: ignore[arg-type]


def without_batch(array: NDArray[np.float64], axes: int) -> NDArray[np.float64]:
    """Axes of size 1 taken off at the front, until so many are left."""
    while array.ndim > axes and array.shape[0] == 1:
        array = array[0]
    return array


def shaped(name: str, array: NDArray[np.float64], axes: int, wanted: str) -> NDArray[np.float64]:
    """One case's array of so many axes; wanted: its shape in words."""
    found = without_batch(array, axes)
    if found.ndim != axes:
        raise unfit(f"“{name}” is declared as {wanted}, but has the shape {list(array.shape)}.")
    return found
