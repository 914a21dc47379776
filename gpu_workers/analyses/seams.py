"""What NumPy and CuPy do not share, each with a twin in both: counting, adding by group, the nearest centre.

Every other module of this package is one source for both libraries. Group codes are uint8 or uint16 (n,): 0 to
group_count − 1, and group_count for a row that is in no group. Results are on the host, and those of parts of the
rows add up to those of the whole: counts exactly, sums to about 1e-12 of the sum of magnitudes.
`python -m tests.gpu` compares the twins on a host with a GPU.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from . import device
from .arrays import Array, Counts, Floats, on_device
from .blocks import BLOCK, blocks, cores, empty, over_parts, spread

CELLS = 24_000
"""See `_together`."""


def joint_counts(
    codes: Sequence[Array], widths: Sequence[int], groups: Array | None = None, group_count: int = 1
) -> Counts:
    """Rows of each group with each code of each column, (group_count, Σ widths): one pass over the codes.

    codes: one uint8 or uint16 (n,) per column, all below that column's width. The columns of the result are those of
    the first column's codes, then the second's, and so on. No groups: all rows are of one.
    """
    arrays = [*codes] if groups is None else [*codes, groups]
    if any(on_device(array) for array in arrays):
        return device.joint_counts(codes, widths, groups, group_count)
    result = np.zeros((group_count, sum(widths)), np.int64)
    _by_cell(result, codes, widths, groups, group_count, None)
    return result


def joint_sums(
    values: Array, codes: Sequence[Array], widths: Sequence[int], groups: Array | None = None, group_count: int = 1
) -> Floats:
    """Sums of values instead of numbers of rows, float64 (group_count, Σ widths); else as `joint_counts`.

    values: float32 or float64 (n,), finite where the row is in a group.
    """
    if on_device(values):
        return device.joint_sums(values, codes, widths, groups, group_count)
    result = np.zeros((group_count, sum(widths)))
    _by_cell(result, codes, widths, groups, group_count, values)
    return result


def _by_cell(
    result: Array,
    codes: Sequence[Array],
    widths: Sequence[int],
    groups: Array | None,
    group_count: int,
    weights: Array | None,
) -> None:
    """Gives each row one number for its group and its codes in some neighbouring columns, counts or adds by that, block
    after block, and takes each column's part of it at the end: a third less work than column by column.

    numpy.bincount does not let other threads run, so that there is no gain in spreading this over the cores.
    """
    starts = np.concatenate(([0], np.cumsum(widths, dtype=np.intp)))
    for columns in _together(widths, group_count + 1):
        shape = (group_count + 1, *(widths[column] for column in columns))
        cells = math.prod(shape)
        kind: Any = np.uint16 if cells <= 1 << 16 else np.int64
        total = np.zeros(cells, result.dtype)
        for rows in blocks(len(codes[columns[0]]), 4 * BLOCK):
            cell = codes[columns[0]][rows]
            if groups is not None:
                cell = np.multiply(groups[rows], shape[1], dtype=kind, casting="unsafe")
                cell += codes[columns[0]][rows]
            elif len(columns) > 1:
                cell = cell.astype(kind)
            for column in columns[1:]:
                cell *= kind(widths[column])
                cell += codes[column][rows]
            if weights is None:
                total += np.bincount(cell, minlength=cells)
            else:  # which takes four times as long where the cells have yet to be widened
                total += np.bincount(cell.astype(np.intp), weights[rows], cells)
        held = total.reshape(shape)[:group_count]
        for place, column in enumerate(columns, 1):
            others = tuple(axis for axis in range(1, len(shape)) if axis != place)
            result[:, starts[column] : starts[column + 1]] = held.sum(others)


def _together(widths: Sequence[int], groups: int) -> Iterator[list[int]]:
    """Neighbouring columns, as many as have few enough cells together to be counted in a core's cache."""
    columns: list[int] = []
    cells = groups
    for column, width in enumerate(widths):
        if columns and cells * width > CELLS:
            yield columns
            columns, cells = [], groups
        columns.append(column)
        cells *= width
    if columns:
        yield columns


def group_sums(values: Sequence[Array], groups: Array, group_count: int) -> Floats:
    """The sum of each column's values over each group's rows, float64 (columns, group_count).

    values: float32 or float64 (n,) each, finite where the row is in a group: others are to be left in no group.
    """
    if on_device(groups):
        return device.group_sums(values, groups, group_count)
    sums = np.zeros((len(values), group_count + 1))
    for rows in blocks(len(groups)):
        place = groups[rows].astype(np.intp)
        for number, column in enumerate(values):
            sums[number] += np.bincount(place, column[rows], minlength=group_count + 1)
    return sums[:, :group_count]


def group_moments(values: Sequence[Array], groups: Array, group_count: int) -> tuple[Counts, Floats, Floats]:
    """Each group's rows whose value is finite, the sums of those values and of their squares, (columns, groups) each.

    values: float32 or float64 (n,) each.
    """
    if on_device(groups):
        return device.group_moments(values, groups, group_count)
    found = np.zeros((3, len(values), group_count))
    for number, column in enumerate(values):
        for of_part in over_parts(lambda part, held: _moments(part, held, group_count), column, groups):
            found[:, number] += of_part
    return found[0].astype(np.int64), found[1], found[2]


def _moments(values: Array, groups: Array, group_count: int) -> Floats:
    finite = np.isfinite(values)
    held = groups if bool(finite.all()) else np.where(finite, groups, groups.dtype.type(group_count))
    known = joint_counts([held], [group_count + 1])[0, :group_count]
    return np.stack([known, *group_sums([values, np.square(values, dtype=np.float64)], held, group_count)])


def magnitudes(columns: Sequence[Array]) -> Floats | None:
    """The greatest finite one of each column, (d,), which a device needs to know for `gathered`; none for NumPy."""
    return device.magnitudes(columns) if on_device(columns[0]) else None


def gathered(columns: Sequence[Array], centres: Floats, greatest: Floats | None = None) -> tuple[Counts, Floats]:
    """How many rows are nearest to each centre, (k,), and the sums of their values, float64 (d, k); see `nearest`.

    greatest: `magnitudes`, or greater, so that they are not looked for again in each pass over the same rows.
    """
    if on_device(columns[0]):
        return device.gathered(columns, centres, greatest)
    labels, k = nearest(columns, centres), len(centres)
    return joint_counts([labels], [k + 1])[0, :k], group_sums(columns, labels, k)


def nearest(columns: Sequence[Array], centres: Floats) -> Array:
    """The number of the nearest centre of each row, uint8 (n,); the first of equals; k where a value is not finite,
    or so great that its square is not.

    columns: d columns, float32 or float64 (n,). centres: (k, d) on the host, k ≤ 255. Squared Euclidean distances,
    in float32 where the columns are.
    """
    if on_device(columns[0]):
        return device.nearest(columns, centres)
    rows = len(columns[0])
    result = empty(rows, np.uint8)
    kind = np.result_type(*columns)

    def fill(part: slice) -> None:
        with np.errstate(all="ignore"):  # holds for one thread
            for inner in blocks(part.stop - part.start):
                block = slice(part.start + inner.start, part.start + inner.stop)
                result[block] = _nearest([column[block] for column in columns], centres.astype(kind))

    if rows < 4 * BLOCK or cores() == 1:
        fill(slice(0, rows))
    else:
        spread(fill, blocks(rows, -(-rows // cores())))
    return result


def _nearest(columns: Sequence[Array], centres: Array) -> Array:
    best = np.full(len(columns[0]), np.inf, centres.dtype)
    label = np.full(len(columns[0]), len(centres), np.uint8)
    step = np.empty_like(best)
    for number, centre in enumerate(centres):
        distance = np.zeros_like(best)
        for column, place in zip(columns, centre, strict=True):
            np.subtract(column, place, out=step)
            step *= step
            distance += step
        nearer = distance < best
        np.copyto(label, number, where=nearer)
        np.copyto(best, distance, where=nearer)
    return label
