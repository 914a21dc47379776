"""The pixels of one file, frame by frame, as a study holds them.

Grey: whole numbers as they are stored, unused bits cleared, a modality table applied, MONOCHROME1 turned round within
the stored bits. Colour: RGB of 8 bits; palettes applied, YBR converted, deeper colour keeps its upper byte.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import FileDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut

from gpu_workers.inputs.refusal import Refusal

from . import codecs, numbers
from .bounds import check_size
from .stored import Values

INT16 = 1 << 15
"""What is taken from values that int16 would not hold."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the header says of the pixels. lowest, highest: what grey values can be; both 0 for colour."""

    rows: int
    columns: int
    frames: int
    is_colour: bool
    is_inverted: bool
    bits: int
    lowest: int
    highest: int


def shape_of(dataset: FileDataset, called: str) -> Shape:
    """Raises Refusal for pixels beyond the bounds and of kinds that are not read."""
    photometric = str(dataset.get("PhotometricInterpretation", "")).strip() or "MONOCHROME2"
    samples = numbers.whole(dataset, "SamplesPerPixel", 1)
    bits = numbers.whole(dataset, "BitsStored", 0) or numbers.whole(dataset, "BitsAllocated", 0)
    rows, columns = (numbers.whole(dataset, name, 0) for name in ("Rows", "Columns"))
    frames = max(1, numbers.whole(dataset, "NumberOfFrames", 1))
    is_colour = samples == 3 or photometric == "PALETTE COLOR"
    if samples not in (1, 3) or not (photometric.startswith(("MONOCHROME", "RGB", "YBR")) or is_colour):
        raise Refusal(
            "input_unsupported",
            f"{called} has pixels of {samples} values ({photometric[:20]}), which are not read here. Export it as grey "
            "or RGB.",
        )
    check_size(rows, columns, frames, 3 if is_colour else 2)
    lowest, highest = 0, 0
    if not is_colour:
        lowest, highest = _range(dataset, bits, called)
    return Shape(rows, columns, frames, is_colour, photometric == "MONOCHROME1", min(bits, 16), lowest, highest)


def _range(dataset: FileDataset, bits: int, called: str) -> tuple[int, int]:
    table = numbers.first_item(dataset, "ModalityLUTSequence")
    if table is not None:
        return 0, (1 << 16) - 1
    if not 1 <= bits <= 16:
        raise Refusal(
            "input_unsupported",
            f"{called} has values of {bits} bits; 16 are the most. Export it with 16 bits and a rescale.",
        )
    if numbers.whole(dataset, "PixelRepresentation", 0) == 1:
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1


def frames_of(dataset: FileDataset, shape: Shape, offset: int, called: str) -> Iterator[Values]:
    """Each frame: int16 (rows, columns), `offset` taken off, or uint8 (rows, columns, 3). Raises Refusal."""
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        decoder = get_decoder(syntax)
    except (NotImplementedError, KeyError, ValueError) as error:
        raise _unknown_syntax(syntax, called) from error
    if not decoder.is_available:
        raise _unknown_syntax(syntax, called)
    plugin = codecs.PLUGIN if str(syntax) in codecs.DECODER_DEPENDENCIES else ""
    found = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for values, _ in decoder.iter_array(dataset, decoding_plugin=plugin):
                if found == shape.frames:
                    break
                yield _colour(values, dataset) if shape.is_colour else _grey(values, dataset, shape, offset)
                found += 1
    except (Refusal, MemoryError, GeneratorExit):
        raise
    except Exception as error:
        raise _unreadable(error, called) from error
    if found < shape.frames:
        raise Refusal(
            "input_damaged",
            f"{called} is cut off: {found} of its {shape.frames} pictures are there. Export or send it again.",
        )


def _grey(values: Values, dataset: FileDataset, shape: Shape, offset: int) -> Values:
    if numbers.first_item(dataset, "ModalityLUTSequence") is not None:
        values = apply_modality_lut(values, dataset)
    whole = values.astype(np.int32)
    if shape.lowest < 0:
        whole = (whole << (32 - shape.bits)) >> (32 - shape.bits)
    else:
        whole &= shape.highest
    if shape.is_inverted:
        whole = shape.highest + shape.lowest - whole
    return (whole - offset).astype("<i2")


def _colour(values: Values, dataset: FileDataset) -> Values:
    bits = numbers.whole(dataset, "BitsStored", 8)
    if values.ndim == 2:
        values = apply_color_lut(values, dataset)
        # Tables of 16 bits an entry whose values are those of 8.
        bits = 8 if values.dtype.itemsize == 1 or int(values.max(initial=0)) < 256 else 16
    return np.ascontiguousarray(values >> max(0, bits - 8), dtype=np.uint8)


def _unknown_syntax(syntax: Any, called: str) -> Refusal:
    name = str(getattr(syntax, "name", syntax))[:80]
    return Refusal(
        "input_unsupported",
        f"{called} is compressed in a way that is not read here ({name}). Export it uncompressed, or as JPEG 2000.",
    )


def _unreadable(error: Exception, called: str) -> Refusal:
    if "less than expected" in str(error) or "end of" in str(error).lower():
        return Refusal(
            "input_damaged", f"{called} is cut off: its pixels end before the picture does. Export or send it again."
        )
    return Refusal(
        "input_damaged",
        f"{called} is damaged: its pixels cannot be read as its header says. Open it in a viewer and export it again.",
    )
