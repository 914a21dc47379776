"""Studies: DICOM files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .field import DType, Field, as_floats, as_size


@dataclass(frozen=True, repr=False)
class Dicom(Field, options_of="input"):
    """A study: a DICOM file, or the files of one series. Inputs only.

    The model receives `(value * scale - mean) / std`. frames: `first`, `each` (each frame alone, the answers averaged)
    or `volume`, of which `depth` gives so many frames, picked evenly. size: (height, width). hu: the file's rescale is
    applied (the default). window: (center, width) in those values, which becomes 0..1. mode: `L` (the default) or
    `RGB`. layout: `NCHW` (the default), `NHWC`, `NHW`; of a volume `NCDHW`, `NDHWC`, `NDHW`.

    A value is a path of a file, folder or zip, bytes, a pydicom Dataset, or a list of these. It is de-identified before
    it is sent: `pip install pydicom`.
    """

    frames: Literal["first", "each", "volume"] | None = None
    depth: int | None = None
    size: tuple[int, int] | None = None
    window: tuple[float, float] | Mapping[str, float] | None = None
    hu: bool | None = None
    mode: Literal["L", "RGB"] | None = None
    scale: float | None = None
    mean: float | Sequence[float] | None = None
    std: float | Sequence[float] | None = None
    interpolation: Literal["bilinear", "nearest", "bicubic", "area"] | None = None
    layout: Literal["NCHW", "NHWC", "NHW", "NCDHW", "NDHWC", "NDHW"] | None = None
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "dicom"

    def __post_init__(self) -> None:
        as_floats(self)
        as_size(self)
        if self.window is not None and not isinstance(self.window, Mapping):
            center, width = self.window
            object.__setattr__(self, "window", {"center": float(center), "width": float(width)})
