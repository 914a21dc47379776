"""Takes the weights out of an ONNX file before it is parsed, and counts while it does.

The file is walked on the level of protobuf's wire format (length-delimited fields), so that memory follows the size of
the graph and not that of the weights, and so that a million nodes are refused after the first twenty thousand. What is
left parses to the same model, but for the numbers in its tensors and attributes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .kinds import not_a_model
from .rules import MAX_DEPTH, MAX_INITIALIZERS, MAX_METADATA, MAX_NODES, too_deep, too_large, too_many

# Which fields of which message lead on (onnx.proto), and which hold numbers that no rule asks for.
_INTO: dict[str, dict[int, str]] = {
    "model": {7: "graph", 25: "function", 14: "metadata", 20: "training"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse", 16: "metadata"},
    "node": {5: "attribute", 9: "metadata"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {16: "metadata"},
    "function": {7: "node", 11: "attribute", 14: "metadata"},
    "metadata": {},
}
_NUMBERS: dict[str, frozenset[int]] = {
    "tensor": frozenset({4, 5, 6, 7, 9, 10, 11}),
    "attribute": frozenset({4, 7, 8, 9}),
    "sparse": frozenset({3}),
}
# An attribute's lists of numbers come one by one, a tag before each: runs of them are skipped at once.
_RUNS = {
    0x3D: re.compile(rb"(?:\x3d[\x00-\xff]{4}){1,65536}+"),
    0x40: re.compile(rb"(?:\x40[\x80-\xff]{0,9}[\x00-\x7f]){1,65536}+"),
}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass
class Counted:
    """nodes: of all graphs and functions. depth: of graphs within graphs. weights: bytes that were taken out."""

    nodes: int = 0
    initializers: int = 0
    depth: int = 0
    weights: int = 0


def without_weights(file: memoryview) -> tuple[bytes, Counted]:
    """The bytes of the model without its numbers. Raises Refused."""
    counted = Counted()
    return _slim(file, "model", 0, counted), counted


def _slim(view: memoryview, kind: str, depth: int, counted: Counted) -> bytes:
    into, numbers = _INTO[kind], _NUMBERS.get(kind, frozenset())
    kept: list[memoryview | bytes] = []
    untouched = 0  # where the latest run of fields that stay as they are begins
    for field, start, value, end in _fields(view, kind):
        child = into.get(field) if value >= 0 else None
        if child is None and field not in numbers:
            if end - start > MAX_METADATA:
                raise too_large()
            continue
        kept.append(view[untouched:start])
        untouched = end
        if child is None:
            counted.weights += end - start
            continue
        deeper = depth + 1 if child in ("graph", "function") else depth
        _count(kind, child, deeper, counted)
        inner = _slim(view[value:end], child, deeper, counted)
        kept += [_varint(field << 3 | _BYTES), _varint(len(inner)), inner]
    kept.append(view[untouched:])
    return b"".join(kept)


def _count(kind: str, child: str, depth: int, counted: Counted) -> None:
    if child == "node":
        counted.nodes += 1
        if counted.nodes > MAX_NODES:
            raise too_many("nodes", MAX_NODES)
    elif child in ("tensor", "sparse") and kind == "graph":
        counted.initializers += 1
        if counted.initializers > MAX_INITIALIZERS:
            raise too_many("initializers", MAX_INITIALIZERS)
    elif child == "graph":
        counted.depth = max(counted.depth, depth)
        if depth > MAX_DEPTH:
            raise too_deep()


def _fields(view: memoryview, kind: str) -> Iterator[tuple[int, int, int, int]]:
    """(field, start of its tag, start of its bytes or -1, end) of each field of a message."""
    position, length = 0, len(view)
    while position < length:
        start = position
        run = _RUNS.get(view[position]) if kind == "attribute" else None
        found = run.match(view, position) if run is not None else None
        if found is not None:
            position = found.end()
            yield (view[start] >> 3, start, -1, position)
            continue
        tag, position = _read(view, position)
        field, wire = tag >> 3, tag & 7
        value = -1
        if wire == _VARINT:
            _, position = _read(view, position)
        elif wire == _FIXED64:
            position += 8
        elif wire == _FIXED32:
            position += 4
        elif wire == _BYTES:
            size, value = _read(view, position)
            position = value + size
        else:
            raise not_a_model()
        if position > length or field == 0:
            raise not_a_model()
        yield (field, start, value, position)


def _read(view: memoryview, position: int) -> tuple[int, int]:
    result = shift = 0
    while shift < 70:
        if position >= len(view):
            raise not_a_model()
        byte = view[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7
    raise not_a_model()


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
