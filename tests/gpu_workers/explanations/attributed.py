"""What captum finds of a small network, for `test_captum`.

    python -m tests.gpu_workers.explanations.attributed

prints it as JSON, as `captum.json` keeps it. captum comes of the venv `peers` (tests/venvs.py), torch of the house's.
"""

import json
from typing import Any

import numpy as np

from gpu_workers.explanations.superpixels import superpixels

from .convolving import torch_module

CHANNELS, SIDE = (8, 16), 32
TARGET = 0
CELL = 4
"""Pixels of a side: all windows begin and end on its multiples."""
COUNT = 9
PIXELS = np.random.default_rng(21).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
BOXES = ((2, 4, 14, 20), (20, 8, 32, 24))
"""left, top, right, bottom in pixels."""


def regions() -> tuple[Any, Any]:
    """(SIDE, SIDE): of superpixels from 0, and of BOXES from 1, which leave 0."""
    from PIL import Image

    marked = np.zeros((SIDE, SIDE), np.int64)
    for number, (left, top, right, bottom) in enumerate(BOXES):
        marked[top:bottom, left:right] = number + 1
    return superpixels(Image.fromarray(PIXELS), COUNT, 10.0), marked


def attributed() -> dict[str, Any]:
    import torch
    from captum.attr import FeatureAblation, Occlusion

    module = torch_module(CHANNELS, SIDE)
    given = torch.from_numpy(PIXELS.transpose(2, 0, 1)[None] / np.float32(255))
    means = np.rint(PIXELS.reshape(-1, 3).mean(0)).astype(np.float32) / np.float32(255)
    mean = torch.from_numpy(means).reshape(1, 3, 1, 1).expand_as(given)
    covering, ablating = Occlusion(module), FeatureAblation(module)
    parted, marked = (torch.from_numpy(labels)[None, None].expand_as(given) for labels in regions())

    def covered(window: int, stride: int, baseline: Any) -> Any:
        found = covering.attribute(given, (3, window, window), (3, stride, stride), baseline, TARGET)
        return rounded(found[0, 0, ::CELL, ::CELL])

    def ablated(labels: Any, baseline: Any) -> Any:
        found = ablating.attribute(given, baseline, TARGET, feature_mask=labels)[0, 0]
        return rounded([float(found[labels[0, 0] == label][0]) for label in labels.unique()])

    with torch.no_grad():
        return {
            "score": float(module(given)[0, TARGET]),
            "apart": covered(8, 8, 0),
            "overlapping": covered(8, 4, 0),
            "overlapping, mean": covered(8, 4, mean),
            "superpixels": ablated(parted, 0),
            "superpixels, mean": ablated(parted, mean),
            "marks": ablated(marked, 0)[1:],
        }


def rounded(values: Any) -> Any:
    return np.round(np.asarray(values, np.float64), 8).tolist()


if __name__ == "__main__":
    print(json.dumps(attributed()))  # noqa: T201
