"""Studies: frames of DICOM files."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from gpu_workers.protocol.fields import DType, Field, Side

from .pictures import check_channels


class Window(Struct, frozen=True, forbid_unknown_fields=True):
    """Values from `center - width / 2` to `center + width / 2` become 0..1, those beyond it 0 or 1."""

    center: Annotated[float, Meta(ge=-1e7, le=1e7)]
    width: Annotated[float, Meta(gt=0, le=1e7)]


class DicomInput(Field, frozen=True, kw_only=True, tag="dicom"):
    """A study: one DICOM file or the files of one series, given to the model as `(value * scale - mean) / std`.

    frames: `first` is the first frame, `each` every frame as a case of its own whose answers are averaged before
    anything else is done with them, `volume` all frames in one tensor. depth: of a volume, how many frames are given,
    picked evenly; None for all. hu: the file's rescale is applied (Hounsfield units of CT); else values are as stored.
    Of RGB they are 0..255, and neither hu nor a window's unit changes them. window: in those values. mode: L is one
    channel (of RGB its ITU-R 601 luma), RGB three (of grey thrice the same). size: (height, width) in pixels, by
    stretching, or None for the study's own. mean, std: one value, or one a channel. layout: D is the axis of frames;
    without C the channel axis is dropped (mode L only).
    """

    frames: Literal["first", "each", "volume"] = "first"
    depth: Annotated[int, Meta(ge=1, le=2000)] | None = None
    size: tuple[Side, Side] | None = None
    interpolation: Literal["bilinear", "nearest", "bicubic", "area"] = "bilinear"
    mode: Literal["L", "RGB"] = "L"
    hu: bool = True
    window: Window | None = None
    scale: float = 1.0
    mean: Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)] = (0.0,)
    std: Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)] = (1.0,)
    layout: Literal["NCHW", "NHWC", "NHW", "NCDHW", "NDHWC", "NDHW"] = "NCHW"
    dtype: DType = "float32"


def check_study(field: DicomInput) -> None:
    check_channels(field)
    is_volume = field.frames == "volume"
    if is_volume != ("D" in field.layout):
        wanted = "a D, as NCDHW or NDHW" if is_volume else "no D, as NCHW"
        raise ValueError(f"frames of “{field.name}” is {field.frames}, so its layout has {wanted}")
    if field.depth is not None and not is_volume:
        raise ValueError(f"depth of “{field.name}” is for frames: volume")
    if "C" not in field.layout and field.mode != "L":
        raise ValueError(f"“{field.name}” has mode RGB, so its layout needs a C")
