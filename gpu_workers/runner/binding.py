"""Which tensor belongs to which field of an interface."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from gpu_workers.protocol.findings import BoxesOutput
from gpu_workers.protocol.interface import Input, Interface, Output, Step, TableFileInput, TextInput
from gpu_workers.protocol.vectors import VectorOutput

from .tensors import Raw, Signature, TensorInfo

BESIDE = {"mask": "attention_mask", "types": "token_type_ids"}
"""What a text's tokens fill besides their own tensor, and how models usually call it."""

FOUND = "found"
"""The tensor of a step that crops, in which stands where it cropped: (1, n, 6), corners in shares of the picture, the
score, the class 0."""


class Unbound(ValueError):
    """A field names a tensor that the model does not have."""


class Bound(NamedTuple):
    """rank: None where the model declares no shape. dtype: as the model takes it. beside: further tensors that the
    field fills, each as the model takes it, by what they hold; of a file whose columns have tensors of their own those
    of all but the first column, by the column's name."""

    field: Input
    tensor: str
    rank: int | None
    dtype: str
    beside: dict[str, TensorInfo]

    @property
    def info(self) -> TensorInfo:
        """Its own tensor, as far as it is known."""
        return TensorInfo(self.tensor, self.dtype, (None,) * (self.rank or 0))

    @property
    def tensors(self) -> tuple[str, ...]:
        """All that it fills."""
        return self.tensor, *(info.name for info in self.beside.values())


def bound_inputs(interface: Interface, signature: Signature) -> list[Bound]:
    """In the interface's order."""
    return [_bound(field, index, signature) for index, field in enumerate(interface.inputs)]


def bound_in(interface: Interface, step: Step, signature: Signature) -> list[Bound]:
    """The inputs that one step takes. signature: of its model."""
    held = step.filled
    rest = Signature(tuple(info for info in signature.inputs if info.name not in held), signature.outputs)
    is_first = step.name == interface.steps[0].name
    fields = [field for field in interface.inputs if field.step == step.name or (is_first and not field.step)]
    return [_bound(field, index, rest) for index, field in enumerate(fields)]


def step_of(field: Output, interface: Interface) -> str:
    """The step that answers it."""
    return field.step or interface.steps[-1].name


def bound_out(interface: Interface, signatures: Mapping[str, Signature]) -> list[tuple[Output, str, tuple[str, ...]]]:
    """(field, step, names of its tensors) in the interface's order. signatures: of each step's model, by step."""
    bound: list[tuple[Output, str, tuple[str, ...]]] = []
    taken = Counter[str]()
    crops = {step.name for step in interface.steps if step.crop is not None}
    for field in interface.outputs:
        step = step_of(field, interface)
        if step in crops and FOUND in (field.tensor, field.name):
            bound.append((field, step, (FOUND,)))
            continue
        bound.append((field, step, _tensors_of(field, taken[step], signatures[step], interface)))
        taken[step] += 1
    return bound


def _bound(field: Input, index: int, signature: Signature) -> Bound:
    if isinstance(field, TableFileInput) and field.tensors == "columns":
        return _bound_columns(field, signature.inputs)
    info = _tensor_of(field, index, signature.inputs)
    if isinstance(field, TextInput) and field.tokenizer and not field.tensor and info.name != field.name:
        info = next((each for each in signature.inputs if each.name == "input_ids"), info)
    # ONNX Runtime shows an unknown shape and a scalar's alike, as an empty one
    return Bound(field, info.name, len(info.shape) or None, info.dtype, _beside(field, signature.inputs))


def _bound_columns(field: TableFileInput, tensors: Sequence[TensorInfo]) -> Bound:
    have = {info.name: info for info in tensors}
    found = {}
    for column in field.columns:
        wanted = column.tensor or column.name
        if wanted not in have:
            where = f"the column “{column.name}” of “{field.name}”"
            raise Unbound(f"{where} needs the tensor “{wanted}”, but the model has {_listed(tensors)}")
        found[column.name] = have[wanted]
    first = found.pop(field.columns[0].name)
    return Bound(field, first.name, len(first.shape) or None, first.dtype, found)


def _beside(field: Input, tensors: Sequence[TensorInfo]) -> dict[str, TensorInfo]:
    if not isinstance(field, TextInput) or not field.tokenizer:
        return {}
    have = {info.name: info for info in tensors}
    found = {}
    for what, usual in BESIDE.items():
        named = getattr(field, what)
        if named and named not in have:
            raise Unbound(f"{what} of “{field.name}” is “{named}”, but the model has {_listed(tensors)}")
        if named or usual in have:
            found[what] = have[named or usual]
    return found


def bound_outputs(interface: Interface, signature: Signature) -> list[tuple[Output, tuple[str, ...]]]:
    """(field, names of its tensors) in the interface's order."""
    return [(field, _tensors_of(field, index, signature, interface)) for index, field in enumerate(interface.outputs)]


def _tensors_of(field: Output, index: int, signature: Signature, interface: Interface) -> tuple[str, ...]:
    """Its own, then those that it names besides, and the mask that the model is given, where one counts."""
    if isinstance(field, BoxesOutput) and field.boxes_tensors:
        return tuple(_named(field, name, signature.outputs) for name in (*field.boxes_tensors, *field.scores_tensors))
    text = interface.tokens_of(field) if isinstance(field, VectorOutput) else None
    mask = _beside(text, signature.inputs).get("mask") if text is not None else None
    masks = [] if mask is None else [mask.name]
    return _tensor_of(field, index, signature.outputs).name, *_others(field, signature.outputs), *masks


def raw_of(tensors: Sequence[str], known: Mapping[str, Raw]) -> Raw:
    """What there is for an output; of several tensors a list of them. known: what the model was given and answered."""
    first, *others = (known[name] for name in tensors)
    if not others:
        return first
    pieces = [each for each in (first, *others) if isinstance(each, np.ndarray)]
    if len(pieces) <= len(others):
        raise ValueError(f"“{tensors[0]}” and what belongs to it are no plain tensors")
    return pieces


def _others(field: Output, tensors: Sequence[TensorInfo]) -> list[str]:
    """Of an output whose scores or labels are tensors of their own."""
    wanted = [name for part in ("scores_tensor", "labels_tensor") if (name := getattr(field, part, ""))]
    return [_named(field, name, tensors) for name in wanted]


def _named(field: Output, name: str, tensors: Sequence[TensorInfo]) -> str:
    if all(info.name != name for info in tensors):
        raise Unbound(f"“{field.name}” needs the tensor “{name}”, but the model has {_listed(tensors)}")
    return name


def _tensor_of(field: Input | Output, index: int, tensors: Sequence[TensorInfo]) -> TensorInfo:
    """By the given name, else by the field's own name, else by position."""
    wanted = field.tensor or field.name
    for info in tensors:
        if info.name == wanted:
            return info
    if not field.tensor and index < len(tensors):
        return tensors[index]
    raise Unbound(f"“{field.name}” needs the tensor “{wanted}”, but the model has {_listed(tensors)}")


def _listed(tensors: Sequence[TensorInfo]) -> str:
    return ", ".join(f"“{info.name}”" for info in tensors[:10])
