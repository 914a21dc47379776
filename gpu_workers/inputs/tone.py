"""Brightness, contrast and gamma as one table of 256 values, rounded once."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from gpu_workers.protocol.edits import Adjust, Edit


def table(edits: Iterable[Edit]) -> npt.NDArray[np.uint8] | None:
    """What each value 0..255 becomes, or None where no edit changes any.

    Of each adjust, on values 0..1: add the brightness, multiply by the contrast about 0.5, clip to 0..1, raise to the
    power gamma (above 1 darkens the middle, as in scikit-image and torchvision).
    """
    adjusts = [edit for edit in edits if isinstance(edit, Adjust)]
    if not adjusts:
        return None
    values = np.arange(256) / 255
    for adjust in adjusts:
        values = (values + adjust.brightness - 0.5) * adjust.contrast + 0.5
        values = np.clip(values, 0, 1) ** adjust.gamma
    return np.floor(values * 255 + 0.5).astype(np.uint8)
