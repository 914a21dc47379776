"""Whether a declared interface agrees with what the model takes and with what it answered in the trial run."""

from collections.abc import Mapping, Sequence

import numpy as np

from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.interface import (
    BytesInput,
    DicomInput,
    ImageInput,
    Input,
    Interface,
    LabelOutput,
    TableFileInput,
    TableInput,
    TextInput,
)
from gpu_workers.protocol.messages import Value
from gpu_workers.protocol.signals import AudioInput, SeriesInput
from gpu_workers.protocol.values import said
from gpu_workers.runner import Raw, Signature, TensorInfo
from gpu_workers.runner.binding import Bound, bound_inputs, bound_outputs, raw_of
from gpu_workers.runner.postprocess import Unanswered, Unplaced, answers

from . import signals
from .observed import seen, words

_NUMBERS_ALONE = (BytesInput, ImageInput, TableInput, DicomInput, AudioInput, SeriesInput)


class Disagreement(ValueError):
    """The message names the field and says what to change."""


def check_inputs(interface: Interface, signature: Signature) -> None:
    """Before the trial run. Raises Disagreement, and Unbound for a field whose tensor the model lacks."""
    check_bound(bound_inputs(interface, signature), signature)


def check_bound(bound: Sequence[Bound], signature: Signature, held: Sequence[str] = (), cut: str = "") -> None:
    """held: tensors that no input fills, but a step itself. cut: one that is given in windows. Raises Disagreement."""
    tensors = {info.name: info for info in signature.inputs}
    names = [*held, *(name for each in bound for name in each.tensors)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Disagreement(f"Two inputs are declared for the tensor “{twice}”. Declare one, or set `tensor` of each.")
    left = next((name for name in tensors if name not in names), None)
    if left is not None:
        raise Disagreement(f"The model also takes “{left}” ({words(tensors[left])}). Declare an input for it.")
    for each in bound:
        field, tensor = each.field, each.tensor
        if isinstance(field, TableFileInput):
            _check_rows(field, [tensors[name] for name in each.tensors])
            continue
        _check_type(field, tensors[tensor])
        if tensor == cut:
            continue
        if isinstance(field, ImageInput | DicomInput):
            _check_picture(field, tensors[tensor])
        elif isinstance(field, AudioInput | SeriesInput):
            if told := signals.fault(field, tensors[tensor]):
                raise Disagreement(told)
        elif isinstance(field, TableInput):
            _check_columns(field, tensors[tensor])
        elif isinstance(field, BytesInput):
            _check_length(field, tensors[tensor])


def check_outputs(
    interface: Interface, signature: Signature, observed: Mapping[str, Raw], values: Mapping[str, Value]
) -> dict[str, Answer | Unplaced]:
    """After it: the answers. observed: what the model was given and answered in one case, by tensor name. values: its
    inputs. Raises Disagreement."""
    bound = bound_outputs(interface, signature)
    for field, tensors in bound:
        if isinstance(field, LabelOutput):
            _check_classes(field, observed[tensors[0]])
    try:
        return answers(interface, {field.name: raw_of(tensors, observed) for field, tensors in bound}, values)
    except Unanswered as unanswered:
        names = dict.fromkeys(name for _, tensors in bound for name in tensors)
        shown = ", ".join(f"“{name}” as {words(seen(name, observed[name]))}" for name in names)
        raise Disagreement(f"{unanswered} On the example the model answered {shown}. Change the declaration.") from None


def check_picture(field: ImageInput, info: TensorInfo) -> None:
    """Type and size. Raises Disagreement."""
    _check_type(field, info)
    _check_picture(field, info)


def _check_type(field: Input, info: TensorInfo) -> None:
    if isinstance(field, TextInput) and field.tokenizer:
        if info.dtype in ("string", "bool"):
            raise Disagreement(
                f"“{field.name}” is given as numbers of tokens, but the model takes {words(info)}. Leave tokenizer out."
            )
        return
    wanted = "string" if isinstance(field, TextInput) else field.dtype
    if wanted == info.dtype:
        return
    if isinstance(field, TextInput) or (isinstance(field, _NUMBERS_ALONE) and info.dtype == "string"):
        raise Disagreement(
            f"“{field.name}” is declared as {said(field)}, but the model takes {words(info)}. Declare another kind"
            + (", or name its tokenizer." if isinstance(field, TextInput) else ".")
        )
    raise Disagreement(
        f"dtype of “{field.name}” is {wanted}, but the model takes {words(info)}. Declare dtype {info.dtype}."
    )


def _check_picture(field: ImageInput | DicomInput, info: TensorInfo) -> None:
    axes: str = field.layout
    shape = info.shape
    if not shape:
        return
    if len(shape) == len(axes) - 1:
        axes = axes[1:]
    if len(shape) != len(axes):
        raise Disagreement(
            f"layout of “{field.name}” is {field.layout}, but the model takes {words(info)} with {len(shape)} axes."
        )
    sides = dict(zip(axes, shape, strict=True))
    channels = 1 if field.mode == "L" else 3
    if isinstance(side := sides.get("C"), int) and side != channels:
        other = {1: "Declare mode L", 3: "Declare mode RGB"}.get(side, "Declare another layout")
        raise Disagreement(f"mode of “{field.name}” is {field.mode}, but the model takes {words(info)}. {other}.")
    depth = sides.get("D")
    if isinstance(depth, int) and isinstance(field, DicomInput) and depth != field.depth:
        raise Disagreement(
            f"depth of “{field.name}” is {field.depth or 'free'}, but the model takes {words(info)}. "
            f"Declare depth {depth}."
        )
    height, width = sides["H"], sides["W"]
    given_size = (
        (field.size[0], width) if isinstance(field, ImageInput) and field.size and field.free_width else field.size
    )
    for side, given in zip((height, width), given_size or (None, None), strict=True):
        if isinstance(side, int) and side != given:
            raise Disagreement(
                f"size of “{field.name}” is {list(field.size) if field.size else 'free'}, but the model takes "
                f"{words(info)}. Declare size [{height}, {width}]."
            )


def _check_rows(field: TableFileInput, infos: Sequence[TensorInfo]) -> None:
    """infos: the one tensor that takes all columns, or those of each in their order."""
    if field.tensors == "one":
        _check_type(field, infos[0])
        _check_columns(field, infos[0])
    else:
        for column, info in zip(field.columns, infos, strict=True):
            if (info.dtype == "string") != (column.type == "text") and not column.choices:
                other = "text" if info.dtype == "string" else "number"
                raise Disagreement(
                    f"The column “{column.name}” of “{field.name}” is declared as {column.type}, but the model takes "
                    f"{words(info)}. Declare type {other}."
                )
            if len(info.shape) == 2 and isinstance(info.shape[1], int) and info.shape[1] not in (1, -1):
                raise Disagreement(
                    f"The column “{column.name}” of “{field.name}” is one value a row, but the model takes "
                    f"{words(info)}. Declare tensors one."
                )
    fixed = next((info for info in infos if info.shape and isinstance(info.shape[0], int) and info.shape[0] > 0), None)
    if fixed is not None and fixed.shape[0] != field.max_rows:
        raise Disagreement(
            f"The model takes {fixed.shape[0]} rows at once ({words(fixed)}), so no file of any length. "
            "Export it with a free first axis, or declare a table of one row."
        )


def _check_columns(field: TableInput | TableFileInput, info: TensorInfo) -> None:
    last = info.shape[-1] if info.shape else None
    if isinstance(last, int) and last != len(field.columns):
        raise Disagreement(
            f"“{field.name}” declares {len(field.columns)} columns, but the model takes {words(info)}. "
            f"Declare {last} columns."
        )


def _check_length(field: BytesInput, info: TensorInfo) -> None:
    last = info.shape[-1] if info.shape else None
    if isinstance(last, int) and last != field.first + field.last:
        raise Disagreement(
            f"“{field.name}” gives {field.first + field.last or 'all'} bytes, but the model takes {words(info)}. "
            f"Declare first and last so that they are {last} together."
        )


def _check_classes(field: LabelOutput, raw: Raw) -> None:
    if isinstance(raw, np.ndarray):
        count = raw.shape[-1] if raw.ndim else 1
    elif len(raw) == 1 and isinstance(raw[0], dict):
        count = len(raw[0])
    else:
        return
    if field.classes and len(field.classes) != count:
        raise Disagreement(
            f"classes of “{field.name}” are {len(field.classes)}, but the model answers {count} scores. "
            f"Declare {count} classes."
        )
