"""Pictures, as they are given to a model and as it makes them."""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from gpu_workers.protocol.fields import DType, Field, Side

if TYPE_CHECKING:
    from .studies import DicomInput


class ImageInput(Field, frozen=True, kw_only=True, tag="image"):
    """A picture, given to the model as `(pixel * scale - mean) / std`.

    size: (height, width) in pixels, or None to keep the picture's own. resize: `stretch` ignores the aspect ratio,
    `fit` keeps it and pads with black at the right and bottom, `cover` keeps it and crops the centre. `height` brings
    the picture to the height, its width rounded up, and fills the tensor with 0 at the right where it is narrower than
    the width; a wider one is squeezed into it, or with free_width stays as wide as it is (a line to be read).
    multiple_of: height and width are rounded up to a multiple of it (by stretching) where size is None.
    mode: L is one channel, RGB three. scale multiplies pixel values 0..255. mean, std: one value, or one a channel.
    layout: where batch (N), channel (C), height and width lie; without C the channel axis is dropped (mode L only).
    """

    size: tuple[Side, Side] | None = None
    resize: Literal["stretch", "fit", "cover", "height"] = "stretch"
    free_width: bool = False
    interpolation: Literal["bilinear", "nearest", "bicubic", "area"] = "bilinear"
    multiple_of: Annotated[int, Meta(ge=1, le=256)] = 1
    mode: Literal["L", "RGB"] = "RGB"
    scale: float = 1.0
    mean: Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)] = (0.0,)
    std: Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)] = (1.0,)
    layout: Literal["NCHW", "NHWC", "NHW"] = "NCHW"
    order: Literal["RGB", "BGR"] = "RGB"
    dtype: DType = "float32"


class SketchInput(ImageInput, frozen=True, kw_only=True, tag="sketch"):
    """A picture that is drawn on the page, or sent as a file."""


class ImageOutput(Field, frozen=True, kw_only=True, tag="image"):
    """A picture made by the model: `clip(value * scale + offset, 0, 255)` as 8-bit pixels."""

    mode: Literal["L", "RGB"] = "L"
    scale: float = 255.0
    offset: float = 0.0
    layout: Literal["NCHW", "NHWC", "NHW"] = "NCHW"


def check_image(field: ImageInput) -> None:
    check_channels(field)
    if field.layout == "NHW" and field.mode != "L":
        raise ValueError(f"“{field.name}” has mode RGB, so its layout needs a C")
    if field.resize == "height" and field.size is None:
        raise ValueError(f"“{field.name}” is brought to a height, so it needs a size: that height, and the least width")


def check_channels(field: "ImageInput | DicomInput") -> None:
    channels = 1 if field.mode == "L" else 3
    for label, values in (("mean", field.mean), ("std", field.std)):
        if len(values) not in (1, channels):
            raise ValueError(f"{label} of “{field.name}” has {len(values)} values; give one, or one for each channel")
    if any(value == 0 for value in field.std):
        raise ValueError(f"std of “{field.name}” contains 0")
