"""Studies to tensors, as `protocol.interface.DicomInput` says.

Frames are windowed in float64 before they are resized, so that nothing is lost to eight bits; resizing is Pillow's on
float32 (`preprocess` says which filter is what). A window is `clip((value - center) / width + 0.5, 0, 1)`: DICOM's
LINEAR_EXACT (PS3.3 C.11.2.1.3.2).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from gpu_workers.protocol.interface import DicomInput
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.study import Damaged, Reader

from .failure import Mismatch
from .sight import FILTERS
from .tensors import Array, Raw, laid_out

Numbers = npt.NDArray[np.float64]
_LUMA = np.array([0.299, 0.587, 0.114])
MAX_VALUES = 1 << 28
"""Numbers of one study's tensor: 1 GiB of float32."""


def values_of(field: DicomInput, value: Value) -> Numbers:
    """In float64, before the type is cast: (1, …) in the layout's order, with as many cases as frames for `each`."""
    if not isinstance(value, Blob) or value.data is None:
        raise Mismatch(f"“{field.name}” takes a study")
    try:
        reader = Reader(value.data)
        chosen = _chosen(field, reader.study.frames)
        height, width = field.size or (reader.study.rows, reader.study.columns)
        channels = 1 if field.mode == "L" else 3
        if len(chosen) * channels * height * width > MAX_VALUES:
            raise Mismatch(
                f"“{field.name}” becomes {len(chosen)} frames of {height} × {width}, too many numbers for one case; "
                "declare a size or a depth"
            )
        stack = np.empty((len(chosen), channels, height, width), np.float64)
        for place, index in enumerate(chosen):
            stack[place] = _frame(field, reader, index)
    except Damaged as damaged:
        raise Mismatch(str(damaged)) from damaged
    return _laid_out(field, stack)


def split(tensors: Mapping[str, Array], ranks: Mapping[str, int | None]) -> list[dict[str, Array]]:
    """One case for each frame of those inputs that are given frame by frame.

    ranks: of their tensors in the model, by name; None where it says none. One less drops the axis of cases.
    """
    counts = {len(tensors[name]) for name in ranks}
    if not counts:
        return [dict(tensors)]
    if len(counts) > 1:
        raise Mismatch(f"the studies have different numbers of frames: {', '.join(map(str, sorted(counts)))}")
    return [
        {name: _of_frame(tensor, index, ranks[name]) if name in ranks else tensor for name, tensor in tensors.items()}
        for index in range(counts.pop())
    ]


def _of_frame(frames: Array, index: int, rank: int | None) -> Array:
    if rank not in (None, frames.ndim, frames.ndim - 1):
        raise Mismatch(f"a frame becomes a tensor with {frames.ndim} axes, but the model takes {rank}")
    alone: Array = frames[index] if rank == frames.ndim - 1 else frames[index : index + 1]
    return alone


def averaged(answers: Sequence[Mapping[str, Raw]]) -> dict[str, Raw]:
    """The mean over frames of what the model answered to each; the first answer's type."""
    if len(answers) == 1:
        return dict(answers[0])
    return {name: _mean([answer[name] for answer in answers]) for name in answers[0]}


def _mean(values: Sequence[Raw]) -> Raw:
    first = values[0]
    if isinstance(first, np.ndarray) and first.dtype.kind in "fiub":
        alike = [value.astype(np.float64) for value in values if isinstance(value, np.ndarray)]
        if all(value.shape == first.shape for value in alike):
            mean: Array = np.stack(alike).mean(axis=0).astype(first.dtype if first.dtype.kind == "f" else np.float32)
            return mean
    maps = [value[0] for value in values if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict)]
    if len(maps) == len(values):
        scores: dict[str | int, float | int | str] = {
            key: float(np.mean([float(each[key]) for each in maps])) for key in maps[0]
        }
        return [scores]
    raise Mismatch("the model's answers to the frames cannot be averaged; declare frames: first or volume")


def _chosen(field: DicomInput, frames: int) -> list[int]:
    if field.frames == "first":
        return [0]
    if field.frames == "volume" and field.depth is not None:
        return [int(place) for place in (np.arange(field.depth) + 0.5) * frames / field.depth]
    return list(range(frames))


def _frame(field: DicomInput, reader: Reader, index: int) -> Numbers:
    """(channels, height, width)"""
    study = reader.study
    data = reader.frame(index)
    if study.photometric == "RGB":
        colour = np.frombuffer(data, np.uint8).reshape(study.rows, study.columns, 3)
        values: Numbers = colour.transpose(2, 0, 1).astype(np.float64)
        if field.mode == "L":
            values = np.einsum("c,chw->hw", _LUMA, values)[None]
    else:
        stored = np.frombuffer(data, "<i2").reshape(1, study.rows, study.columns).astype(np.float64)
        if field.hu:
            slope, intercept = study.rescale_of(index)
            values = stored * slope + intercept
        else:
            values = stored + study.offset
    if field.window is not None:
        values = np.clip((values - field.window.center) / field.window.width + 0.5, 0, 1)
    if field.size is not None and field.size != values.shape[1:]:
        target = (field.size[1], field.size[0])
        resized = [
            Image.fromarray(plane.astype(np.float32)).resize(target, FILTERS[field.interpolation]) for plane in values
        ]
        values = np.stack([np.asarray(plane, np.float64) for plane in resized])
    return values


def _laid_out(field: DicomInput, stack: Numbers) -> Numbers:
    """stack: (frames, channels, height, width), grey repeated where RGB is declared."""
    channels = stack.shape[1]
    mean, std = (np.resize(np.asarray(given), channels).reshape(-1, 1, 1) for given in (field.mean, field.std))
    stack = (stack * field.scale - mean) / std
    if field.frames == "volume":
        return laid_out(stack[None], "NDCHW", field.layout)
    return laid_out(stack, "NCHW", field.layout)
