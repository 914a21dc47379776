"""Finds by trial on which axis several cases may be joined, and whether an answer then depends on its neighbours.

A case is run alone, then beside copies of itself and beside neighbours: one moved by 1 % of its range, one of twice its
size. Its answer must stay the same in the first place and in the last within TOLERANCE of the answer's range (integers
and strings exactly). Dynamically quantized models fail: they choose one scale for a whole batch.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpu_workers.runner import Raw, Runner, RunnerFailed
from gpu_workers.runner.batch import MAX_BYTES
from gpu_workers.runner.tensors import Array

TOLERANCE = {"float16": 5e-3, "bfloat16": 2e-2}
DEFAULT_TOLERANCE = 1e-4
_AXES = (0, 1)
_SHIFT = 0.01


@dataclass(frozen=True)
class Batching:
    """axis: None where cases must run one at a time; note says why. difference: the largest, a share of the range."""

    axis: int | None
    note: str
    difference: float = 0.0


def find_batching(runner: Runner, case: Mapping[str, Array], alone: Mapping[str, Raw], seconds: float) -> Batching:
    """case: the inputs of one case by tensor name. alone: what they were answered. seconds: for all trials together.

    Raises RunnerFailed if the runner dies, of too little time too.
    """
    until = time.monotonic() + seconds
    if sum(value.nbytes for value in alone.values() if isinstance(value, np.ndarray)) > MAX_BYTES:
        return Batching(None, "Its answers are too large to be joined, so each case runs alone.")
    again = _run(runner, case, until)
    if any(_difference(alone[name], again[name]) > _tolerance(alone[name]) for name in alone):
        return Batching(None, "The model does not repeat its answer on the same input, so each case runs alone.")
    reasons = []
    for axis in _AXES:
        found = _try(runner, axis, case, alone, until)
        if found.axis is not None:
            return found
        reasons.append(found)
    return max(reasons, key=lambda found: found.difference)


def _run(runner: Runner, case: Mapping[str, Array], until: float) -> dict[str, Raw]:
    return runner.run(case, seconds=max(0.1, until - time.monotonic()))


def _try(runner: Runner, axis: int, case: Mapping[str, Array], alone: Mapping[str, Raw], until: float) -> Batching:
    one_only = Batching(None, "The model takes one case at a time.")
    if any(array.ndim <= axis or array.shape[axis] != 1 for array in case.values()):
        return one_only
    worst = 0.0
    neighbours = [_moved(case), _doubled(case)]
    for batch, place in (([case, case, case], 1), ([case, *neighbours], 0), ([*neighbours, case], 2)):
        joined = {name: np.concatenate([each[name] for each in batch], axis=axis) for name in case}
        try:
            answers = _run(runner, joined, until)
        except RunnerFailed as failed:
            if not failed.alive:
                raise
            return one_only
        for name, expected in alone.items():
            own = _slice(answers[name], axis, place, len(batch), expected)
            if own is None:
                return one_only
            difference = _difference(expected, own)
            worst = max(worst, difference)
            if difference > _tolerance(expected):
                return Batching(
                    None,
                    f"“{name}” changes with the cases beside it (by {difference:.2g} of its range), as in dynamically "
                    "quantized models, so each case runs alone.",
                    difference,
                )
    return Batching(axis, "", worst)


def _moved(case: Mapping[str, Array]) -> dict[str, Array]:
    noise = np.random.default_rng(20260101)

    def move(array: Array) -> Array:
        if array.dtype.kind == "f":
            span = float(np.ptp(array)) or float(np.abs(array).max()) or 1.0
            values = array.astype(np.float64) + noise.uniform(-_SHIFT, _SHIFT, array.shape) * span
            moved: Array = values.astype(array.dtype)
            return moved
        return _turned(array)

    return {name: move(array) for name, array in case.items()}


def _doubled(case: Mapping[str, Array]) -> dict[str, Array]:
    return {
        name: (array * 2).astype(array.dtype) if array.dtype.kind == "f" else _turned(array)
        for name, array in case.items()
    }


def _turned(array: Array) -> Array:
    """Another value of the same kind: indices stay in their range, texts change."""
    if array.dtype.kind in "OUS":
        other = np.empty(array.shape, dtype=object)
        other.ravel()[:] = [f"{text} and more" for text in array.ravel().tolist()]
        return other
    return np.roll(array, 1, axis=-1) if array.ndim else array


def _slice(answer: Raw, axis: int, place: int, count: int, expected: Raw) -> Raw | None:
    if isinstance(answer, np.ndarray) and isinstance(expected, np.ndarray):
        if answer.ndim <= axis or answer.shape[axis] != count or expected.shape[axis : axis + 1] != (1,):
            return None
        return answer.take([place], axis=axis)
    maps = isinstance(answer, list) and isinstance(expected, list) and axis == 0
    if not maps or len(answer) != count or len(expected) != 1:
        return None
    return answer[place : place + 1]


def _difference(expected: Raw, found: Raw) -> float:
    """The largest difference as a share of the expected answer's range; all of it where they cannot be compared."""
    if isinstance(expected, np.ndarray) and isinstance(found, np.ndarray):
        if expected.shape != found.shape:
            return 1.0
        if expected.dtype.kind != "f":
            return 0.0 if np.array_equal(expected, found) else 1.0
        return _share(expected.astype(np.float64), found.astype(np.float64))
    if expected and found and isinstance(expected[0], dict) and isinstance(found[0], dict):
        if expected[0].keys() != found[0].keys():
            return 1.0
        keys = list(expected[0])
        return _difference(np.array([expected[0][k] for k in keys]), np.array([found[0][k] for k in keys]))
    return 1.0


def _share(expected: NDArray[np.float64], found: NDArray[np.float64]) -> float:
    finite = np.isfinite(expected)
    if not np.array_equal(finite, np.isfinite(found)):
        return 1.0
    expected, found = expected[finite], found[finite]
    with np.errstate(over="ignore"):
        difference = float(np.abs(expected - found).max(initial=0.0))
    size = float(np.abs(expected).max(initial=0.0))
    return min(1.0, difference / max(size, 1e-6))


def _tolerance(answer: Raw) -> float:
    if isinstance(answer, np.ndarray) and answer.dtype.kind == "f":
        return TOLERANCE.get(answer.dtype.name, DEFAULT_TOLERANCE)
    return DEFAULT_TOLERANCE
