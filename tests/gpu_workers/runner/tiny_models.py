"""Small ONNX models, each written node by node for one behaviour."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, STRING, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING, TensorProto.BOOL
OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]


def value(name: str, kind: int, *shape: int | str | None) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name: str, array: Any) -> Any:
    return numpy_helper.from_array(np.asarray(array), name)


def save(
    path: Path,
    nodes: Sequence[Any],
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    constants: Sequence[Any] = (),
) -> Path:
    graph = helper.make_graph(list(nodes), "tiny", list(inputs), list(outputs), list(constants))
    onnx.save(helper.make_model(graph, opset_imports=OPSETS, ir_version=9), path)
    path.chmod(0o644)
    return path


def linear(path: Path) -> Path:
    """scores = x @ [[1, 0], [0, 1], [1, -1]], rows of 3 numbers to rows of 2."""
    weights = constant("w", np.array([[1, 0], [0, 1], [1, -1]], dtype=np.float32))
    node = helper.make_node("MatMul", ["x", "w"], ["scores"])
    return save(path, [node], [value("x", FLOAT, "n", 3)], [value("scores", FLOAT, "n", 2)], [weights])


def neighbours(path: Path) -> Path:
    """Each row minus the mean of all rows: an answer that depends on who else is in the batch."""
    nodes = [
        helper.make_node("ReduceMean", ["x", "first"], ["mean"], keepdims=1),
        helper.make_node("Sub", ["x", "mean"], ["scores"]),
    ]
    first = constant("first", np.array([0], dtype=np.int64))
    return save(path, nodes, [value("x", FLOAT, "n", 3)], [value("scores", FLOAT, "n", 3)], [first])


def picky(path: Path) -> Path:
    """Looks x up in a table of four: an x beyond it is an error of the runtime."""
    table = constant("table", np.array([10, 11, 12, 13], dtype=np.float32))
    node = helper.make_node("Gather", ["table", "x"], ["y"])
    return save(path, [node], [value("x", INT64, "n")], [value("y", FLOAT, "n")], [table])


def endless(path: Path) -> Path:
    """Answers x where it is negative or zero; loops for ever where it is positive."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going"], ["going_on"]),
            helper.make_node("Identity", ["carried"], ["carried_on"]),
        ],
        "body",
        [value("i", INT64), value("going", BOOL), value("carried", FLOAT, "n")],
        [value("going_on", BOOL), value("carried_on", FLOAT, "n")],
    )
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["most"], keepdims=0),
        helper.make_node("Greater", ["most", "zero"], ["positive"]),
        helper.make_node("Loop", ["", "positive", "x"], ["y"], body=body),
    ]
    zero = constant("zero", np.float32(0))
    return save(path, nodes, [value("x", FLOAT, "n")], [value("y", FLOAT, "n")], [zero])


def hungry(path: Path) -> Path:
    """The sum of x million ones, all of them in memory."""
    nodes = [
        helper.make_node("Mul", ["x", "million"], ["count"]),
        helper.make_node("ConstantOfShape", ["count"], ["ones"], value=numpy_helper.from_array(np.ones(1, np.float32))),
        helper.make_node("ReduceSum", ["ones"], ["y"], keepdims=1),
    ]
    million = constant("million", np.array([1_000_000], dtype=np.int64))
    return save(path, nodes, [value("x", INT64, 1)], [value("y", FLOAT, 1)], [million])


def echo(path: Path) -> Path:
    """Gives a string back, as (n, 1)."""
    node = helper.make_node("Identity", ["t"], ["said"])
    return save(path, [node], [value("t", STRING, "n", 1)], [value("said", STRING, "n", 1)])


def mapped(path: Path) -> Path:
    """Three numbers as a list of maps, as scikit-learn's converters write."""
    node = helper.make_node("ZipMap", ["x"], ["scores"], domain="ai.onnx.ml", classlabels_strings=["b", "a", "c"])
    out = helper.make_value_info(
        "scores",
        helper.make_sequence_type_proto(helper.make_map_type_proto(STRING, helper.make_tensor_type_proto(FLOAT, None))),
    )
    return save(path, [node], [value("x", FLOAT, "n", 3)], [out])


def inverted(path: Path) -> Path:
    """1 - x, picture to picture, (n, 1, h, w)."""
    node = helper.make_node("Sub", ["one", "x"], ["y"])
    one = constant("one", np.float32(1))
    shape = ("n", 1, "h", "w")
    return save(path, [node], [value("x", FLOAT, *shape)], [value("y", FLOAT, *shape)], [one])


def brightness(path: Path) -> Path:
    """The mean of a picture (n, 3, h, w), one number each."""
    nodes = [helper.make_node("ReduceMean", ["x", "axes"], ["y"], keepdims=0)]
    axes = constant("axes", np.array([1, 2, 3], dtype=np.int64))
    return save(path, nodes, [value("x", FLOAT, "n", 3, "h", "w")], [value("y", FLOAT, "n")], [axes])
