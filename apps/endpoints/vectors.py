"""Vectors, for people: how long, of which norm, and a strip that tells one from another at a glance."""

from collections.abc import Mapping, Sequence
from typing import Any

from gpu_workers.protocol.vectors import cosine

from .words import number

WIDE, HIGH = 320, 40
ALIKE = 0.999
"""The least cosine similarity of two that count as the same: an angle of 2.6°."""


def summed_up(answer: Mapping[str, Any]) -> str:
    """“384 numbers, norm 5.20”: that which the model gave, before it was brought to length one."""
    values = answer["values"]
    count = f"{len(values):,} number{'' if len(values) == 1 else 's'}"
    return f"{count}, norm {number(answer['norm'])}"


def similarity(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """“cosine 0.981” of two answers, "" where there is none; as many places as ALIKE has."""
    alike = cosine(one["values"], other["values"])
    return "" if alike is None else f"cosine {alike:.3f}".replace("-", "−")


def are_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    alike = cosine(one["values"], other["values"])
    return one["values"] == other["values"] if alike is None else alike >= ALIKE


def strip(values: Sequence[float]) -> str:
    """An SVG path in WIDE × HIGH: each value a line from the middle, up where it is positive, the largest as high as
    the strip."""
    most = max(map(abs, values), default=0.0) or 1.0
    step, middle = WIDE / max(len(values), 1), HIGH / 2
    return "".join(
        f"M{(at + 0.5) * step:.1f} {middle:g}v{-value / most * middle:.1f}" for at, value in enumerate(values)
    )
