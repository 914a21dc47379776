"""Outputs that say where in an input something is, and values of any form, as a notebook declares them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .fields import Field, as_names


@dataclass(frozen=True, repr=False)
class _Place(Field):
    """input: in which input something is found; "" is the first that it can be. labels: as a Label's."""

    classes: Sequence[str] = ()
    labels: str = ""
    input: str = ""
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""

    def __post_init__(self) -> None:
        as_names(self, "classes")


@dataclass(frozen=True, repr=False)
class Boxes(_Place, options_of="output"):
    """Boxes on a picture. Outputs only; the server thins them out and brings them back to the original.

    layout: `separate` (boxes, scores_tensor and, where there is one, labels_tensor), `rows` (one tensor, 4 numbers and
    the scores a row), `columns` (the same turned, as many exports have it), `detections` (box, score, class a row).
    format: `xyxy`, `xywh`, `cxcywh` or `yxyx`; relative: in fractions of the model's picture, not in its pixels.
    objectness: a score for all classes stands behind the four numbers. background: the first class stands for nothing.
    score_threshold, iou_threshold (1 keeps all), most: 0.25, 0.45 and 100 by default.
    grid: the boxes are told from the cells of grids, one for each of `strides` (8, 16, 32 by default): `offsets` as
    YOLOX does, `distances` as NanoDet and PicoDet do, with or without bins. boxes_tensors, scores_tensors: where each
    stride has tensors of its own.

    A live function returns a list of {"x", "y", "w", "h", "label", "score"} in fractions of the picture it was given.
    """

    layout: Literal["separate", "rows", "columns", "detections"] | None = None
    scores_tensor: str = ""
    labels_tensor: str = ""
    format: Literal["xyxy", "xywh", "cxcywh", "yxyx"] | None = None
    relative: bool | None = None
    objectness: bool | None = None
    activation: Literal["none", "softmax", "sigmoid"] | None = None
    background: bool | None = None
    score_threshold: float | None = None
    iou_threshold: float | None = None
    most: int | None = None
    grid: Literal["none", "offsets", "distances"] | None = None
    strides: Sequence[int] = ()
    boxes_tensors: Sequence[str] = ()
    scores_tensors: Sequence[str] = ()
    kind: ClassVar[str] = "boxes"


@dataclass(frozen=True, repr=False)
class Points(_Place, options_of="output"):
    """Named points on a picture, in the order of `classes`. Outputs only.

    layout: `rows` of x and y, or x, y and score; `heatmaps`, one map a point. order: `xy` or `yx`; relative: as Boxes'.
    A live function returns a list of {"x", "y", "name", "score"} in fractions.
    """

    layout: Literal["rows", "heatmaps"] | None = None
    scores_tensor: str = ""
    order: Literal["xy", "yx"] | None = None
    relative: bool | None = None
    activation: Literal["none", "sigmoid"] | None = None
    score_threshold: float | None = None
    kind: ClassVar[str] = "points"


@dataclass(frozen=True, repr=False)
class Spans(_Place, options_of="output"):
    """Spans of a text: rows of start and end, with labels_tensor and scores_tensor, or all four in a row. Outputs only.

    unit: what start and end count, `code points` by default, or `bytes`. A live function returns a list of
    {"start", "end", "label", "score"}, where text[start:end] is what is meant.
    """

    labels_tensor: str = ""
    scores_tensor: str = ""
    unit: Literal["code points", "bytes"] | None = None
    score_threshold: float | None = None
    kind: ClassVar[str] = "spans"


@dataclass(frozen=True, repr=False)
class Mask(_Place, options_of="output"):
    """A class for each pixel of a picture; classes: without the background. Outputs only.

    channels: `scores`, a plane a class, or `indices`. background: the first plane, or index 0, is it (the default).
    threshold: the least score. resize_back: to the original's size (the default).
    A live function returns a (height, width) array of indices, 0 the background, of any size.
    """

    channels: Literal["scores", "indices"] | None = None
    background: bool | None = None
    activation: Literal["none", "softmax", "sigmoid"] | None = None
    threshold: float | None = None
    layout: Literal["NCHW", "NHWC", "NHW"] | None = None
    resize_back: bool | None = None
    kind: ClassVar[str] = "mask"


@dataclass(frozen=True, repr=False)
class Json(Field):
    """A value of any form, at most 100 kB as JSON: text that is JSON, a tensor, or what a live function returns."""

    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "json"
    output_options: ClassVar[frozenset[str]] = frozenset({"name"})


PLACES: tuple[type[Field], ...] = (Boxes, Points, Spans, Mask, Json)
