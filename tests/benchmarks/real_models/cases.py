"""What one model is uploaded with, what it is given, and what is expected of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from atrium_client import SeriesResult, Step
from atrium_client.fields import Field
from atrium_client.findings import BoxesResult, JsonResult, MaskResult
from atrium_client.tables import TableResult

from .packages import Package


@dataclass
class Prepared:
    """value: as the client takes it. expected: by output; a dict of scores, a number, a text, an array, rows."""

    model: bytes | Path
    inputs: Sequence[Field]
    outputs: Sequence[Field]
    value: Mapping[str, Any]
    expected: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    steps: Sequence[Step] = ()


@dataclass(frozen=True)
class Case:
    """needs: what is declared, in short. prepare: from the folder of the packages."""

    name: str
    package: Package
    needs: str
    prepare: Callable[[Path], Prepared]


def difference(found: Any, expected: Any) -> float:
    """The largest absolute one; of texts 0 or 1, of masks the share of pixels. Raises where they differ in shape."""
    if isinstance(expected, str):
        return float(str(found) != expected)
    if isinstance(expected, Mapping):
        scores = dict(found.scores)
        kept = scores if len(scores) < len(expected) else expected  # an answer keeps the hundred highest
        return max(abs(float(scores[name]) - float(expected[name])) for name in kept)
    if isinstance(expected, np.ndarray) and isinstance(found, SeriesResult):
        values = found.signal().values
        if values.shape != expected.shape:
            raise ValueError(f"{values.shape} was answered, not {expected.shape}")
        return float(np.abs(values - expected.astype(np.float64)).max(initial=0.0))
    if isinstance(found, JsonResult):
        values = np.asarray(found.value, np.float64)
        if values.shape != np.shape(expected):
            raise ValueError(f"{values.shape} was answered, not {np.shape(expected)}")
        return float(np.abs(values - expected).max(initial=0.0))
    if isinstance(found, BoxesResult):
        pairs = list(zip(found, expected, strict=True))
        if any(one.label != other.label for one, other in pairs):
            return float("inf")
        parts = ("x", "y", "w", "h", "score")
        return float(max(abs(getattr(one, part) - getattr(other, part)) for one, other in pairs for part in parts))
    if isinstance(found, np.ndarray):
        if found.shape != np.shape(expected):
            raise ValueError(f"{found.shape} was answered, not {np.shape(expected)}")
        return float(np.abs(found.astype(np.float64) - expected).max(initial=0.0))
    if isinstance(found, TableResult):
        cells = [pair for row, other in zip(found, expected, strict=True) for pair in zip(row, other, strict=True)]
        return max(float(a != b) if isinstance(b, str) else abs(float(a or 0) - b) for a, b in cells)
    if isinstance(found, MaskResult):
        return float((found.array() != expected).mean())
    if isinstance(expected, np.ndarray):
        with Image.open(BytesIO(found.read())) as picture:  # of 8 bits, shown as shares of the brightest
            shown = np.asarray(picture, np.float64) / 255
        return float(np.abs(shown - expected).max(initial=0.0))
    return abs(float(found) - float(expected))
