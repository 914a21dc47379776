"""A study in our own bytes: one zip of stored entries, which worker and browser read without a codec.

`study.json` is a `Study`. `frames/00000`, `frames/00001`, … are each one zlib stream: of `rows * columns` little-endian
int16 where the photometric is MONOCHROME2 (larger is brighter, the rescale not applied), or of `rows * columns * 3`
uint8 where it is RGB. The same study gives the same bytes, so that its SHA-256 names it.
"""

import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Annotated, Literal
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec
from msgspec import Meta, Struct

HEADER = "study.json"
_LEVEL = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Window(Struct, frozen=True, omit_defaults=True):
    """A preset in rescaled values. name: “window 1”, … in the file's order, and “full range”: names in
    a file are free text, and are not kept."""

    center: float
    width: Annotated[float, Meta(gt=0)]
    name: str
    function: Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"] = "LINEAR"


class Rescale(Struct, frozen=True):
    """`value * slope + intercept` of a frame's int16 gives the unit's; unit is "HU", "BQML", … or ""."""

    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""


class Study(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is kept of the headers.

    bits: stored bits of one value. offset: what was taken from the file's values so that int16 holds them (rescale is
    for the values as they lie here). spacing_mm: (between rows, between columns); spacing_at: `patient`, or `detector`
    where magnification is not taken out, or `scanned`, of a digitised film. positions_mm: of each frame along the
    slices' normal, ascending; orientation: direction cosines of a row and of a column (patient: left, posterior, head
    positive). rescales: (slope, intercept) of each frame where they differ. values: smallest and largest rescaled
    value, None for RGB. inverted: came as MONOCHROME1; values and windows were turned round. voi_lut: the file has
    tables for display that are not applied. rules: the version of `deidentify.json`. notes: sentences for people.
    """

    format: int = 1
    rules: str
    modality: str = ""
    body_part: str = ""
    frames: Annotated[int, Meta(ge=1)]
    rows: Annotated[int, Meta(ge=1)]
    columns: Annotated[int, Meta(ge=1)]
    photometric: Literal["MONOCHROME2", "RGB"]
    bits: int
    offset: int = 0
    inverted: bool = False
    lossy: bool = False
    voi_lut: bool = False
    spacing_mm: tuple[float, float] | None = None
    spacing_at: Literal["", "patient", "detector", "scanned"] = ""
    slice_thickness_mm: float | None = None
    positions_mm: tuple[float, ...] | None = None
    orientation: tuple[float, float, float, float, float, float] | None = None
    frame_ms: float | None = None
    rescale: Rescale = Rescale()
    rescales: tuple[tuple[float, float], ...] | None = None
    values: tuple[float, float] | None = None
    windows: tuple[Window, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def frame_bytes(self) -> int:
        """Of one frame, unpacked."""
        return self.rows * self.columns * (3 if self.photometric == "RGB" else 2)

    def rescale_of(self, frame: int) -> tuple[float, float]:
        """(slope, intercept)."""
        return self.rescales[frame] if self.rescales is not None else (self.rescale.slope, self.rescale.intercept)


class Box(Struct, frozen=True, forbid_unknown_fields=True):
    """A region of every frame, in fractions of its width and height."""

    x: Annotated[float, Meta(ge=0, le=1)]
    y: Annotated[float, Meta(ge=0, le=1)]
    w: Annotated[float, Meta(gt=0, le=1)]
    h: Annotated[float, Meta(gt=0, le=1)]


class Suspicion(Struct, frozen=True):
    """Why a name may stand in the pixels: sentences, and where text was found, on `frame` first of all."""

    reasons: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    frame: int = 0

    def __bool__(self) -> bool:
        return bool(self.reasons)


class Damaged(ValueError):
    """The bytes are no study of ours."""


class Writer:
    """Takes frames one by one, so that a long study is never held twice; `finish` gives the bytes."""

    def __init__(self) -> None:
        self._stream = BytesIO()
        self._zip = ZipFile(self._stream, "w", ZIP_STORED)
        self.count = 0

    def add(self, frame: bytes) -> None:
        self._put(_name(self.count), zlib.compress(frame, _LEVEL))
        self.count += 1

    def add_packed(self, frame: bytes) -> None:
        """A frame of another study of ours, as it lies there."""
        self._put(_name(self.count), frame)
        self.count += 1

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._stream.tell()

    def finish(self, study: Study) -> bytes:
        if self.count != study.frames:
            raise ValueError(f"{self.count} frames were given, the study has {study.frames}")
        self._put(HEADER, msgspec.json.encode(study))
        self._zip.close()
        return self._stream.getvalue()

    def close(self) -> None:
        """Whether finished or given up."""
        self._zip.close()

    def _put(self, name: str, data: bytes) -> None:
        self._zip.writestr(ZipInfo(name, _EPOCH), data)


class Reader:
    """The header, and any frame's bytes. Raises Damaged."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = ZipFile(BytesIO(data))
            self.study = msgspec.json.decode(self._zip.read(HEADER), type=Study)
        except (BadZipFile, KeyError, msgspec.DecodeError, NotImplementedError, RuntimeError) as error:
            raise Damaged("This is no study of ours.") from error

    def frame(self, index: int) -> bytes:
        """`Study.frame_bytes` bytes."""
        size = self.study.frame_bytes
        unpack = zlib.decompressobj()
        try:
            data = unpack.decompress(self.packed(index), size + 1)
        except zlib.error as error:
            raise Damaged(f"Frame {index} of the study is damaged.") from error
        if len(data) != size:
            raise Damaged(f"Frame {index} of the study has another size than its header says.")
        return data

    def frames(self) -> Iterator[bytes]:
        return (self.frame(index) for index in range(self.study.frames))

    def packed(self, index: int) -> bytes:
        """A frame as it lies in the zip."""
        try:
            return self._zip.read(_name(index))
        except (BadZipFile, KeyError, NotImplementedError, RuntimeError) as error:
            raise Damaged(f"Frame {index} of the study is missing.") from error


def packed(study: Study, frames: Iterable[bytes]) -> bytes:
    writer = Writer()
    for frame in frames:
        writer.add(frame)
    return writer.finish(study)


def _name(index: int) -> str:
    return f"frames/{index:05d}"
