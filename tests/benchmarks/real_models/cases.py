"""What one model is uploaded with, what it is given, and what is expected of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from atrium_client import Step
from atrium_client.fields import Field

from .packages import Package


@dataclass
class Prepared:
    """value: as the client takes it. expected: by output; a dict of scores, a number, a text, an array."""

    model: bytes
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
    """The largest absolute one; of texts 0 or 1. Raises where the two are not of one shape."""
    if isinstance(expected, str):
        return float(str(found) != expected)
    if isinstance(expected, Mapping):
        scores = dict(found.scores)
        kept = scores if len(scores) < len(expected) else expected  # an answer keeps the hundred highest
        return max(abs(float(scores[name]) - float(expected[name])) for name in kept)
    if isinstance(expected, np.ndarray):
        with Image.open(BytesIO(found.read())) as picture:  # of 8 bits, shown as shares of the brightest
            shown = np.asarray(picture, np.float64) / 255
        return float(np.abs(shown - expected).max(initial=0.0))
    return abs(float(found) - float(expected))
