"""Proposes an interface from what the file declares and what a trial run showed. A person confirms it.

Range, channel order and the names of classes and columns cannot be read from a file: they are guesses.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Literal

import numpy as np
from msgspec.structs import replace

from gpu_workers.protocol.fields import MAX_CLASSES, DType
from gpu_workers.protocol.findings import FindingsOutput
from gpu_workers.protocol.interface import (
    Column,
    ImageInput,
    ImageOutput,
    Input,
    Interface,
    LabelOutput,
    NumberInput,
    NumberOutput,
    Output,
    TableInput,
    TextInput,
    TextOutput,
)
from gpu_workers.protocol.vectors import MAX_VECTOR, VectorOutput
from gpu_workers.runner import Raw, Signature, TensorInfo
from gpu_workers.runner.tensors import Array, classes_of
from gpu_workers.wording import readable

from . import signals
from .observed import seen, words
from .places import names_of, propose_place

_MAX_SIDE = 8192
_MAX_COLUMNS = 2000
_NUMBERS: dict[str, DType] = {
    "float32": "float32",
    "float16": "float16",
    "float64": "float64",
    "uint8": "uint8",
    "int32": "int32",
    "int64": "int64",
    "bool": "bool",
}


_NONE = "fits none of image, recording, series, text, number and table row"


class NoProposal(Exception):
    """A tensor fits no kind of input or output; the message names it."""


def propose_input(info: TensorInfo, *, multiple_of: int = 1) -> Input:
    """By type and declared shape alone; raises NoProposal."""
    name, shape = info.name[:120] or "input", info.shape
    tensor = "" if name == info.name else info.name
    if info.dtype == "string" and _one_value(shape):
        return TextInput(name=name, tensor=tensor)
    dtype = _NUMBERS.get(info.dtype)
    if dtype is None:
        raise NoProposal(f"The input “{info.name}” ({words(info)}) {_NONE}.")
    if len(shape) == 4:
        return _propose_image(info, name, tensor, dtype, multiple_of)
    if (signal := signals.proposed(info, name, tensor, dtype)) is not None:
        return signal
    last = shape[-1] if shape else 1
    if len(shape) == 2 and isinstance(last, int) and 1 < last <= _MAX_COLUMNS:
        columns = tuple(Column(name=f"column_{index + 1}") for index in range(last))
        return TableInput(name=name, tensor=tensor, columns=columns, dtype=dtype)
    if _one_value(shape):
        return NumberInput(name=name, tensor=tensor, dtype=dtype)
    raise NoProposal(f"The input “{info.name}” ({words(info)}) {_NONE}.")


def with_labels(interface: Interface, found: Mapping[str, tuple[str, ...]]) -> Interface:
    """The interface with names of classes where it says only where they stand. found: by source."""
    return replace(interface, outputs=tuple(_named(field, found) for field in interface.outputs))


def _named(field: Output, found: Mapping[str, tuple[str, ...]]) -> Output:
    if isinstance(field, LabelOutput | TextOutput | FindingsOutput) and field.labels in found and not field.classes:
        return replace(field, classes=found[field.labels])
    return field


def propose(
    signature: Signature,
    inputs: Mapping[str, Input | None],
    answers: Mapping[str, Raw],
    labels: Mapping[str, tuple[str, ...]],
) -> tuple[Interface, dict[str, str]]:
    """The interface, and why an output has no place in it, by tensor.

    inputs: as already proposed, by tensor; None for one that another input fills. answers: of one case, by tensor.
    labels: lists of names that came with the model, by source. Raises NoProposal.
    """
    fields = (inputs[info.name] if info.name in inputs else propose_input(info) for info in signature.inputs)
    taken = tuple(field for field in fields if field is not None)
    given, left_out = [], {}
    for name, raw in answers.items():
        try:
            given.append(_propose_output(name, raw, taken, labels))
        except NoProposal as none:
            left_out[name] = str(none)
    if not given:
        raise NoProposal(" ".join(left_out.values()))
    try:
        return Interface(taken, tuple(given)), left_out
    except ValueError as error:
        raise NoProposal(f"{error}.") from None


def _one_value(shape: Sequence[int | str | None]) -> bool:
    """(), (N,), (N, 1) and a free second axis."""
    return len(shape) <= 2 and (len(shape) < 2 or not isinstance(shape[1], int) or shape[1] == 1)


def _propose_image(info: TensorInfo, name: str, tensor: str, dtype: DType, multiple_of: int) -> ImageInput:
    _, second, third, last = info.shape
    if second in (1, 3):
        channels, height, width, layout = second, third, last, "NCHW"
    elif last in (1, 3):
        channels, height, width, layout = last, second, third, "NHWC"
    elif not isinstance(second, int):
        channels, height, width, layout = 3, third, last, "NCHW"
    else:
        raise NoProposal(
            f"The input “{info.name}” ({words(info)}) looks like pictures, but has neither one channel nor three."
        )
    size = (height, width) if isinstance(height, int) and isinstance(width, int) else None
    if size is not None and not all(0 < side <= _MAX_SIDE for side in size):
        raise NoProposal(f"The pictures of “{info.name}” ({words(info)}) are out of bounds.")
    return ImageInput(
        name=name,
        tensor=tensor,
        size=size,
        multiple_of=1 if size else multiple_of,
        mode="RGB" if channels == 3 else "L",
        scale=1.0 if dtype in ("uint8", "int32", "int64") else 1 / 255,
        layout="NCHW" if layout == "NCHW" else "NHWC",
        dtype=dtype,
    )


def _propose_output(
    tensor_name: str, raw: Raw, inputs: Sequence[Input], labels: Mapping[str, tuple[str, ...]]
) -> Output:
    name = tensor_name[:120] or "output"
    tensor = "" if name == tensor_name else tensor_name
    if not isinstance(raw, np.ndarray):
        if len(raw) == 1 and isinstance(raw[0], dict) and raw[0]:
            if len(raw[0]) > MAX_CLASSES:
                raise NoProposal(f"The output “{tensor_name}” answers more than {MAX_CLASSES:,} classes.")
            keys = classes_of(raw[0])
            classes = tuple(readable(str(key), 200) or "none" for key in keys)
            return LabelOutput(name=name, tensor=tensor, classes=classes)
        raise NoProposal(
            f"The output “{tensor_name}” ({seen(tensor_name, raw).kind}) fits none of the kinds of answers."
        )
    if raw.dtype.kind in "OUS" and raw.size == 1:
        return TextOutput(name=name, tensor=tensor)
    if raw.dtype.kind in "fiub":
        if raw.size == 1:
            return NumberOutput(name=name, tensor=tensor)
        if (vector := _propose_vector(name, tensor, raw)) is not None:
            return vector
        if raw.ndim in (1, 2) and prod(raw.shape[:-1]) == 1 and raw.shape[-1] <= MAX_CLASSES:
            classes, source = names_of(raw.shape[-1], labels)
            return LabelOutput(name=name, tensor=tensor, classes=classes, labels=source, activation=_activation(raw))
        if (place := propose_place(name, tensor, raw, inputs, labels)) is not None:
            return place
        if raw.ndim == 3 and raw.dtype.kind == "f" and (line := _propose_line(name, tensor, raw, labels)):
            return line
        if raw.ndim == 4 and raw.shape[0] == 1:
            return _propose_picture(name, tensor, raw)
    raise NoProposal(
        f"The output “{tensor_name}” ({words(seen(tensor_name, raw))}) fits none of label, number, text, vector and "
        "image."
    )


def _propose_vector(name: str, tensor: str, raw: Array) -> VectorOutput | None:
    """By its name, as exports of encoders have it: the case's own, or those of its tokens."""
    is_named = "embed" in name.lower() or name in ("last_hidden_state", "pooler_output")
    if not is_named or raw.dtype.kind != "f" or raw.shape[0] != 1 or raw.shape[-1] > MAX_VECTOR:
        return None
    if raw.ndim == 2:
        return VectorOutput(name=name, tensor=tensor)
    return VectorOutput(name=name, tensor=tensor, pooling="mean", l2=True) if raw.ndim == 3 else None


def _propose_line(name: str, tensor: str, raw: Array, labels: Mapping[str, tuple[str, ...]]) -> TextOutput | None:
    """Scores of each class at each step, where names came for all classes but the blank, and the space perhaps."""
    for source, names in labels.items():
        if raw.shape[-1] - len(names) in (1, 2):
            layout: Literal["NTC", "TNC"] = "NTC" if raw.shape[0] == 1 else "TNC"
            space = raw.shape[-1] - len(names) == 2
            return TextOutput(
                name=name, tensor=tensor, classes=names, labels=source, decode="ctc", space=space, layout=layout
            )
    return None


def _activation(scores: Array) -> Literal["none", "softmax"]:
    values = scores.astype(np.float64)
    return "none" if np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1 + 1e-6 else "softmax"


def _propose_picture(name: str, tensor: str, raw: Array) -> ImageOutput:
    _, second, _, last = raw.shape
    if second in (1, 3):
        channels, layout = second, "NCHW"
    elif last in (1, 3):
        channels, layout = last, "NHWC"
    else:
        raise NoProposal(f"The output “{name}” has {second} channels; a picture has one or three.")
    scale = 255.0 if not np.isfinite(raw).all() or raw.max(initial=0) <= 1.5 else 1.0
    return ImageOutput(
        name=name,
        tensor=tensor,
        mode="RGB" if channels == 3 else "L",
        scale=scale,
        layout="NCHW" if layout == "NCHW" else "NHWC",
    )
