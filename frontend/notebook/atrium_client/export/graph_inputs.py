"""The names of a model's inputs, read from its file without loading it."""

from pathlib import Path

from .wire import BYTES, Field, Source, fields

_GRAPH, _INITIALIZER, _INPUT = 7, 5, 11  # of ModelProto, GraphProto, GraphProto
_TENSOR_NAME, _VALUE_NAME = 8, 1  # of TensorProto, ValueInfoProto


def graph_inputs(path: Path) -> list[str]:
    """The inputs that have no initial value, in the graph's order."""
    source = Source(path)
    try:
        names: list[str] = []
        initial: set[str] = set()
        for graph in fields(source, 0, source.size):
            if graph.number != _GRAPH or graph.wire != BYTES:
                continue
            for item in fields(source, graph.content, graph.end):
                if item.number == _INPUT:
                    names.append(_text(source, item, _VALUE_NAME))
                elif item.number == _INITIALIZER:
                    initial.add(_text(source, item, _TENSOR_NAME))
        return [name for name in names if name not in initial]
    finally:
        source.close()


def _text(source: Source, message: Field, number: int) -> str:
    for item in fields(source, message.content, message.end):
        if item.number == number and item.wire == BYTES:
            return source.read(item.content, item.end - item.content).decode("utf-8", "replace")
    return ""
