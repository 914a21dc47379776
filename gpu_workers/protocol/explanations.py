"""Why a model answers as it does: what is asked, as a method with its options, and what comes of it.

An explanation asks a version again and again about one case that is changed a little each time. What is counted here is
what web tells before: how many questions a method comes to.
"""

from math import ceil
from typing import Annotated, Literal

from msgspec import Meta, Struct

from .fields import Name

Share = Annotated[float, Meta(ge=0.01, le=1)]
Fill = Literal["mean", "black", "blur"]
Fractions = tuple[float, ...]
MOST_CALLS = 5_000
"""Of one explanation."""


class Target(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whose score is followed. output: a label's or a number's; label: the class, "" of a number."""

    output: str = ""
    label: str = ""


class _Method(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="method"):
    """input: which one is changed; "" for the first one that the method suits. Always written out in full, so that the
    same question is the same JSON."""

    input: Annotated[str, Meta(max_length=120)] = ""


class Occlusion(_Method, frozen=True, kw_only=True, tag="occlusion"):
    """A window is moved over the picture and covers what lies under it. window, stride: shares of each side."""

    window: Share = 0.125
    stride: Share = 0.0625
    fill: Fill = "mean"

    @property
    def calls(self) -> int:
        return len(starts(self.window, self.stride)) ** 2 + 1

    def __post_init__(self) -> None:
        if self.stride > self.window:
            raise ValueError("the stride is longer than the window, so that parts would never be covered")


Method = Occlusion


def starts(window: float, stride: float) -> Fractions:
    """Where windows begin along one side, as fractions of it: every stride, and the last one flush with the end."""
    steps = ceil((1 - window) / stride - 1e-9)
    return (*(step * stride for step in range(steps)), 1 - window)


class Box(Struct, frozen=True):
    """A part of a picture in fractions, and the score while it was covered."""

    x: float
    y: float
    w: float
    h: float
    score: float


class Map(Struct, frozen=True, tag_field="kind", tag="map"):
    """How much covering a place lowers the score, averaged over the windows that cover it.

    x, y: borders of the cells in fractions of the picture that the model saw, one more than there are columns and rows.
    values: rows of columns; negative where covering raises the score. score: of the whole picture. strongest: the
    window whose covering changed it most.
    """

    input: Name
    x: Fractions
    y: Fractions
    values: tuple[Fractions, ...]
    score: float
    strongest: Box


Result = Map


class Overlay(Struct, frozen=True):
    """A PNG that is laid over the picture; sha256 in hex, size in bytes."""

    sha256: str
    size: int


class Explained(Struct, frozen=True):
    """calls: how often the model was asked. seconds: of the device."""

    result: Result
    calls: int
    seconds: float
    overlay: Overlay | None = None
