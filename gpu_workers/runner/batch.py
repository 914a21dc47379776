"""Joins cases on the batch axis and parts their answers again."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from .tensors import Array, Raw

MAX_BYTES = 32 * 2**20
"""Tensors of one call, so that many large pictures do not meet in memory."""

Tensors = dict[str, Array]


class Inseparable(ValueError):
    """An output cannot be parted into the cases that went in together."""


def run_batched(
    run: Callable[[Tensors], dict[str, Raw]], cases: Sequence[Tensors], axis: int | None
) -> tuple[list[dict[str, Raw]], int]:
    """The outputs of each case in their order, and the size of the largest call."""
    answers: list[dict[str, Raw]] = [{} for _ in cases]
    largest = 1
    for group in _groups(cases, axis):
        largest = max(largest, len(group))
        if len(group) == 1 or axis is None:
            answers[group[0]] = run(cases[group[0]])
            continue
        outputs = run(_joined([cases[index] for index in group], axis))
        for position, index in enumerate(group):
            answers[index] = {name: _part(raw, position, len(group), axis) for name, raw in outputs.items()}
    return answers, largest


def _groups(cases: Sequence[Tensors], axis: int | None) -> Iterator[list[int]]:
    """Indices of cases that may share a call: same shapes, one case on the axis, together within MAX_BYTES."""
    if axis is None or len(cases) == 1:
        yield from ([index] for index in range(len(cases)))
        return
    alike: dict[object, list[int]] = {}
    for index, case in enumerate(cases):
        alike.setdefault(_form(case, axis, index), []).append(index)
    for indices in alike.values():
        size = sum(array.nbytes for array in cases[indices[0]].values()) or 1
        step = max(1, MAX_BYTES // size)
        yield from (indices[start : start + step] for start in range(0, len(indices), step))


def _form(case: Tensors, axis: int, index: int) -> object:
    if any(array.ndim <= axis or array.shape[axis] != 1 for array in case.values()):
        return index  # alone
    return tuple((name, array.shape, array.dtype.str) for name, array in sorted(case.items()))


def _joined(cases: Sequence[Mapping[str, Array]], axis: int) -> Tensors:
    return {name: np.concatenate([case[name] for case in cases], axis=axis) for name in cases[0]}


def _part(raw: Raw, position: int, count: int, axis: int) -> Raw:
    """One case's share, its batch axis of size 1 included."""
    if isinstance(raw, np.ndarray):
        if raw.ndim > axis and raw.shape[axis] == count:
            return raw[(slice(None),) * axis + (slice(position, position + 1),)]
    elif len(raw) == count and isinstance(raw[0], dict):
        return [raw[position]]
    raise Inseparable(f"the model answered {count} cases together in a shape that cannot be parted")
