"""What members are told of an ONNX file that says nothing of its verdict."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from gpu_workers.wording import decoded, readable

from .findings import Facts, Tensor
from .graphs import Proto, all_graphs, all_nodes, default
from .wire import Counted

_LISTED, _AXES = 100, 32
_DTYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    8: "string",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    14: "complex64",
    15: "complex128",
    16: "bfloat16",
}
_CARRIES = {
    "stack traces": re.compile(r'File "[^"\n]{1,300}", line \d+|Traceback \(most recent call last\)|\.py:\d+'),
    "paths": re.compile(r"(?:/home/|/Users/|/root/|/mnt/|/content/|[A-Z]:\\Users\\)[^\s\"':]{1,200}"),
}


def facts(model: Proto, counted: Counted) -> Facts:
    weights = {tensor.name for tensor in model.graph.initializer}
    operators = Counter(default(node.domain) or "ai.onnx" for node in all_nodes(model))
    return Facts(
        ir_version=model.ir_version,
        opsets={readable(each.domain) or "ai.onnx": each.version for each in model.opset_import[:_LISTED]},
        operators={readable(name): count for name, count in operators.most_common(_LISTED)},
        nodes=counted.nodes,
        initializers=counted.initializers,
        functions=len(model.functions),
        depth=counted.depth,
        weights=counted.weights,
        producer=f"{readable(model.producer_name)} {readable(model.producer_version)}".strip(),
        inputs=tuple(declared(value) for value in model.graph.input if value.name not in weights),
        outputs=tuple(declared(value) for value in model.graph.output),
        metadata={readable(each.key): _size(each.value) for each in model.metadata_props[:_LISTED]},
        carries=_carries(model),
    )


def declared(value: Proto) -> Tensor:
    """One input or output as the file declares it."""
    kind = value.type.WhichOneof("value")
    if kind == "tensor_type":
        tensor = value.type.tensor_type
        shape = tuple(map(_dimension, tensor.shape.dim[:_AXES])) if tensor.HasField("shape") else None
        return Tensor(readable(value.name), _dtype(tensor.elem_type), "tensor", shape)
    written = _type(value.type, 0)
    return Tensor(readable(value.name), "", written)


def _size(text: str | bytes) -> int:
    return len(text.encode() if isinstance(text, str) else text)


def _dimension(dimension: Proto) -> int | str:
    if dimension.HasField("dim_value"):
        return int(dimension.dim_value)
    return readable(dimension.dim_param) or "?"


def _dtype(number: int) -> str:
    return _DTYPES.get(number, f"type {number}")


def _type(proto: Proto, depth: int) -> str:
    kind: str | None = proto.WhichOneof("value")
    if kind is None or depth > 4:
        return "?"
    if kind == "tensor_type":
        return _dtype(proto.tensor_type.elem_type)
    if kind == "sequence_type":
        return f"seq({_type(proto.sequence_type.elem_type, depth + 1)})"
    if kind == "optional_type":
        return f"optional({_type(proto.optional_type.elem_type, depth + 1)})"
    if kind == "map_type":
        return f"map({_dtype(proto.map_type.key_type)},{_type(proto.map_type.value_type, depth + 1)})"
    return kind.removesuffix("_type")


def _carries(model: Proto) -> dict[str, str]:
    found: dict[str, str] = {}
    for where, text in _texts(model):
        for what, pattern in _CARRIES.items():
            if what not in found and (match := pattern.search(decoded(text))):
                found[what] = readable(f"{where}: {match[0]}")
        if len(found) == len(_CARRIES):
            break
    return found


def _texts(model: Proto) -> Iterator[tuple[str, str | bytes]]:
    """(where, text) of all that people or exporters wrote beside the graph."""
    yield "the model's note", model.doc_string
    yield from _metadata("the model's metadata", model.metadata_props)
    for graph in all_graphs(model.graph):
        yield "a graph's note", graph.doc_string
        yield from _metadata("a graph's metadata", graph.metadata_props)
        for tensor in graph.initializer:
            yield f"the weight {tensor.name}", tensor.doc_string
    for node in all_nodes(model):
        yield f"the node {node.name}", node.doc_string
        yield from _metadata(f"the node {node.name}", node.metadata_props)
    for function in model.functions:
        yield f"the function {function.name}", function.doc_string


def _metadata(where: str, entries: Iterable[Proto]) -> Iterator[tuple[str, str | bytes]]:
    for entry in entries:
        yield f"{where}, {entry.key}", entry.value
