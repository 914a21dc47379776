"""Small ONNX files for tests, written by hand."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def doubling() -> bytes:
    """One number in, twice that number out; any number of rows."""
    node = helper.make_node("Mul", ["x", "two"], ["y"])
    two = numpy_helper.from_array(np.array([2.0], np.float32), "two")
    shape: list[str | int | None] = ["n", 1]
    graph = helper.make_graph(
        [node],
        "doubling",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [two],
    )
    return _file(graph)


def counting() -> bytes:
    """One number in, twice that number out, after as many steps as it says: a model that takes its time."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["going"], ["going_on"]), helper.make_node("Add", ["sum", "two"], ["more"])],
        "body",
        [
            helper.make_tensor_value_info("step", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum", TensorProto.FLOAT, ["n", 1]),
        ],
        [
            helper.make_tensor_value_info("going_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("more", TensorProto.FLOAT, ["n", 1]),
        ],
    )
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["most"], keepdims=0),
        helper.make_node("Cast", ["most"], ["steps"], to=TensorProto.INT64),
        helper.make_node("Mul", ["x", "zero"], ["nothing"]),
        helper.make_node("Loop", ["steps", "", "nothing"], ["y"], body=body),
    ]
    shape: list[str | int | None] = ["n", 1]
    graph = helper.make_graph(
        nodes,
        "counting",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in (("two", 2.0), ("zero", 0.0))],
    )
    return _file(graph)


def brightness() -> bytes:
    """A grey film of 16 × 16 in, logits of (bright, dark) out: the mean, and its negative."""
    nodes = [
        helper.make_node("ReduceMean", ["film"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Neg", ["mean"], ["dark"]),
        helper.make_node("Unsqueeze", ["mean", "one"], ["bright_row"]),
        helper.make_node("Unsqueeze", ["dark", "one"], ["dark_row"]),
        helper.make_node("Concat", ["bright_row", "dark_row"], ["finding"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("film", TensorProto.FLOAT, ["n", 1, 16, 16])],
        [helper.make_tensor_value_info("finding", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(np.array([1], np.int64), "one")],
    )
    return _file(graph)


def loudness() -> bytes:
    """A recording (n, samples) in; how loud it is on average, and the recording turned upside down, out."""
    nodes = [
        helper.make_node("Abs", ["voice"], ["size"]),
        helper.make_node("ReduceMean", ["size"], ["loudness"], axes=[1], keepdims=1),
        helper.make_node("Neg", ["voice"], ["turned"]),
    ]
    graph = helper.make_graph(
        nodes,
        "loudness",
        [helper.make_tensor_value_info("voice", TensorProto.FLOAT, ["n", "samples"])],
        [
            helper.make_tensor_value_info("loudness", TensorProto.FLOAT, ["n", 1]),
            helper.make_tensor_value_info("turned", TensorProto.FLOAT, ["n", "samples"]),
        ],
    )
    return _file(graph)


def echo() -> bytes:
    """A note and a row (n, 2) in; the note, and the sum of the row, out."""
    nodes = [
        helper.make_node("Identity", ["note"], ["said"]),
        helper.make_node("ReduceSum", ["row", "one"], ["total"], keepdims=1),
    ]
    graph = helper.make_graph(
        nodes,
        "echo",
        [
            helper.make_tensor_value_info("note", TensorProto.STRING, ["n"]),
            helper.make_tensor_value_info("row", TensorProto.FLOAT, ["n", 2]),
        ],
        [
            helper.make_tensor_value_info("said", TensorProto.STRING, ["n"]),
            helper.make_tensor_value_info("total", TensorProto.FLOAT, ["n", 1]),
        ],
        [numpy_helper.from_array(np.array([1], np.int64), "one")],
    )
    return _file(graph)


def swing() -> bytes:
    """A series of leads (n, leads, samples) in; the mean magnitude of all of it out."""
    graph = helper.make_graph(
        [
            helper.make_node("Abs", ["ecg"], ["size"]),
            helper.make_node("ReduceMean", ["size"], ["mean"], axes=[1, 2], keepdims=0),
            helper.make_node("Unsqueeze", ["mean", "one"], ["swing"]),
        ],
        "swing",
        [helper.make_tensor_value_info("ecg", TensorProto.FLOAT, ["n", 2, "samples"])],
        [helper.make_tensor_value_info("swing", TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(np.array([1], np.int64), "one")],
    )
    return _file(graph)


def _file(graph: onnx.GraphProto) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data
