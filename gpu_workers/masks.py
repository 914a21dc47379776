"""What a mask of class indices holds: of each class its pixels, its area, and lines around them."""

from collections.abc import Iterator, Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.protocol.findings import MaskClass

Indices = NDArray[np.uint8]
Points = NDArray[np.float64]
EXACT = 500
"""Corners of a class up to which its lines follow each pixel."""
MOST_CORNERS, MOST_PIECES = 2000, 200
TRACED = 200_000
"""Corners that are followed; where a class has more, a coarser mask is."""
DIGITS = 6


def png(indices: Indices) -> bytes:
    written = BytesIO()
    Image.fromarray(indices).save(written, "PNG", compress_level=6)
    return written.getvalue()


def classes_in(
    indices: Indices, names: Sequence[str], spacing_mm: tuple[float, float] | None = None
) -> tuple[MaskClass, ...]:
    """Of each class that has a pixel. names: of index 1, 2, …; a class beyond them is called by its index.

    spacing_mm: of rows and of columns of this mask, from which an area in mm² is told.
    """
    counts = np.bincount(indices.ravel(), minlength=256)
    found = []
    for index in (np.flatnonzero(counts[1:]) + 1).tolist():
        pixels = int(counts[index])
        lines, simplified = contours(indices == index)
        found.append(
            MaskClass(
                f"m{index}",
                index,
                names[index - 1] if index <= len(names) else str(index),
                pixels,
                None if spacing_mm is None else pixels * spacing_mm[0] * spacing_mm[1],
                tuple(_fractions(line, indices.shape) for line in lines),
                simplified,
            )
        )
    return tuple(found)


def _fractions(line: Points, shape: tuple[int, ...]) -> tuple[tuple[float, float], ...]:
    height, width = shape
    return tuple((round(x / width, DIGITS), round(y / height, DIGITS)) for x, y in line.tolist())


def contours(mask: NDArray[np.bool_]) -> tuple[list[Points], bool]:
    """Closed lines (n, 2) around the True pixels, the longest way round first, and whether anything was left out.

    Exact lines run between pixels, and what an even number of them surrounds is outside: filled so, they give the mask
    again. Beyond EXACT corners those are left out that lie within a pixel of the line between others, within two where
    that is not enough, and so on.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return [], False
    top, left = int(rows[0]), int(columns[0])
    part = mask[top : rows[-1] + 1, left : columns[-1] + 1]
    step = 1
    corners = _corners(part)
    while len(corners[0]) > TRACED:
        step *= 2
        corners = _corners(part[::step, ::step])
    lines = [line * step + (left, top) for line in _followed(*corners)]
    lines.sort(key=lambda line: -len(line))
    if step == 1 and sum(map(len, lines)) <= EXACT:
        return lines, False
    tolerance = float(step)
    kept = lines
    while True:
        kept = [found for line in kept if len(found := simplified(line, tolerance)) > 2]
        kept = sorted(kept, key=lambda line: -_area(line))[:MOST_PIECES]
        if sum(map(len, kept)) <= MOST_CORNERS:
            return kept, True
        tolerance *= 2


def _corners(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(y, x) of where the border turns, row by row; twice where two pixels touch at a corner alone."""
    padded = np.pad(mask, 1)
    a, b, c, d = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    turns = (a ^ b ^ c ^ d).astype(np.uint8)
    turns[(a == d) & (b == c) & (a != b)] = 2
    y, x = np.nonzero(turns)
    times = turns[y, x]
    return np.repeat(y, times), np.repeat(x, times)


def _followed(y: NDArray[np.intp], x: NDArray[np.intp]) -> Iterator[Points]:
    """From corner to corner, along the row and along the column in turn: each has one partner in both."""
    by_column = np.lexsort((np.arange(len(x)), y, x))
    partner = np.empty(len(x), np.intp)
    partner[by_column[0::2]], partner[by_column[1::2]] = by_column[1::2], by_column[0::2]
    below, is_new = partner.tolist(), [True] * len(x)
    for start in range(0, len(x), 2):
        if not is_new[start]:
            continue
        line: list[int] = []
        at = start
        while is_new[at]:
            beside = at ^ 1
            is_new[at] = is_new[beside] = False
            line += (at, beside)
            at = below[beside]
        yield np.column_stack([x[line], y[line]]).astype(np.float64)


def simplified(line: Points, tolerance: float) -> Points:
    """A closed line without corners that lie within tolerance of the line between those that stay (Douglas, Peucker
    1973)."""
    if len(line) < 4:
        return line
    far = int(np.argmax(((line - line[0]) ** 2).sum(axis=1)))
    closed = np.vstack([line, line[:1]])
    stays = np.zeros(len(closed), bool)
    stays[[0, far, -1]] = True
    open_ends = [(0, far), (far, len(closed) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        if last - first < 2:
            continue
        away = _distances(closed[first + 1 : last], closed[first], closed[last])
        most = int(away.argmax())
        if away[most] > tolerance:
            middle = first + 1 + most
            stays[middle] = True
            open_ends += ((first, middle), (middle, last))
    return closed[:-1][stays[:-1]]


def _distances(points: Points, start: Points, end: Points) -> Points:
    along = end - start
    length = float(np.hypot(*along))
    if length == 0:
        return np.asarray(np.hypot(*(points - start).T), np.float64)
    offset = points - start
    return np.asarray(np.abs(along[0] * offset[:, 1] - along[1] * offset[:, 0]) / length, np.float64)


def _area(line: Points) -> float:
    x, y = line.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
