"""Regions of a study blacked out for good, in every frame: for names that are burned into its pixels."""

from collections.abc import Sequence
from math import ceil, floor

from gpu_workers.protocol.study import Box, Reader, Study, Suspicion, Writer

from .stored import values_of
from .suspicion import Look


def cover(data: bytes, boxes: Sequence[Box]) -> tuple[bytes, Study, Suspicion]:
    """The study without what stood in the boxes, and whether text is still found. Grey becomes the frame's smallest
    value. Raises `protocol.study.Damaged`.
    """
    reader = Reader(data)
    study = reader.study
    look, writer = Look(study.frames), Writer()
    for index in range(study.frames):
        values = values_of(reader, index).copy()
        black = 0 if study.photometric == "RGB" else values.min()
        for box in boxes:
            top, bottom = floor(box.y * study.rows), ceil((box.y + box.h) * study.rows)
            left, right = floor(box.x * study.columns), ceil((box.x + box.w) * study.columns)
            values[top:bottom, left:right] = black
        look.at(index, values)
        writer.add(values.tobytes())
    return writer.finish(study), study, look.suspicion()
