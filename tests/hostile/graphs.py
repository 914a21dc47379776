"""The parts of which hostile models are built. Each model takes a row of four numbers, x, and answers y."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING
Build = Callable[[], onnx.ModelProto]
OPSETS = [("", 20), ("ai.onnx.ml", 3), ("com.microsoft", 1)]


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> onnx.NodeProto:
    made: onnx.NodeProto = helper.make_node(kind, inputs, outputs, **attributes)
    return made


def value(name: str, kind: int = FLOAT, shape: Sequence[int | str] | None = None) -> onnx.ValueInfoProto:
    made: onnx.ValueInfoProto = helper.make_tensor_value_info(name, kind, shape)
    return made


def constant(name: str, array: Any, kind: Any = np.int64) -> onnx.TensorProto:
    made: onnx.TensorProto = numpy_helper.from_array(np.asarray(array, kind), name)
    return made


def model(
    nodes: Sequence[onnx.NodeProto],
    constants: Sequence[onnx.TensorProto] = (),
    *,
    x: onnx.ValueInfoProto | None = None,
    y: onnx.ValueInfoProto | None = None,
    functions: Sequence[onnx.FunctionProto] = (),
) -> onnx.ModelProto:
    ends = [x or value("x", FLOAT, [1, 4])], [y or value("y")]
    graph = helper.make_graph(list(nodes), "bomb", *ends, list(constants))
    opsets = [helper.make_opsetid(*each) for each in OPSETS]
    made: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10, functions=functions)
    return made


def summed(nodes: Sequence[onnx.NodeProto], constants: Sequence[onnx.TensorProto] = ()) -> onnx.ModelProto:
    """The nodes make `big`; y is x and its largest value."""
    rest = [
        node("Cast", ["big"], ["floats"], to=FLOAT),
        node("ReduceMax", ["floats"], ["most"], keepdims=0),
        node("Add", ["x", "most"], ["y"]),
    ]
    return model([*nodes, *rest], constants)


def size_of_x(count: int) -> list[onnx.NodeProto]:
    """`size`: an int64 [1] of this value, which no constant folding can know."""
    return [
        node("ReduceMax", ["x"], ["peak"], keepdims=0),
        node("IsNaN", ["peak"], ["no"]),
        node("Cast", ["no"], ["zero"], to=INT64),
        node("Constant", [], ["fixed"], value_ints=[count]),
        node("Add", ["fixed", "zero"], ["size"]),
    ]
