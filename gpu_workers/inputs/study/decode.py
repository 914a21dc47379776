"""A stranger's DICOM file, or a zip of one series' files, becomes a study in our own bytes."""

from collections.abc import Sequence
from math import inf
from secrets import token_bytes

from gpu_workers.inputs.refusal import Refusal
from gpu_workers.protocol.deidentify import deidentify
from gpu_workers.protocol.study import Study, Suspicion, Writer

from .bounds import check_size, check_stored
from .files import dataset_of, files_of
from .frames import INT16, Shape, frames_of, shape_of
from .header import rescales_of, study_of
from .objects import check_is_picture
from .order import Entry, ordered
from .stored import Values
from .suspicion import Look, by_header


def decode(data: bytes, called: str) -> tuple[bytes, Study, Suspicion]:
    """The study, and whether a name may be burned into it. called: “The file”, say, for messages.

    Raises Refusal for whatever is no sound study within the bounds.
    """
    writer = Writer()
    try:
        return _decoded(data, called, writer)
    except (Refusal, MemoryError):
        raise
    except Exception as error:  # pydicom reads an element when it is first asked for, and may raise anything over it
        raise Refusal(
            "input_damaged", f"{called} is damaged: its header cannot be read. Export the study again."
        ) from error
    finally:
        writer.close()


def _decoded(data: bytes, called: str, writer: Writer) -> tuple[bytes, Study, Suspicion]:
    files = files_of(data, called)
    is_alone = len(files) == 1
    entries = [Entry(file, dataset_of(file.read(), file.name, pixels=is_alone)) for file in files]
    if is_alone:
        check_is_picture(entries[0].header, files[0].name)
    entries, places = ordered(entries, called)
    shapes = [shape_of(entry.header, entry.file.name) for entry in entries]
    offset = _offset(shapes, called)
    look, extremes = Look(shapes[0].frames * len(entries)), Extremes()
    reasons: dict[str, None] = {}
    key, headers = token_bytes(32), []
    for entry, shape in zip(entries, shapes, strict=True):
        dataset = entry.header if is_alone else dataset_of(entry.file.read(), entry.file.name)
        check_is_picture(dataset, entry.file.name)
        scales = rescales_of(dataset, shape, offset)
        for frame, scale in zip(frames_of(dataset, shape, offset, entry.file.name), scales, strict=True):
            if not shape.is_colour:
                extremes.add(frame, *scale)
            look.at(writer.count, frame)
            writer.add(frame.tobytes())
            check_stored(writer.size)
        reasons |= dict.fromkeys(by_header(dataset))
        del dataset.PixelData
        deidentify(dataset, key)
        headers.append(dataset)
    study = study_of(headers, shapes, offset, places, extremes.values)
    return writer.finish(study), study, look.suspicion(reasons)


class Extremes:
    """The smallest and largest rescaled value so far."""

    def __init__(self) -> None:
        self._low, self._high = inf, -inf

    def add(self, frame: Values, slope: float, intercept: float) -> None:
        ends = (float(frame.min()) * slope + intercept, float(frame.max()) * slope + intercept)
        self._low, self._high = min(self._low, *ends), max(self._high, *ends)

    @property
    def values(self) -> tuple[float, float] | None:
        return (self._low, self._high) if self._low <= self._high else None


def _offset(shapes: Sequence[Shape], called: str) -> int:
    """What is taken from all grey values. Raises Refusal where the pictures do not go together."""
    first = shapes[0]
    if any((shape.frames, shape.is_colour, shape.is_inverted) != (first.frames, first.is_colour, first.is_inverted)
           for shape in shapes):  # fmt: skip
        raise Refusal("input_unsupported", f"{called} mixes pictures of several kinds. Send those of one kind.")
    check_size(first.rows, first.columns, first.frames * len(shapes), 3 if first.is_colour else 2)
    if max(shape.highest for shape in shapes) < INT16:
        return 0
    if min(shape.lowest for shape in shapes) < 0:
        raise Refusal("input_unsupported", f"{called} mixes values with and without a sign. Export it anew.")
    return INT16
