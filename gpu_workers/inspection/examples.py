"""The tensors of the trial run: from the uploader's example, or made up from what the file declares."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod

import numpy as np

from gpu_workers.protocol.interface import (
    DicomInput,
    ImageInput,
    Input,
    Interface,
    TableFileInput,
    TextInput,
    TextOutput,
    stored_as,
)
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.rendering import KINDS
from gpu_workers.protocol.signals import AudioInput
from gpu_workers.runner import RunnerFailed, Signature, TensorInfo
from gpu_workers.runner.binding import Bound, bound_inputs
from gpu_workers.runner.failure import Mismatch
from gpu_workers.runner.preprocess import prepare, rows_placed, tokens_placed
from gpu_workers.runner.studies import split
from gpu_workers.runner.tensors import MAX_RANK, Array

from . import signals
from .made_up import FREE_SIDE, TEXT, made_up
from .observed import words
from .proposal import NoProposal, propose_input

_FREE_LENGTH = 1000
_UNTRIED_STEP = 32
# A declaration costs its author nothing, and this process memory: values are made up within bounds.
_MADE_UP, _MADE_UP_TEXTS, _DECLARED = 16 << 20, 1 << 16, 32 << 20
_TOKENS = 512  # what most models of text take at most


class Unusable(ValueError):
    """The example cannot become the model's tensors; the message names the input and says what to change."""


@dataclass
class Case:
    """tensors: the inputs by the model's names; values: what they were made of, by the fields'.

    proposed: the input that made each, None for one that was filled with another. made_up: without an example.
    """

    tensors: dict[str, Array] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    proposed: dict[str, Input | None] = field(default_factory=dict)
    made_up: list[str] = field(default_factory=list)


Tokens = Callable[[TextInput, str], Mapping[str, Array]]
"""What a text's tokens are, as the runner that holds the files tells."""
TOKENIZER = "tokenizer.json"
"""How the file is usually called."""


def declared_case(interface: Interface, signature: Signature, example: Mapping[str, Value], tokens: Tokens) -> Case:
    """By the declared fields. Raises Unusable, and Unbound for a field whose tensor the model lacks."""
    case = Case()
    for bound in bound_inputs(interface, signature):
        each = bound.field
        value = example.get(each.name)
        _check_size(each)
        if value is None:
            value = made_up(each)
            case.made_up.append(each.name)
        case.values[each.name] = value
        try:
            if isinstance(each, TextInput) and each.tokenizer:
                case.tensors |= _tokens(bound, value, tokens)
            elif isinstance(each, TableFileInput):
                case.tensors |= rows_placed(bound, value)
            else:
                tensor = prepare(each, value, bound.rank)
                if isinstance(each, DicomInput) and each.frames == "each":  # tried on the first frame
                    tensor = split({bound.tensor: tensor}, {bound.tensor: bound.rank})[0][bound.tensor]
                case.tensors[bound.tensor] = tensor
        except (Mismatch, OSError) as error:
            raise Unusable(f"The example for “{each.name}” does not fit its declaration: {error}.") from None
    return case


def values_for(interface: Interface, example: Mapping[str, Value]) -> tuple[dict[str, Value], list[str]]:
    """The values of one case, and the names of those that were made up. Raises Unusable."""
    for each in interface.inputs:
        _check_size(each)
    missing = [each.name for each in interface.inputs if each.name not in example]
    values = {each.name: made_up(each) if each.name in missing else example[each.name] for each in interface.inputs}
    return values, missing


def _tokens(bound: Bound, value: Value, tokens: Tokens) -> dict[str, Array]:
    assert isinstance(bound.field, TextInput)
    if not isinstance(value, str):
        raise Mismatch(f"“{bound.field.name}” takes text")
    try:
        found = tokens(bound.field, value)
    except RunnerFailed as failed:
        if not failed.alive:
            raise
        raise Unusable(f"The tokens of “{bound.field.name}” cannot be had: {failed.detail[:300]}.") from None
    return tokens_placed(bound, found)


def _check_size(field: Input) -> None:
    if isinstance(field, ImageInput | DicomInput) and field.size is not None:
        depth = (field.depth or 1) if isinstance(field, DicomInput) else 1
        values = depth * prod(field.size) * (1 if field.mode == "L" else 3)
        if values > _DECLARED:
            raise Unusable(
                f"size of “{field.name}” is {list(field.size)}, which makes {values:,} numbers of each picture; "
                f"{_DECLARED:,} are the most. Declare a smaller size."
            )


def undeclared_case(
    signature: Signature, example: Mapping[str, Value], *, multiple_of: int = 1, tokens: Tokens | None = None
) -> Case:
    """By the tensors' names; one value for a model of one input may have any name. tokens: where a tokenizer came with
    the model. Raises Unusable."""
    case = Case()
    text = _text_of(signature) if tokens is not None else None
    if text is not None and tokens is not None:
        (bound,) = bound_inputs(Interface((text,), (TextOutput(name="any"),)), signature)
        values = [value for value in example.values() if isinstance(value, str)]
        case.tensors |= _tokens(bound, values[0] if values else TEXT, tokens)
        case.proposed |= dict.fromkeys(bound.tensors) | {bound.tensor: text}
        if not values:
            case.made_up.append(text.name)
        example = {name: value for name, value in example.items() if not isinstance(value, str)}
        signature = Signature(
            tuple(info for info in signature.inputs if info.name not in case.tensors), signature.outputs
        )
    unknown = sorted(set(example) - {info.name for info in signature.inputs})
    by_position = len(example) == 1 and len(signature.inputs) == 1
    if unknown and not by_position:
        have = ", ".join(f"“{info.name}”" for info in signature.inputs[:10])
        raise Unusable(f"The example has a value for “{unknown[0]}”, but the model's inputs are {have}.")
    for info in signature.inputs:
        value = next(iter(example.values())) if by_position else example.get(info.name)
        # A made-up picture has sides of 224 pixels: others were not tried.
        with contextlib.suppress(NoProposal):
            step = _UNTRIED_STEP if value is None else multiple_of
            case.proposed[info.name] = propose_input(info, multiple_of=step)
        if value is None:
            room = _MADE_UP - sum(array.size for array in case.tensors.values())
            sound = case.proposed.get(info.name)
            if isinstance(sound, AudioInput):
                case.tensors[info.name] = prepare(sound, signals.made_up(sound), len(info.shape))
            else:
                case.tensors[info.name] = _from_shape(info, room)
            case.made_up.append(info.name)
        else:
            proposed = case.proposed.get(info.name)
            case.tensors[info.name] = _from_value(info, proposed, value)
            if proposed is not None:
                case.values[proposed.name] = value
    return case


def _text_of(signature: Signature) -> TextInput | None:
    """The text whose tokens a model takes under the usual names."""
    ids = next((info for info in signature.inputs if info.name == "input_ids"), None)
    return None if ids is None else TextInput(name="text", tensor="input_ids", tokenizer=TOKENIZER, max_tokens=_TOKENS)


def _from_value(info: TensorInfo, proposed: Input | None, value: Value) -> Array:
    rank = len(info.shape) or None
    if isinstance(value, Blob):
        if proposed is None or KINDS.get(stored_as(proposed)) != value.content_type:
            raise Unusable(f"The example for “{info.name}” is a file, but the model takes {words(info)}.")
        try:
            return prepare(proposed, value, rank)
        except (Mismatch, OSError) as error:
            raise Unusable(f"The file for “{info.name}” cannot be used: {error}.") from None
    if (info.dtype == "string") != isinstance(value, str):
        raise Unusable(f"The example for “{info.name}” is of another type than the model takes ({words(info)}).")
    if isinstance(value, str):
        return np.array([value], dtype=object).reshape((1,) * min(max(len(info.shape), 1), 2))
    numbers = np.asarray(value if isinstance(value, list) else [value], dtype=_numpy(info))
    return _shaped(info, numbers)


def _shaped(info: TensorInfo, numbers: Array) -> Array:
    """Free dimensions are 1, but for the last free one, which takes what is left."""
    sides = [side if isinstance(side, int) else None for side in info.shape] or [1, None]
    free = [index for index, side in enumerate(sides) if side is None]
    known = prod(side for side in sides if side is not None)
    shape = [side or 1 for side in sides]
    if free:
        shape[free[-1]] = numbers.size // max(known, 1)
    if prod(shape) != numbers.size:
        raise Unusable(f"The example for “{info.name}” has {numbers.size} numbers, but the model takes {words(info)}.")
    return numbers.reshape(shape)


def _from_shape(info: TensorInfo, room: int) -> Array:
    """room: how many numbers may still be made up."""
    shape = [
        side if isinstance(side, int) and side > 0 else _free(info, index) for index, side in enumerate(info.shape)
    ]
    text = info.dtype == "string"
    if len(shape) > MAX_RANK or prod(shape) > (_MADE_UP_TEXTS if text else room):
        raise Unusable(f"The input “{info.name}” ({words(info)}) is too large to be made up; pass an example.")
    if text:
        made = np.empty(shape or [1], dtype=object)
        made.ravel()[:] = TEXT
        return made
    if _numpy(info).kind == "f":
        # A smooth ramp with a little noise: constant inputs would hide what depends on them.
        ramp = np.linspace(0.1, 0.9, max(1, prod(shape))).reshape(shape)
        noisy: Array = (ramp + np.random.default_rng(1).normal(0, 0.05, shape)).astype(_numpy(info))
        return noisy
    return np.ones(shape, dtype=_numpy(info))


def _free(info: TensorInfo, index: int) -> int:
    if index == 0:
        return 1
    if signals.is_series(info.shape):
        return _FREE_LENGTH if index == signals.time_axis(info.shape) else 1
    picture = len(info.shape) == 4
    channel_last = picture and info.shape[-1] in (1, 3)
    if picture and index in ((1, 2) if channel_last else (2, 3)):
        return FREE_SIDE
    return 3 if picture else 1


def _numpy(info: TensorInfo) -> np.dtype[np.generic]:
    try:
        return np.dtype(info.dtype)
    except TypeError:
        raise Unusable(
            f"The input “{info.name}” is of the type {info.dtype}, which cannot be given to it here."
        ) from None
