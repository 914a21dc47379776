"""Regions of a picture that look like text: glyphs of one height on one line, brighter or darker than what lies around.

A heuristic for burned-in names. It finds printed capitals and figures of 5 pixels and more in at least four glyphs; it
does not read, and handwriting, single letters, vertical or very faint text pass it by.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gpu_workers.connected import Noise, extents, labelled

Grey = npt.NDArray[np.uint8]

_LARGEST_SIDE = 1400
_LEVELS = (0.45, 0.7)
_HEIGHTS = (5, 60)
_GLYPHS = 4
_CONTRAST = 60
_SHARP = 9
_MAX_RUNS = 60_000


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels: the lower bounds inclusive, the upper ones exclusive. ink: how many of them are drawn."""

    top: int
    left: int
    bottom: int
    right: int
    ink: int = 0

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left


def lines_of_text(picture: Grey) -> list[Box]:
    """picture: (rows, columns). The boxes of its lines, none of them inside another."""
    step = max(1, -(-max(picture.shape) // _LARGEST_SIDE))
    found: list[Box] = []
    for shown in (picture, 255 - picture):
        small = _smaller(shown, step)
        low, high = int(np.percentile(small, 2)), int(small.max(initial=0))
        if high - low < _CONTRAST:
            continue
        for level in _LEVELS:
            glyphs = [box for box in _components(small > low + level * (high - low)) if _is_glyph(box, small)]
            found += [Box(*(edge * step for edge in _edges(line))) for line in _lines(glyphs)]
    return _outermost(found)


def _smaller(picture: Grey, step: int) -> Grey:
    """The brightest of each step × step pixels."""
    if step == 1:
        return picture
    rows, columns = (length // step * step for length in picture.shape)
    blocks = picture[:rows, :columns].reshape(rows // step, step, columns // step, step)
    brightest: Grey = blocks.max(axis=(1, 3))
    return brightest


def _components(mask: npt.NDArray[np.bool_]) -> Iterator[Box]:
    """Bounding boxes of connected regions; nothing where there are too many to be text."""
    try:
        runs = labelled(mask, _MAX_RUNS)
    except Noise:
        return
    left, top, right, bottom = extents(runs)
    ink = np.bincount(runs[:, 3], runs[:, 2] - runs[:, 1]).astype(np.int64)
    _, begins = np.unique(runs[:, 3], return_index=True)
    for place in np.argsort(begins):
        yield Box(*(int(of[place]) for of in (top, left, bottom, right, ink)))


def _is_glyph(box: Box, picture: Grey) -> bool:
    """Of a letter's size and proportions, with clear ground around and strokes, not a filled block, inside."""
    if not (_HEIGHTS[0] <= box.height <= _HEIGHTS[1] and box.width <= 1.6 * box.height):
        return False
    inside = picture[box.top : box.bottom, box.left : box.right]
    ring = np.concatenate(
        [
            picture[max(0, box.top - 1), box.left : box.right],
            picture[min(picture.shape[0] - 1, box.bottom), box.left : box.right],
            picture[box.top : box.bottom, max(0, box.left - 1)],
            picture[box.top : box.bottom, min(picture.shape[1] - 1, box.right)],
        ]
    )
    ground, ink = float(np.median(ring)), float(np.percentile(inside, 90))
    if ink - ground < _CONTRAST:
        return False
    # Of printed strokes most pixels are ink or ground, few lie between, as they do in speckle and tissue; the smallest
    # letters are blurred throughout.
    shares = (inside.astype(np.float64) - ground) / (ink - ground)
    return float(np.mean((shares > 0.3) & (shares < 0.7))) < (0.35 if box.height >= _SHARP else 0.65)


def _lines(glyphs: Sequence[Box]) -> Iterator[list[Box]]:
    """Runs of neighbours of one height on one line."""
    by_line: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for glyph in glyphs:
        by_line[glyph.top, glyph.bottom].append(glyph)
    for (top, bottom), members in sorted(by_line.items()):
        near = [
            *members,
            *by_line.get((top - 1, bottom), ()),
            *by_line.get((top, bottom + 1), ()),
            *by_line.get((top + 1, bottom), ()),
            *by_line.get((top, bottom - 1), ()),
        ]
        run: list[Box] = []
        for glyph in sorted(near, key=lambda box: box.left):
            if run and glyph.left - run[-1].right > 1.5 * glyph.height:
                if _is_line(run):
                    yield run
                run = []
            run.append(glyph)
        if _is_line(run):
            yield run


def _is_line(run: Sequence[Box]) -> bool:
    """Enough glyphs, not all alike: the marks of a scale are."""
    inks = [glyph.ink for glyph in run]
    return len(run) >= _GLYPHS and max(inks) > 1.15 * min(inks)


def _edges(run: Sequence[Box]) -> tuple[int, int, int, int]:
    return (
        min(box.top for box in run),
        min(box.left for box in run),
        max(box.bottom for box in run),
        max(box.right for box in run),
    )


def _outermost(boxes: Sequence[Box]) -> list[Box]:
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda one: -one.height * one.width):
        if not any(
            box.top >= other.top - 2
            and box.left >= other.left - 2
            and box.bottom <= other.bottom + 2
            and box.right <= other.right + 2
            for other in kept
        ):
            kept.append(box)
    return kept
