"""Why a model answers as it does: what an explanation found."""

from msgspec import Struct

from .explanations import Fractions
from .fields import Name


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


class Layer(Struct, frozen=True):
    """Of a block of slices, first and last included: what a `Map` has as values."""

    first: int
    last: int
    values: tuple[Fractions, ...]


class Layers(Struct, frozen=True, tag_field="kind", tag="layers"):
    """As `Map`, of each block of slices. strongest lies in the block from first to last."""

    input: Name
    x: Fractions
    y: Fractions
    layers: tuple[Layer, ...]
    score: float
    strongest: Box
    first: int
    last: int


class Region(Struct, frozen=True):
    """share: of the picture's area. x, y: its middle, in fractions. covered: the score while it alone is covered;
    alone: while all but it is."""

    share: float
    x: float
    y: float
    covered: float
    alone: float


class Regions(Struct, frozen=True, tag_field="kind", tag="regions"):
    """labels: rows of columns, which region each cell of a grid over the picture is of, from 0; -1: of none. nothing:
    the score while all of the picture is covered."""

    input: Name
    labels: tuple[tuple[int, ...], ...]
    regions: tuple[Region, ...]
    score: float
    nothing: float


class Point(Struct, frozen=True):
    """value: a number, or a choice by its name. top: the highest class then, "" where the output is a number."""

    value: float | str
    score: float
    top: str


class Curve(Struct, frozen=True):
    """field: the input, or input.column. value: of the case itself."""

    field: str
    unit: str
    value: float | str
    points: tuple[Point, ...]


class Curves(Struct, frozen=True, tag_field="kind", tag="curves"):
    curves: tuple[Curve, ...]
    score: float
    top: str


class Word(Struct, frozen=True):
    """start, end: characters of the text. score: without it."""

    start: int
    end: int
    score: float


class Weighed(Struct, frozen=True, tag_field="kind", tag="words"):
    input: Name
    text: str
    words: tuple[Word, ...]
    score: float


class Silenced(Struct, frozen=True):
    """A stretch, and the score while it was silent. lead: "" where all were."""

    lead: str
    start_s: float
    end_s: float
    score: float


class Row(Struct, frozen=True):
    """Of one lead, or of all together where `lead` is ""; a value for each stretch between two times."""

    lead: str
    values: Fractions


class Timeline(Struct, frozen=True, tag_field="kind", tag="timeline"):
    """How much silencing a stretch lowers the score, averaged over the windows that cover it.

    times: borders of the stretches in seconds, one more than a row has values; negative values where silencing raises
    the score. score: of the whole signal. strongest: the window whose silencing changed it most.
    """

    input: Name
    times: Fractions
    rows: tuple[Row, ...]
    score: float
    strongest: Silenced


class Withstood(Struct, frozen=True):
    """One change at one severity. changed: whether another class was the highest than of the case itself."""

    severity: int
    score: float
    top: str
    changed: bool


class Stressed(Struct, frozen=True):
    change: str
    title: str
    family: str
    at: tuple[Withstood, ...]


class Table(Struct, frozen=True, tag_field="kind", tag="stress"):
    input: Name
    rows: tuple[Stressed, ...]
    score: float
    top: str


Result = Map | Layers | Regions | Curves | Timeline | Weighed | Table


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
