"""Files of any kind, kept as they came: nothing of them is understood."""

import math
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from PIL import Image

from gpu_workers.protocol.edits import Edit
from gpu_workers.protocol.rendering import Made

from .decode import picture
from .refusal import Refusal, called_of

MOST = 64
"""Bytes of one side of the small picture."""


def decode(data: bytes, options: Mapping[str, Any], name: str = "") -> Made:
    if not data:
        raise Refusal("input_damaged", f"{called_of(name)} is an empty file. Send one that holds something.")
    return _made(data)


def render(data: bytes, edits: Sequence[Edit]) -> Made:
    if edits:
        raise Refusal("malformed", "A file of any kind has no edits. Send it without.")
    return _made(data)


def thumbnail(data: bytes, side: int) -> Made:
    """Its first bytes as grey squares, row by row, on at most `side` pixels a side."""
    square = min(side, MOST, math.isqrt(len(data) - 1) + 1)
    shown = np.zeros(square * square, np.uint8)
    begin = np.frombuffer(data[: shown.size], np.uint8)
    shown[: begin.size] = begin
    small = Image.fromarray(shown.reshape(square, square))
    enlarged = side // square
    return picture(small.resize((square * enlarged, square * enlarged), Image.Resampling.NEAREST))


def _made(data: bytes) -> Made:
    return Made(data, sha256(data).hexdigest(), "bytes", {"bytes": len(data)})
