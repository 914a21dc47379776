"""Outputs that say where: boxes, points, spans of a text, masks; and values of any form.

A finding has an id that is its own within one output of one answer: `b0`, `p3`, `s1`, and of a mask's class `m2`.
Places are fractions of the original, 0..1, whatever was cropped, turned or resized before the model saw it; places in a
text count its code points from 0, the end exclusive.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from .fields import Class, Classes, Field, File, Tensor

MOST = 1000
"""Findings of one output."""
MOST_CLASSES = 255
"""Of a mask: its picture has 8 bits."""
MAX_JSON = 100_000
"""Bytes of a value of any form, as JSON."""
MAX_DEPTH = 32
"""Of lists and maps in each other."""

Score = Annotated[float, Meta(ge=0, le=1)]
Most = Annotated[int, Meta(ge=1, le=MOST)]
Activation = Literal["none", "softmax", "sigmoid"]


class _Found(Field, frozen=True, kw_only=True):
    """input: the name of the input in which something is found; empty means the first that it can be. labels: as a
    label's."""

    labels: File = ""
    input: Annotated[str, Meta(max_length=120)] = ""


class BoxesOutput(_Found, frozen=True, kw_only=True, tag="boxes"):
    """Boxes on a picture, the highest score first.

    layout: how the model gives M boxes of C classes.
    `separate`: boxes (N, M, 4); scores, a tensor of its own (N, M) or (N, M, C); labels, another (N, M) of indices.
    `rows`: one tensor (N, M, 4 + C); `columns`: the same turned, (N, 4 + C, M); with `objectness` a score for all
    classes stands behind the four, with which each is multiplied. `detections`: (N, M, 6) of box, score, index.
    format: two corners, corner and size, centre and size, or corners with y first. relative: in fractions of the
    model's picture, else in its pixels. activation: of the scores; background: the first class stands for nothing.

    grid: the boxes are told from the cells of grids over the model's picture, one grid for each of `strides` in turn,
    its cells row by row; format and relative do not count then. `offsets` (YOLOX): the centre's place behind the cell's
    corner and the logarithm of width and height, all in strides. `distances` (FCOS, NanoDet, PicoDet): from the cell's
    centre to left, top, right and bottom, in strides; of more than four numbers each distance is the mean of as many
    bins, 0, 1, 2 …, under their softmax. boxes_tensors, scores_tensors: of the layout separate, where each stride has
    tensors of its own, (N, M, …) each, in the order of the strides.

    Each box has its best class; those below score_threshold go. Then, class by class, a box that overlaps a higher one
    by more than iou_threshold (intersection over union; 1 keeps all) goes, and `most` are left. A box on a picture that
    was turned by other than a quarter is the upright one around it.
    """

    classes: Classes = ()
    layout: Literal["separate", "rows", "columns", "detections"] = "separate"
    scores_tensor: Tensor = ""
    labels_tensor: Tensor = ""
    format: Literal["xyxy", "xywh", "cxcywh", "yxyx"] = "xyxy"
    relative: bool = False
    objectness: bool = False
    activation: Activation = "none"
    background: bool = False
    score_threshold: Score = 0.25
    iou_threshold: Score = 0.45
    most: Most = 100
    grid: Literal["none", "offsets", "distances"] = "none"
    strides: Annotated[tuple[Annotated[int, Meta(ge=1, le=1024)], ...], Meta(min_length=1, max_length=8)] = (8, 16, 32)
    boxes_tensors: Annotated[tuple[Tensor, ...], Meta(max_length=8)] = ()
    scores_tensors: Annotated[tuple[Tensor, ...], Meta(max_length=8)] = ()


def check_boxes(field: BoxesOutput) -> None:
    """Raises ValueError with a sentence where it contradicts itself."""
    where = f"“{field.name}”"
    if field.grid != "none" and field.layout == "detections":
        raise ValueError(f"{where} has whole detections, so its grid is none")
    counts = len(field.boxes_tensors), len(field.scores_tensors)
    if counts == (0, 0):
        return
    if field.grid == "none" or field.layout != "separate":
        raise ValueError(f"{where} names tensors of strides; declare a grid, and the layout separate")
    if counts != (len(field.strides),) * 2 or field.tensor or field.scores_tensor or field.labels_tensor:
        raise ValueError(
            f"{where} has {len(field.strides)} strides; name as many boxes_tensors and scores_tensors alone"
        )


class PointsOutput(_Found, frozen=True, kw_only=True, tag="points"):
    """Points on a picture, in the model's order: point i has the name `classes[i]`.

    layout: `rows`, a tensor (N, K, 2), or (N, K, 3) with a score last; `heatmaps`, (N, K, H, W), of which the highest
    value's place counts, between pixels by the share of its neighbours. scores: a tensor of its own (N, K).
    order: which coordinate stands first. relative: as of boxes. Points below score_threshold go.
    """

    classes: Classes = ()
    layout: Literal["rows", "heatmaps"] = "rows"
    scores_tensor: Tensor = ""
    order: Literal["xy", "yx"] = "xy"
    relative: bool = False
    activation: Literal["none", "sigmoid"] = "none"
    score_threshold: Score = 0.0


class SpansOutput(_Found, frozen=True, kw_only=True, tag="spans"):
    """Spans of a text, in its order. The tensor is (N, M, 2): start and end; labels (N, M) of indices into the classes
    and scores (N, M) are tensors of their own, or both stand behind the two: (N, M, 4).

    unit: what start and end count.
    """

    classes: Classes = ()
    scores_tensor: Tensor = ""
    labels_tensor: Tensor = ""
    unit: Literal["code points", "bytes"] = "code points"
    score_threshold: Score = 0.0


class MaskOutput(_Found, frozen=True, kw_only=True, tag="mask"):
    """A class for each pixel of a picture: index i of the mask is `classes[i - 1]`, 0 is the background.

    channels: `scores`, one plane a class, or `indices`, one plane of numbers. background: the first plane, or index 0,
    stands for it; without, plane 0 is index 1. layout: as of pictures; NHW is one plane.
    Of scores the highest class counts, where it reaches the threshold (after the activation); None is 0.5 without a
    background, and none with one. resize_back: to the original's size and frame, scores bilinear before the highest is
    taken, indices by the nearest; else the mask is as the model gave it.
    """

    classes: Annotated[tuple[Class, ...], Meta(max_length=MOST_CLASSES)] = ()
    channels: Literal["scores", "indices"] = "scores"
    background: bool = True
    activation: Activation = "none"
    threshold: Score | None = None
    layout: Literal["NCHW", "NHWC", "NHW"] = "NCHW"
    resize_back: bool = True


class JsonOutput(Field, frozen=True, kw_only=True, tag="json"):
    """A value of any form: text that is JSON, or a tensor as lists in each other. At most 100 kB."""


FindingsOutput = BoxesOutput | PointsOutput | SpansOutput | MaskOutput
"""Whose findings are judged one by one."""


class Box(Struct, frozen=True, omit_defaults=True):
    """x, y: the upper left corner; score: None where the model gives none."""

    id: str
    label: str
    x: float
    y: float
    w: float
    h: float
    score: float | None = None


class BoxesAnswer(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="boxes"):
    """truncated: there were more."""

    boxes: tuple[Box, ...]
    truncated: bool = False


class Spot(Struct, frozen=True, omit_defaults=True):
    """One named point."""

    id: str
    name: str
    x: float
    y: float
    score: float | None = None


class PointsAnswer(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="points"):
    points: tuple[Spot, ...]


class Span(Struct, frozen=True, omit_defaults=True):
    id: str
    label: str
    start: int
    end: int
    score: float | None = None


class SpansAnswer(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="spans"):
    spans: tuple[Span, ...]
    truncated: bool = False


class MaskClass(Struct, frozen=True, omit_defaults=True):
    """One class that a mask has. pixels: how many; area_mm2: where the picture's spacing is known.

    contours: closed lines around its pixels, in fractions of the mask's frame, holes too: what an even number of them
    surrounds is not of the class. simplified: corners, or small pieces, were left out.
    """

    id: str
    index: int
    name: str
    pixels: int
    area_mm2: float | None = None
    contours: tuple[tuple[tuple[float, float], ...], ...] = ()
    simplified: bool = False


class JsonAnswer(Struct, frozen=True, tag_field="kind", tag="json"):
    value: Any
