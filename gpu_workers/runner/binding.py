"""Which tensor belongs to which field of an interface."""

from collections.abc import Sequence

from gpu_workers.protocol.interface import Input, Interface, Output

from .tensors import Signature, TensorInfo


class Unbound(ValueError):
    """A field names a tensor that the model does not have."""


def bound_inputs(interface: Interface, signature: Signature) -> list[tuple[Input, str, int | None]]:
    """(field, tensor's name, rank or None where the model declares no shape) in the interface's order."""
    infos = [_tensor_of(field, index, signature.inputs) for index, field in enumerate(interface.inputs)]
    return [
        # ONNX Runtime shows an unknown shape and a scalar's alike, as an empty one
        (field, info.name, len(info.shape) or None)
        for field, info in zip(interface.inputs, infos, strict=True)
    ]


def bound_outputs(interface: Interface, signature: Signature) -> list[tuple[Output, str]]:
    """(field, tensor's name) in the interface's order."""
    return [(field, _tensor_of(field, index, signature.outputs).name) for index, field in enumerate(interface.outputs)]


def _tensor_of(field: Input | Output, index: int, tensors: Sequence[TensorInfo]) -> TensorInfo:
    """By the given name, else by the field's own name, else by position."""
    wanted = field.tensor or field.name
    for info in tensors:
        if info.name == wanted:
            return info
    if not field.tensor and index < len(tensors):
        return tensors[index]
    have = ", ".join(f"“{info.name}”" for info in tensors[:10])
    raise Unbound(f"“{field.name}” needs the tensor “{wanted}”, but the model has {have}")
