"""Walks the graphs of a parsed ONNX model: its own, those inside branches and loops, and the bodies of functions."""

from collections.abc import Iterable, Iterator
from typing import Any

Proto = Any  # the generated classes of onnx.proto carry no types

Key = tuple[str, str, str]
"""(domain, name, overload) by which a node calls a function; the default domain is empty."""


def nodes_of(body: Iterable[Proto]) -> Iterator[Proto]:
    """Every node of a graph's or function's body, those of graphs within included."""
    for node in body:
        yield node
        for graph in subgraphs(node):
            yield from nodes_of(graph.node)


def subgraphs(node: Proto) -> Iterator[Proto]:
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def all_graphs(graph: Proto) -> Iterator[Proto]:
    """A graph and all graphs within its nodes."""
    yield graph
    for node in graph.node:
        for inner in subgraphs(node):
            yield from all_graphs(inner)


def all_nodes(model: Proto) -> Iterator[Proto]:
    yield from nodes_of(model.graph.node)
    for function in model.functions:
        yield from nodes_of(function.node)


def tensors(model: Proto) -> Iterator[tuple[str, Proto]]:
    """(where, tensor) of every tensor in the file: weights, sparse ones, constants in attributes."""
    graphs = list(all_graphs(model.graph))
    for function in model.functions:
        for node in function.node:
            for inner in subgraphs(node):
                graphs += all_graphs(inner)
    for graph in graphs:
        for tensor in graph.initializer:
            yield tensor.name, tensor
        for sparse in graph.sparse_initializer:
            yield from _sparse(sparse, sparse.values.name)
    for node in all_nodes(model):
        yield from _in_attributes(node.attribute, node.name or node.op_type)
    for function in model.functions:
        yield from _in_attributes(function.attribute_proto, function.name)


def _in_attributes(attributes: Iterable[Proto], where: str) -> Iterator[tuple[str, Proto]]:
    for attribute in attributes:
        if attribute.HasField("t"):
            yield where, attribute.t
        for tensor in attribute.tensors:
            yield where, tensor
        if attribute.HasField("sparse_tensor"):
            yield from _sparse(attribute.sparse_tensor, where)
        for sparse in attribute.sparse_tensors:
            yield from _sparse(sparse, where)


def _sparse(sparse: Proto, where: str) -> Iterator[tuple[str, Proto]]:
    yield where, sparse.values
    yield where, sparse.indices


def default(domain: str) -> str:
    """ONNX's own domain has two names."""
    return "" if domain == "ai.onnx" else domain


def called(node: Proto) -> Key:
    return default(node.domain), node.op_type, node.overload


def functions(model: Proto) -> dict[Key, Proto]:
    return {(default(each.domain), each.name, each.overload): each for each in model.functions}
