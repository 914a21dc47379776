"""The files of one upload are one series, put in the order of its slices; several series are refused in words.

Slices that lie in parallel planes at places of their own are sorted along the planes' normal; others by their instance
number, then by their names. A picture that came twice counts once.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import FileDataset

from gpu_workers.inputs.archive import File
from gpu_workers.inputs.refusal import Refusal

from . import numbers

_PARALLEL = 1e-3
_SAME_PLACE_MM = 1e-3


@dataclass(frozen=True, slots=True)
class Entry:
    """One file with its header, without pixels."""

    file: File
    header: FileDataset


def ordered(entries: Sequence[Entry], called: str) -> tuple[list[Entry], list[float] | None]:
    """The series' files in order, and where each lies along the normal in mm, None where it is not known.

    Raises Refusal for several series and for pictures of several sizes.
    """
    entries = _once(entries)
    if len(entries) == 1:
        return entries, None
    _refuse_several_series(entries, called)
    _refuse_several_sizes(entries, called)
    by_number = sorted(entries, key=lambda entry: (numbers.whole(entry.header, "InstanceNumber", 0), entry.file.name))
    places = _places(by_number)
    if places is None:
        return by_number, None
    order = sorted(range(len(places)), key=lambda index: places[index])
    return [by_number[index] for index in order], [places[index] for index in order]


def _once(entries: Sequence[Entry]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for index, entry in enumerate(entries):
        found.setdefault(str(entry.header.get("SOPInstanceUID", "")) or f"file {index}", entry)
    return list(found.values())


def _refuse_several_series(entries: Sequence[Entry], called: str) -> None:
    series = Counter(str(entry.header.get("SeriesInstanceUID", "")) for entry in entries)
    if len(series) == 1:
        return
    kinds = {
        str(entry.header.get("SeriesInstanceUID", "")): numbers.word(entry.header, "Modality") for entry in entries
    }
    told = ", ".join(
        f"{kinds[uid] or 'pictures'}: {count} {'file' if count == 1 else 'files'}"
        for uid, count in series.most_common(6)
    )
    raise Refusal(
        "input_unsupported",
        f"{called} holds {len(series)} series ({told}{' …' if len(series) > 6 else ''}). Send one series at a time.",
    )


def _refuse_several_sizes(entries: Sequence[Entry], called: str) -> None:
    sizes = Counter(
        (numbers.whole(entry.header, "Columns", 0), numbers.whole(entry.header, "Rows", 0)) for entry in entries
    )
    if len(sizes) > 1:
        told = ", ".join(f"{width} × {height} ({count})" for (width, height), count in sizes.most_common(4))
        raise Refusal(
            "input_unsupported",
            f"The series in {called} mixes pictures of several sizes: {told}. Leave the odd ones, localizers perhaps, "
            "out and send it again.",
        )


def _places(entries: Sequence[Entry]) -> list[float] | None:
    """Of each along the first one's normal, in mm; None where planes are not parallel or two lie at one place."""
    orientations = [numbers.several(entry.header, "ImageOrientationPatient", 6) for entry in entries]
    positions = [numbers.several(entry.header, "ImagePositionPatient", 3) for entry in entries]
    first = orientations[0]
    if first is None:
        return None
    normal = np.cross(first[:3], first[3:])
    places = []
    for orientation, position in zip(orientations, positions, strict=True):
        if orientation is None or position is None or np.abs(np.subtract(orientation, first)).max() > _PARALLEL:
            return None
        places.append(float(np.dot(normal, position)))
    gaps = np.diff(sorted(places))
    return None if gaps.min() < _SAME_PLACE_MM else places
