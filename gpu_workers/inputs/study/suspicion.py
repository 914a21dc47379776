"""Whether a name may be burned into a study's pixels.

What the header says (Burned In Annotation), what kind of picture it is (screens that were saved and ultrasound carry
text as a rule, as the published recipes of CTP and deid have it), and what a look at some of its frames finds.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from pydicom.dataset import Dataset

from gpu_workers.protocol.study import Box, Suspicion

from . import numbers
from .stored import Values
from .text import lines_of_text

MAX_LOOKED_AT = 5
_MAX_BOXES = 60
_MARGIN = 3
"""Pixels around a line of text that a proposed box covers, too."""
_CAPTURES = "1.2.840.10008.5.1.4.1.1.7"
_KINDS = {"US": "an ultrasound", "IVUS": "an ultrasound", "ES": "an endoscopy", "SC": "a saved screen"}
_TEXT = "Something that looks like text stands in the pixels."


def by_header(header: Dataset) -> tuple[str, ...]:
    """header: as it came, not yet de-identified."""
    said = numbers.word(header, "BurnedInAnnotation")
    if said == "YES":
        return ("Its header says that text is burned into the pixels.",)
    kind = _KINDS.get(numbers.word(header, "Modality"))
    if kind is None and str(header.get("SOPClassUID", "")).startswith(_CAPTURES):
        kind = _KINDS["SC"]
    if kind is None or said == "NO":
        return ()
    return (f"It is {kind}: such pictures often show names, and its header does not say that it has none.",)


class Look:
    """A look at some of a study's frames as they pass by: the first, the last and some between."""

    def __init__(self, frames: int) -> None:
        self._wanted = {round(place) for place in np.linspace(0, frames - 1, min(frames, MAX_LOOKED_AT))}
        self._boxes: dict[Box, None] = {}
        self._first = 0

    def at(self, index: int, values: Values) -> None:
        if index not in self._wanted or len(self._boxes) >= _MAX_BOXES:
            return
        for box in _boxes(values):
            self._first = self._first if self._boxes else index
            self._boxes[box] = None

    def suspicion(self, reasons: Iterable[str] = ()) -> Suspicion:
        """reasons: those that the headers give."""
        told = (*reasons, _TEXT) if self._boxes else tuple(reasons)
        return Suspicion(told, tuple(self._boxes)[:_MAX_BOXES], self._first)


def _boxes(values: Values) -> Iterator[Box]:
    rows, columns = values.shape[:2]
    for line in lines_of_text(_shown(values)):
        top, left = max(0, line.top - _MARGIN), max(0, line.left - _MARGIN)
        bottom, right = min(rows, line.bottom + _MARGIN), min(columns, line.right + _MARGIN)
        yield Box(left / columns, top / rows, (right - left) / columns, (bottom - top) / rows)


def _shown(values: Values) -> Values:
    """0..255 over the frame's own range; of colour the brightest channel."""
    if values.ndim == 3:
        return np.asarray(values.max(axis=2))
    low, high = int(values.min()), int(values.max())
    return ((values.astype(np.int32) - low) * 255 // max(1, high - low)).astype(np.uint8)
