"""Pictures, as a model takes and makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .field import DType, Field, as_floats, as_size


@dataclass(frozen=True, repr=False)
class Image(Field):
    """A picture.

    As an input the model receives `(pixel * scale - mean) / std` with pixels of 0..255:
    size: (height, width), or None for the picture's own, then rounded up to `multiple_of`.
    resize: `stretch` ignores the aspect ratio, `fit` keeps it and pads with black, `cover` keeps it and crops, `height`
    brings it to the height and fills the tensor with 0 up to the width; a wider one is squeezed into that, or with
    free_width stays as wide as it is.
    mode: `L` one channel, `RGB` three (the default). order: `RGB` or `BGR`. mean, std: one value, or one a channel.
    layout: `NCHW` (the default), `NHWC`, or `NHW` without a channel axis. scale: 1 by default; 1/255 gives 0..1.

    As an output it is shown as `clip(value * scale + offset, 0, 255)`: scale is 255 by default, mode `L`.
    """

    size: tuple[int, int] | None = None
    mode: Literal["L", "RGB"] | None = None
    scale: float | None = None
    mean: float | Sequence[float] | None = None
    std: float | Sequence[float] | None = None
    resize: Literal["stretch", "fit", "cover", "height"] | None = None
    free_width: bool | None = None
    interpolation: Literal["bilinear", "nearest", "bicubic", "area"] | None = None
    multiple_of: int | None = None
    layout: Literal["NCHW", "NHWC", "NHW"] | None = None
    order: Literal["RGB", "BGR"] | None = None
    dtype: DType | None = None
    offset: float | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "image"
    input_options: ClassVar[frozenset[str]] = frozenset(
        {"size", "mode", "scale", "mean", "std", "resize", "free_width", "interpolation", "multiple_of"}
        | {"layout", "order", "dtype"}
    )
    output_options: ClassVar[frozenset[str]] = frozenset({"mode", "scale", "offset", "layout"})

    def __post_init__(self) -> None:
        as_floats(self)
        as_size(self)


@dataclass(frozen=True, repr=False)
class Sketch(Image):
    """A picture that is drawn on the page, or sent as one; set as an Image is. Inputs only."""

    kind: ClassVar[str] = "sketch"
    output_options: ClassVar[frozenset[str]] = frozenset()
