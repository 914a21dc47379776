"""Replayable manipulations of an input, and marks on it. Each kind of edit says which kinds of input take it.

Of an image, coordinates are fractions of the original, 0..1, so that they replay at any resolution. Painting edits
and marks lie in the original's frame and apply in list order; a crop is in fractions of the frame that the geometry
edits before it left; rotate keeps the frame and leaves its corners black. Crop, rotate and flip compose to one affine
map, resampled once, whose inverse brings marks back. Tone (adjust) comes last. Text and rows are edited by
`values.edited`, all else by `gpu_workers.inputs`.
"""

from math import isfinite
from typing import Annotated, ClassVar, Literal, get_args

from msgspec import Meta, Struct

Fraction = Annotated[float, Meta(ge=0, le=1)]
Point = tuple[Fraction, Fraction]
Frame = Annotated[int, Meta(ge=0, lt=100_000)]
Seconds = Annotated[float, Meta(ge=0, le=1e7)]
"""From the beginning."""
Place = Annotated[int, Meta(ge=0, le=10_000_000)]


class _Edit(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="kind"):
    """input: the name of the input it applies to; empty means the first that takes it. off: it stays in the list and
    does nothing.

    on: kinds of values that take it: of a file, as `rendering.KINDS` names it; else the input's own.
    """

    input: str = ""
    off: bool = False
    on: ClassVar[frozenset[str]] = frozenset({"image"})


class _Shaped(_Edit, frozen=True, kw_only=True):
    """Of pictures, and of every frame of a study alike."""

    on: ClassVar[frozenset[str]] = frozenset({"image", "study"})


class Crop(_Shaped, frozen=True, kw_only=True, tag="crop"):
    x: Fraction
    y: Fraction
    w: Annotated[float, Meta(gt=0, le=1)]
    h: Annotated[float, Meta(gt=0, le=1)]

    def __post_init__(self) -> None:
        _inside(self.x, self.y, self.w, self.h)


class Occlude(_Shaped, frozen=True, kw_only=True, tag="occlude"):
    """Cover a shape with black, with the original's mean, or with a blur (sigma 1/32 of the shorter side).

    Of a study black is its smallest value, the mean each frame's own. frame, or frames (first and last, included): the
    only ones that are covered, counted from 0; neither: all.
    """

    shape: Literal["box", "ellipse", "polygon"] = "box"
    x: Fraction = 0.0
    y: Fraction = 0.0
    w: Fraction = 0.0
    h: Fraction = 0.0
    points: Annotated[tuple[Point, ...], Meta(max_length=500)] = ()
    fill: Literal["black", "mean", "blur"] = "black"
    frame: Frame | None = None
    frames: tuple[Frame, Frame] | None = None

    def is_on(self, frame: int) -> bool:
        first, last = self.frames or (self.frame, self.frame)
        return first is None or last is None or first <= frame <= last

    def __post_init__(self) -> None:
        if self.frames is not None and (self.frame is not None or self.frames[0] > self.frames[1]):
            raise ValueError("give one frame, or frames as first and last")
        if self.shape == "polygon":
            if len(self.points) < 3:
                raise ValueError("a polygon needs at least 3 points")
        elif not (self.w > 0 and self.h > 0):
            raise ValueError("an occlusion needs a width and a height above 0")
        else:
            _inside(self.x, self.y, self.w, self.h)


class Blur(_Edit, frozen=True, kw_only=True, tag="blur"):
    """Of the whole picture as painted so far. sigma: of the Gaussian, a fraction of the shorter side."""

    sigma: Annotated[float, Meta(gt=0, le=0.25)]


class Noise(_Edit, frozen=True, kw_only=True, tag="noise"):
    """Normal noise. sigma: a fraction of the full range. seed: the same one makes the same noise, value by value."""

    sigma: Annotated[float, Meta(gt=0, le=1)]
    seed: Annotated[int, Meta(ge=0, lt=2**32)]


class Draw(_Edit, frozen=True, kw_only=True, tag="draw"):
    """A line through points, round at its ends and corners. width: a fraction of the shorter side; value: of the full
    range, the same on every channel."""

    points: Annotated[tuple[Point, ...], Meta(min_length=1, max_length=500)]
    width: Annotated[float, Meta(gt=0, le=1)]
    value: Fraction


class Rotate(_Shaped, frozen=True, kw_only=True, tag="rotate"):
    """Clockwise, about the centre of the frame."""

    degrees: Annotated[float, Meta(ge=-360, le=360)]


class Flip(_Shaped, frozen=True, kw_only=True, tag="flip"):
    """`x` mirrors left and right, `y` top and bottom."""

    axis: Literal["x", "y"]


class Adjust(_Edit, frozen=True, kw_only=True, tag="adjust"):
    """brightness adds a share of the full range, contrast multiplies about the middle, gamma comes last."""

    brightness: Annotated[float, Meta(ge=-1, le=1)] = 0.0
    contrast: Annotated[float, Meta(ge=0, le=4)] = 1.0
    gamma: Annotated[float, Meta(ge=0.1, le=10)] = 1.0


class Window(_Edit, frozen=True, kw_only=True, tag="window"):
    """Of a study, in rescaled values: what lies beyond center ± width / 2 becomes the window's ends; the last one
    counts, and is the first of the study's windows then. Colour has no window."""

    center: Annotated[float, Meta(ge=-1e9, le=1e9)]
    width: Annotated[float, Meta(gt=0, le=1e9)]
    on: ClassVar[frozenset[str]] = frozenset({"study"})


class _Signal(_Edit, frozen=True, kw_only=True):
    """Of a recording or a series. leads: channels by name, of a recording by number (`"1"`); None: all of them."""

    leads: Annotated[tuple[Annotated[str, Meta(max_length=120)], ...], Meta(min_length=1, max_length=256)] | None = None
    on: ClassVar[frozenset[str]] = frozenset({"audio", "series"})


class Mask(_Signal, frozen=True, kw_only=True, tag="mask"):
    """A stretch becomes zero."""

    start_s: Seconds
    end_s: Seconds

    def __post_init__(self) -> None:
        _forwards(self.start_s, self.end_s)


class Gain(_Signal, frozen=True, kw_only=True, tag="gain"):
    """A stretch, or the whole, is multiplied by 10^(db / 20)."""

    db: Annotated[float, Meta(ge=-100, le=100)]
    start_s: Seconds | None = None
    end_s: Seconds | None = None

    def __post_init__(self) -> None:
        _forwards(self.start_s or 0.0, self.end_s)


class Filter(_Signal, frozen=True, kw_only=True, tag="filter"):
    """Keeps what lies between two frequencies, without delay; None leaves that side open. At each cut-off half of the
    amplitude is left."""

    low_hz: Annotated[float, Meta(gt=0, le=1e6)] | None = None
    high_hz: Annotated[float, Meta(gt=0, le=1e6)] | None = None

    def __post_init__(self) -> None:
        if self.low_hz is not None and self.high_hz is not None and self.low_hz >= self.high_hz:
            raise ValueError("low_hz must lie below high_hz")


class Replace(_Edit, frozen=True, kw_only=True, tag="replace"):
    """Of text: what lies from start to end (exclusive) becomes `text`. Counted in code points, of the text as the edits
    before left it."""

    start: Place
    end: Place
    text: Annotated[str, Meta(max_length=1_000_000)] = ""
    on: ClassVar[frozenset[str]] = frozenset({"text"})

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("end must not lie before start")


class SetCell(_Edit, frozen=True, kw_only=True, tag="set"):
    """Of a table: a cell gets another value, as `values.checked` takes it, in a file as its cells are read. row:
    counted from 0; column: by name."""

    column: Annotated[str, Meta(max_length=200)]
    value: float | Annotated[str, Meta(max_length=1000)]
    row: Place = 0
    on: ClassVar[frozenset[str]] = frozenset({"table", "rows"})


Edit = Crop | Occlude | Blur | Noise | Draw | Rotate | Flip | Adjust | Window | Mask | Gain | Filter | Replace | SetCell
TAKEN_BY: dict[str, frozenset[str]] = {str(kind.__struct_config__.tag): kind.on for kind in get_args(Edit)}
"""By an edit's kind the kinds of values that take it."""
Edits = Annotated[tuple[Edit, ...], Meta(max_length=100)]


class Mark(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a judge marks for people, unseen by the model, in fractions of the original.

    point: 1 point · line: 2 · box and ellipse: 2 opposite corners · polygon: 3 and more. frame: of a study, from 0.
    start_s, end_s: of a signal, whose points are fractions of its length and of the height of its channels, one below
    the other, of a recording of the frequencies from half its rate down to 0.
    """

    kind: Literal["point", "line", "box", "polygon", "ellipse"]
    points: Annotated[tuple[Point, ...], Meta(min_length=1, max_length=500)]
    note: Annotated[str, Meta(max_length=500)] = ""
    input: str = ""
    frame: Frame | None = None
    start_s: Seconds | None = None
    end_s: Seconds | None = None

    def __post_init__(self) -> None:
        need = {"point": 1, "line": 2, "box": 2, "ellipse": 2}.get(self.kind)
        if need is None and len(self.points) < 3:
            raise ValueError("a polygon needs at least 3 points")
        if need is not None and len(self.points) != need:
            raise ValueError(f"a {self.kind} has {need} points")
        if self.kind in ("box", "ellipse", "line") and self.points[0] == self.points[1]:
            raise ValueError(f"the {self.kind} has no size")
        if any(not isfinite(value) for point in self.points for value in point):
            raise ValueError("coordinates must be finite numbers")


MOST_MARKS = 50
Marks = Annotated[tuple[Mark, ...], Meta(max_length=MOST_MARKS)]


def _forwards(start_s: float, end_s: float | None) -> None:
    if end_s is not None and end_s <= start_s:
        raise ValueError("end_s must lie behind start_s")


def _inside(x: float, y: float, w: float, h: float) -> None:
    if x + w > 1 + 1e-9 or y + h > 1 + 1e-9:
        raise ValueError("it reaches beyond the picture")
