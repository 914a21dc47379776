"""The static checks of an ONNX file: parsed, never loaded, never run."""

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from gpu_workers.wording import is_readable, readable

from .expansion import expanded_nodes
from .graphs import Proto, all_nodes, called, default, functions, tensors
from .kinds import not_a_model
from .rules import (
    DOMAINS,
    LAYOUT_DOMAIN,
    LOADING,
    MAX_ENDS,
    MAX_NAME,
    external_data,
    foreign_operators,
    layout_operators,
    loading_operators,
    nothing_to_do,
    too_many,
    training,
    unreadable_names,
)
from .schema import EXTERNAL, ModelProto
from .wire import Counted, without_weights


def check_onnx(file: memoryview) -> tuple[Proto, Counted]:
    """A model, without its weights, that keeps every rule; raises Refused with the first that it breaks."""
    model, counted = _parse(file)
    _check_ends(model)
    _check_names(model)
    _check_weights(model)
    _check_operators(model)
    expanded_nodes(model)
    return model, counted


def _parse(file: memoryview) -> tuple[Proto, Counted]:
    slim, counted = without_weights(file)
    try:
        model = ModelProto.FromString(slim)
    except DecodeError:
        raise not_a_model() from None
    if not model.HasField("graph") or not model.ir_version:
        raise not_a_model()
    return model, counted


def _check_ends(model: Proto) -> None:
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    for what, ends in (("inputs", inputs), ("outputs", model.graph.output)):
        if not ends:
            raise nothing_to_do(what)
        if len(ends) > MAX_ENDS:
            raise too_many(what, MAX_ENDS)
    if model.training_info:
        raise training()


def _check_names(model: Proto) -> None:
    """Those by which operators are judged, and those that people are shown and an interface binds."""
    ends = {value.name for value in (*model.graph.input, *model.graph.output)}
    operators = {name for node in all_nodes(model) for name in (node.domain, node.op_type, node.overload)}
    own = {name for each in model.functions for name in (each.domain, each.name, each.overload)}
    for name in (*ends, *operators, *own):
        if not is_readable(name) or (name in ends and len(name) > MAX_NAME):
            raise unreadable_names(readable(name, 100))


def _check_weights(model: Proto) -> None:
    for where, tensor in tensors(model):
        if tensor.data_location == EXTERNAL or tensor.external_data:
            raise external_data(readable(tensor.name or where, 100))


def _check_operators(model: Proto) -> None:
    """Nodes are judged, not the domains that the file names: ONNX Runtime names eight that no node uses."""
    defined = functions(model)
    foreign: dict[str, None] = {}
    for node in all_nodes(model):
        if called(node) in defined or default(node.domain) in DOMAINS:
            if node.op_type in LOADING and node.domain == "com.microsoft":
                raise loading_operators(node.op_type)
            continue
        if node.domain == LAYOUT_DOMAIN:
            raise layout_operators()
        foreign[f"{node.domain[:100]}.{node.op_type[:100]}"] = None
    if foreign:
        raise foreign_operators(list(foreign))
