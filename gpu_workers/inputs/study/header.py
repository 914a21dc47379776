"""What a study keeps of its de-identified headers, as `protocol.study.Study`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset

from gpu_workers.protocol import deidentify
from gpu_workers.protocol.study import Rescale, Study, Window

from . import numbers
from .frames import Shape

_MAX_WINDOWS = 8
_CENTIMETRES = 3


def study_of(
    headers: Sequence[FileDataset],
    shapes: Sequence[Shape],
    offset: int,
    places: list[float] | None,
    values: tuple[float, float] | None,
) -> Study:
    """headers, shapes: of each file in order, de-identified. offset: what was taken from grey values. places: along
    the normal, in mm. values: the rescaled extremes, None for colour.
    """
    first, shape = headers[0], shapes[0]
    frames = shape.frames * len(headers)
    rescales = [pair for header, own in zip(headers, shapes, strict=True) for pair in rescales_of(header, own, offset)]
    slope, intercept = rescales[0]
    spacing, spacing_at, note = _spacing(first)
    notes = [note] if note else []
    if shape.bits < numbers.whole(first, "BitsStored", 0):
        notes.append("Colour of more than 8 bits keeps its upper byte.")
    return Study(
        rules=deidentify.rules()["version"],
        modality=numbers.word(first, "Modality"),
        body_part=numbers.word(first, "BodyPartExamined"),
        frames=frames,
        rows=shape.rows,
        columns=shape.columns,
        photometric="RGB" if shape.is_colour else "MONOCHROME2",
        bits=8 if shape.is_colour else shape.bits,
        offset=offset,
        inverted=shape.is_inverted,
        lossy=numbers.word(first, "LossyImageCompression") == "01",
        voi_lut=numbers.first_item(first, "VOILUTSequence") is not None,
        spacing_mm=spacing,
        spacing_at=spacing_at,
        slice_thickness_mm=_positive(_found(first, "PixelMeasuresSequence", "SliceThickness", 1)),
        positions_mm=tuple(places) if places is not None else _positions(first, shape.frames),
        orientation=_found(first, "PlaneOrientationSequence", "ImageOrientationPatient", 6),  # type: ignore[arg-type]
        frame_ms=_frame_ms(first) if frames > 1 else None,
        rescale=Rescale(slope, intercept, "" if shape.is_colour else _unit(first)),
        rescales=None if len(set(rescales)) == 1 else tuple(rescales),
        values=values,
        windows=() if shape.is_colour else _windows(first, shape, values),
        notes=tuple(notes),
    )


def rescales_of(header: Dataset, shape: Shape, offset: int) -> list[tuple[float, float]]:
    """(slope, intercept) of each frame of one file, for the values as they lie in the study."""
    if shape.is_colour or numbers.first_item(header, "ModalityLUTSequence") is not None:
        pairs = [(1.0, 0.0)] * shape.frames
    else:
        pairs = [_rescale(header, index) for index in range(shape.frames)]
    return [(slope, intercept + slope * offset) for slope, intercept in pairs]


def _rescale(header: Dataset, frame: int) -> tuple[float, float]:
    slope = _found(header, "PixelValueTransformationSequence", "RescaleSlope", 1, frame)
    intercept = _found(header, "PixelValueTransformationSequence", "RescaleIntercept", 1, frame)
    scaling = numbers.number(header, "DoseGridScaling")
    if slope is None and scaling:
        return scaling, 0.0
    return (slope[0] if slope and slope[0] else 1.0), (intercept[0] if intercept else 0.0)


def _found(header: Dataset, group: str, keyword: str, count: int, frame: int = 0) -> tuple[float, ...] | None:
    """A value of the header itself, of a frame's own functional groups, or of those that all frames share."""
    direct = numbers.several(header, keyword, count)
    if direct is not None:
        return direct
    for groups, index in (("PerFrameFunctionalGroupsSequence", frame), ("SharedFunctionalGroupsSequence", 0)):
        item = _item(header, groups, index)
        inner = numbers.first_item(item, group) if item is not None else None
        value = numbers.several(inner, keyword, count) if inner is not None else None
        if value is not None:
            return value
    return None


def _item(header: Dataset, keyword: str, index: int) -> Dataset | None:
    sequence: Any = header.get(keyword)
    return sequence[index] if sequence and index < len(sequence) else None


def _spacing(header: Dataset) -> tuple[tuple[float, float] | None, Any, str]:
    """((between rows, between columns) in mm, where it holds, a sentence)."""
    inside = _pair(_found(header, "PixelMeasuresSequence", "PixelSpacing", 2))
    detector = _pair(numbers.several(header, "ImagerPixelSpacing", 2))
    if inside is not None and inside != detector:
        return inside, "patient", ""
    if detector is not None:
        larger = numbers.number(header, "EstimatedRadiographicMagnificationFactor")
        if larger is not None and larger >= 1:
            corrected = (detector[0] / larger, detector[1] / larger)
            return corrected, "patient", f"Lengths are corrected for the file's magnification of {larger:g}."
        return detector, "detector", "Lengths are measured at the detector: in the patient they are smaller."
    if inside is not None:
        return inside, "patient", ""
    film = _pair(numbers.several(header, "NominalScannedPixelSpacing", 2))
    if film is not None:
        return film, "scanned", "Lengths are those on the scanned film."
    return _ultrasound(header)


def _ultrasound(header: Dataset) -> tuple[tuple[float, float] | None, Any, str]:
    """Of an ultrasound picture all of whose regions in centimetres have one scale."""
    scales = set()
    for region in header.get("SequenceOfUltrasoundRegions") or ():
        if (
            numbers.whole(region, "PhysicalUnitsXDirection", 0)
            == numbers.whole(region, "PhysicalUnitsYDirection", 0)
            == _CENTIMETRES
        ):
            down, across = (numbers.number(region, f"PhysicalDelta{axis}") for axis in "YX")
            if down and across:
                scales.add((abs(down) * 10, abs(across) * 10))
    if len(scales) != 1:
        return None, "", ""
    return scales.pop(), "patient", "Lengths hold inside the ultrasound's region, not beside it."


def _pair(found: tuple[float, ...] | None) -> tuple[float, float] | None:
    return (found[0], found[1]) if found is not None and min(found) > 0 else None


def _positive(found: tuple[float, ...] | None) -> float | None:
    return found[0] if found is not None and found[0] > 0 else None


def _positions(header: Dataset, frames: int) -> tuple[float, ...] | None:
    """Of a multi-frame object's frames along the normal, in mm, where they ascend or descend throughout."""
    offsets = numbers.values(header, "GridFrameOffsetVector")
    if len(offsets) == frames > 1:
        return tuple(offsets)
    orientation = _found(header, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    if frames < 2 or orientation is None:
        return None
    places = []
    for index in range(frames):
        item = _item(header, "PerFrameFunctionalGroupsSequence", index)
        plane = numbers.first_item(item, "PlanePositionSequence") if item is not None else None
        position = numbers.several(plane, "ImagePositionPatient", 3) if plane is not None else None
        if position is None:
            return None
        places.append(float(np.dot(np.cross(orientation[:3], orientation[3:]), position)))
    gaps = np.diff(places)
    return tuple(places) if (gaps > 0).all() or (gaps < 0).all() else None


def _frame_ms(header: Dataset) -> float | None:
    time = numbers.number(header, "FrameTime")
    if time is not None and time > 0:
        return time
    rate = numbers.number(header, "RecommendedDisplayFrameRate") or numbers.number(header, "CineRate")
    return 1000 / rate if rate is not None and rate > 0 else None


def _unit(header: Dataset) -> str:
    groups = _item(header, "SharedFunctionalGroupsSequence", 0) or Dataset()
    transformation = numbers.first_item(groups, "PixelValueTransformationSequence") or Dataset()
    named = numbers.word(header, "RescaleType") or numbers.word(transformation, "RescaleType")
    if named not in ("", "US", "NONE"):
        return named
    if numbers.word(header, "Modality") == "CT" and "RescaleIntercept" in header:
        return "HU"
    unit = numbers.word(header, "Units") or numbers.word(header, "DoseUnits")
    return "" if unit == "NONE" else unit


def _windows(header: Dataset, shape: Shape, values: tuple[float, float] | None) -> tuple[Window, ...]:
    source = _with_windows(header)
    centers, widths = numbers.values(source, "WindowCenter"), numbers.values(source, "WindowWidth")
    named = numbers.word(source, "VOILUTFunction")
    function: Any = named if named in ("LINEAR_EXACT", "SIGMOID") else "LINEAR"
    turned = _turn(header, shape)
    found: list[Window] = []
    for center, width in zip(centers[:_MAX_WINDOWS], widths, strict=False):
        if width > 0:
            place = turned - center if shape.is_inverted else center
            found.append(Window(place, width, f"window {len(found) + 1}", function))
    if values is not None:
        low, high = values
        found.append(Window((low + high) / 2, max(high - low, 1e-6), "full range"))
    return tuple(found)


def _with_windows(header: Dataset) -> Dataset:
    """The header itself, or the first frame's or the shared table of windows."""
    if "WindowCenter" in header:
        return header
    for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        found = numbers.first_item(_item(header, groups, 0) or Dataset(), "FrameVOILUTSequence")
        if found is not None:
            return found
    return header


def _turn(header: Dataset, shape: Shape) -> float:
    """The sum of a rescaled value and of the one that it becomes where MONOCHROME1 is turned round."""
    slope, intercept = _rescale(header, 0)
    return slope * (shape.lowest + shape.highest) + 2 * intercept
