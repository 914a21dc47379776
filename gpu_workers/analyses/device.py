"""The CuPy twins of `seams`, of coding and of the scores: launches of the kernels in `kernels.cu`.

Nothing here imports CuPy: an array that lies on a device has brought it. A kernel is compiled when it is first called
with its types. Every result is the same however the device orders its threads: counts are whole numbers, and sums are
made of whole numbers too. Each value is multiplied by the greatest power of two with which no sum overflows 62 bits,
and rounded: with n rows and the greatest magnitude m that is wrong by at most n · m / 2^61 a value, 5e-12 of m for ten
million.
"""

import math
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .arrays import Array, Counts, Floats

_THREADS = 512
_BLOCKS = 4
"""Of so many threads, at the same time on each of the device's processors."""
_ROOM = 12 * 1024
"""Words of 4 bytes that a block of threads may share on every device."""
_FEW = 4
"""Columns of points up to which a kernel is made for their number."""
_WORDS = {"ROWS": 1, "SUMS": 2, "MOMENTS": 5}
"""Of a cell, by what is tallied."""
OnDevice = Any
"""An array of CuPy's."""
_TYPES = {"uint8": "uint8", "uint16": "uint16", "float32": "float", "float64": "double"}


@cache
def _kernel(name: str) -> Any:
    """name: with the types of the template, as in C++."""
    # No fused multiply-add: distances round as NumPy's do, so that both sides put a row into the same segment.
    module = sys.modules["cupy"].RawModule(
        code=Path(__file__).with_name("kernels.cu").read_text(),
        options=("--std=c++17", "--fmad=false"),
        name_expressions=(name,),
    )
    return module.get_function(name)


@cache
def _processors() -> int:
    return int(sys.modules["cupy"].cuda.Device().attributes["MultiProcessorCount"])


def _launch(name: str, steps: int, columns: int, words: int, *arguments: Any) -> None:
    """steps: of one thread each, that a column takes; words: of shared memory."""
    if steps:
        wide = min(-(-steps // _THREADS), max(1, _BLOCKS * _processors() // columns))
        _kernel(name)((wide, columns), (_THREADS,), arguments, shared_mem=4 * words)


def _together(arrays: Sequence[OnDevice], rows: int) -> bool:
    """Whether rows can be loaded several at a time: all begin where 16 bytes do, as a part of a column may not."""
    return rows > 0 and all(array.data.ptr % 16 == 0 for array in arrays)


def _addresses(arrays: Sequence[OnDevice]) -> OnDevice:
    return sys.modules["cupy"].asarray(np.array([array.data.ptr for array in arrays], np.uint64))


class _Ranges(NamedTuple):
    """Of n columns, on the device: (n, 3), see `find_range` in `kernels.cu`."""

    found: OnDevice

    def finite(self) -> tuple[Floats, Floats, Counts]:
        """The least and the greatest finite value of each column, (inf, -inf) where there is none; how many are not."""
        greatest, least, others = self.found.get().T
        return _numbers(~least, least > 0, math.inf), _numbers(greatest, greatest > 0, -math.inf), others


def _numbers(ordered: Array, known: Array, unknown: float) -> Floats:
    high = np.uint64(1 << 63)
    numbers: Floats = np.where(ordered & high, ordered ^ high, ~ordered).view(np.float64)
    return np.where(known, numbers, unknown)


def _ranges(values: Sequence[Array], groups: Array | None, group_count: int) -> _Ranges:
    """values: contiguous, of one type."""
    xp = sys.modules["cupy"]
    found = xp.zeros((len(values), 3), xp.uint64)
    rows = len(values[0])
    several = 4 if _together([*values, *([] if groups is None else [groups])], rows) else 1
    kind = "uint8" if groups is None else _TYPES[groups.dtype.name]
    _launch(
        f"find_range<{_TYPES[values[0].dtype.name]}, {kind}, {several}>",
        rows,
        len(values),
        0,
        _addresses(values),
        np.uintp(0) if groups is None else groups,
        np.int64(rows),
        np.int32(group_count),
        found,
    )
    return _Ranges(found)


def finite_range(values: Array) -> tuple[float, float]:
    """See `edges.finite_range`."""
    low, high, _ = _ranges([sys.modules["cupy"].ascontiguousarray(values)], None, 1).finite()
    return float(low[0]), float(high[0])


class _Column(NamedTuple):
    """What is tallied: codes, values or both; start: in the total; of_range: the number of its values' range."""

    codes: Array | None
    values: Array | None
    start: int
    width: int
    of_range: int = 0


def _tally(what: str, columns: Sequence[_Column], groups: Array | None, group_count: int, ranges: Any) -> Array:
    """(planes, group_count, Σ widths) whole numbers on the host, uint64."""
    xp = sys.modules["cupy"]
    stride = sum(column.width for column in columns)
    total = xp.zeros((3 if what == "MOMENTS" else 1, group_count, stride), xp.uint64)
    if groups is not None:
        groups = xp.ascontiguousarray(groups)
    alike: dict[tuple[str, str], list[_Column]] = {}
    for column in columns:
        alike.setdefault((_type(column.codes, "uint8"), _type(column.values, "float")), []).append(column)
    for (code, value), same in alike.items():
        arrays = [array for column in same for array in (column.codes, column.values) if array is not None]
        rows = len(arrays[0])
        together = _together([*arrays, *([] if groups is None else [groups])], rows)
        several = (16 if what == "ROWS" else 4) if together else 1
        listed = [
            (_address(column.codes), _address(column.values), column.start, column.width, column.of_range)
            for column in same
        ]
        _launch(
            f"tally<{what}, {code}, {_type(groups, 'uint8')}, {value}, {several}>",
            -(-rows // several),
            len(same),
            max(_shared(group_count * column.width * _WORDS[what]) for column in same),
            xp.asarray(np.array(listed, np.uint64)),
            np.uintp(0) if groups is None else groups,
            np.int64(rows),
            np.int32(group_count),
            np.uintp(0) if ranges is None else ranges,
            total,
            np.int64(stride),
            np.int32(_ROOM),
        )
    tallied: Array = total.get()
    return tallied


def _type(array: Array | None, otherwise: str) -> str:
    return otherwise if array is None else _TYPES[array.dtype.name]


def _address(array: OnDevice | None) -> int:
    return 0 if array is None else int(array.data.ptr)


def _shared(words: int) -> int:
    """Of as many copies as the kernel will find room for."""
    copies = 32
    while copies and words * copies > _ROOM:
        copies //= 2
    return words * copies


def joint_counts(codes: Sequence[Array], widths: Sequence[int], groups: Array | None, group_count: int) -> Counts:
    """See `seams.joint_counts`."""
    xp = sys.modules["cupy"]
    starts = np.cumsum([0, *widths])
    columns = [
        _Column(xp.ascontiguousarray(column), None, int(start), width)
        for column, start, width in zip(codes, starts, widths, strict=False)
    ]
    counted: Counts = _tally("ROWS", columns, groups, group_count, None)[0].astype(np.int64)
    return counted


def joint_sums(
    values: Array, codes: Sequence[Array], widths: Sequence[int], groups: Array | None, group_count: int
) -> Floats:
    """See `seams.joint_sums`. All are NaN where a value in a group is not finite."""
    xp = sys.modules["cupy"]
    values, starts = xp.ascontiguousarray(values), np.cumsum([0, *widths])
    columns = [
        _Column(xp.ascontiguousarray(column), values, int(start), width)
        for column, start, width in zip(codes, starts, widths, strict=False)
    ]
    ranges = _ranges([values], groups, group_count)
    whole = _tally("SUMS", columns, groups, group_count, ranges.found)[0]
    greatest, others = _magnitudes(ranges)
    return _numbers_of(whole, np.where(others, np.inf, len(values) * greatest))


def group_sums(values: Sequence[Array], groups: Array, group_count: int) -> Floats:
    """See `seams.group_sums`. All sums of a column are NaN where one of its values in a group is not finite."""
    columns, ranges = _of_groups(values, groups, group_count)
    whole = _tally("SUMS", columns, groups, group_count, ranges.found)[0]
    greatest, others = _magnitudes(ranges)
    return _numbers_of(whole.T, np.where(others, np.inf, len(groups) * greatest)[:, None])


def group_moments(values: Sequence[Array], groups: Array, group_count: int) -> tuple[Counts, Floats, Floats]:
    """See `seams.group_moments`. Squares are NaN where they might not be finite numbers."""
    columns, ranges = _of_groups(values, groups, group_count)
    known, sums, squares = _tally("MOMENTS", columns, groups, group_count, ranges.found)
    greatest = _magnitudes(ranges)[0][:, None]
    most = len(groups) * greatest
    with np.errstate(over="ignore"):
        return known.T.astype(np.int64), _numbers_of(sums.T, most), _numbers_of(squares.T, most * greatest)


def _of_groups(values: Sequence[Array], groups: Array, group_count: int) -> tuple[list[_Column], _Ranges]:
    xp = sys.modules["cupy"]
    kind = np.result_type(*(column.dtype for column in values))
    held = [xp.ascontiguousarray(column, kind) for column in values]
    columns = [_Column(None, column, number, 1, number) for number, column in enumerate(held)]
    return columns, _ranges(held, xp.ascontiguousarray(groups), group_count)


def _magnitudes(ranges: _Ranges) -> tuple[Floats, Counts]:
    """The greatest finite one of each column, and how many of its values are not finite."""
    low, high, others = ranges.finite()
    return np.where(low <= high, np.maximum(np.abs(low), np.abs(high)), 0.0), others


def _scales(most: Floats) -> Floats:
    """By what whole numbers are made; most: of the sums of magnitudes. As `scale` in `kernels.cu`."""
    known = np.isfinite(most) & (most > 0)
    exponents = np.frexp(np.where(known, most, 1.0))[1]
    return np.where(known, np.ldexp(1.0, np.minimum(62 - exponents, 1000)), 1.0)


def _numbers_of(whole: Array, most: Floats) -> Floats:
    """What sums of whole numbers stand for; NaN where `most` is not finite."""
    numbers: Floats = whole.view(np.int64) / _scales(most)
    return np.where(np.isfinite(most), numbers, np.nan)


def magnitudes(columns: Sequence[OnDevice]) -> Floats:
    """See `seams.magnitudes`."""
    greatest, _ = _magnitudes(_ranges(_points(columns), None, 1))
    return greatest


def nearest(columns: Sequence[OnDevice], centres: Floats) -> Array:
    """See `seams.nearest`."""
    held, rows = _points(columns), len(columns[0])
    labels: Array = sys.modules["cupy"].empty(rows, np.uint8)
    _launch_points("label", held, centres, np.zeros(len(held)), 0, labels)
    return labels


def gathered(columns: Sequence[OnDevice], centres: Floats, greatest: Floats | None) -> tuple[Counts, Floats]:
    """See `seams.gathered`."""
    held, (k, d) = _points(columns), centres.shape
    most = len(held[0]) * (magnitudes(held) if greatest is None else greatest)
    total = sys.modules["cupy"].zeros((1 + d, k), np.uint64)
    _launch_points("gather", held, centres, _scales(most), _shared(k * (1 + 2 * d)), total, np.int32(_ROOM))
    whole = total.get()
    return whole[0].astype(np.int64), _numbers_of(whole[1:], most[:, None])


def _points(columns: Sequence[OnDevice]) -> list[OnDevice]:
    xp, kind = sys.modules["cupy"], np.result_type(*(column.dtype for column in columns))
    return [xp.ascontiguousarray(column, kind) for column in columns]


def _launch_points(
    name: str, columns: Sequence[OnDevice], centres: Floats, scales: Floats, words: int, *arguments: Any
) -> None:
    rows, (k, d) = len(columns[0]), centres.shape
    addresses = np.array([column.data.ptr for column in columns], np.uint64)
    doubles = np.concatenate((scales, np.ravel(centres))).astype(np.float64)
    given = sys.modules["cupy"].asarray(np.concatenate((addresses, doubles.view(np.uint64))))
    kernel = f"{name}<{_TYPES[columns[0].dtype.name]}, {d if d <= _FEW else 0}>"
    _launch(kernel, rows, 1, words, given, np.int64(rows), np.int32(d), np.int32(k), *arguments)


def codes(values: Array, edges: Floats, kind: type[np.generic]) -> Array:
    """See `edges.codes`. values: float32 or float64; kind: of the codes."""
    xp = sys.modules["cupy"]
    values = xp.ascontiguousarray(values)
    coded: Array = xp.empty(len(values), kind)
    bins, doubles = len(edges) - 1, 2 * (len(edges) - 2)
    _launch(
        f"bin<{_TYPES[values.dtype.name]}, {_TYPES[coded.dtype.name]}>",
        len(values),
        1,
        doubles if doubles <= _ROOM else 0,
        values,
        xp.asarray(np.ascontiguousarray(edges[1:-1])),
        np.int64(len(values)),
        np.int32(bins),
        np.int32(1 << (bins - 1).bit_length() >> 1),
        np.int32(doubles <= _ROOM),
        coded,
    )
    return coded


def score(name: str, target: Array, said: Array, clip: float) -> Array:
    """One of `scores`, by the name of its function; target, said: (n,) of one type of float. float32 (n,)."""
    xp = sys.modules["cupy"]
    scores: Array = xp.empty(len(said), xp.float32)
    arguments = (xp.ascontiguousarray(target), xp.ascontiguousarray(said), np.int64(len(said)), said.dtype.type(clip))
    _launch(f"score<{name.upper()}, {_TYPES[said.dtype.name]}>", len(said), 1, 0, *arguments, scores)
    return scores
