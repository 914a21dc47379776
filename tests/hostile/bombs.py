"""Models that keep every static rule and fill memory, or read and write beyond its end."""

from typing import Any

import numpy as np
import onnx
from onnx import helper

from .graphs import BOOL, INT64, STRING, constant, model, node, size_of_x, summed, value
from .slow import loop


def filled(count: int) -> onnx.ModelProto:
    return summed([node("ConstantOfShape", ["shape"], ["big"])], [constant("shape", [count])])


def filled_by_x(count: int) -> onnx.ModelProto:
    return summed([*size_of_x(count), node("ConstantOfShape", ["size"], ["big"])])


def expanded(count: int) -> onnx.ModelProto:
    return summed([*size_of_x(count), node("Expand", ["peak", "size"], ["big"])])


def tiled(count: int) -> onnx.ModelProto:
    nodes = [node("Flatten", ["x"], ["row"], axis=0), node("Constant", [], ["one"], value_ints=[1])]
    nodes += [node("Concat", ["one", "size"], ["repeats"], axis=0), node("Tile", ["row", "repeats"], ["big"])]
    return summed([*size_of_x(count), *nodes])


def ranged(count: int) -> onnx.ModelProto:
    return summed(
        [
            *size_of_x(count),
            node("ReduceMax", ["size"], ["end"], keepdims=0),
            node("Range", ["a", "end", "b"], ["big"]),
        ],
        [constant("a", 0), constant("b", 1)],
    )


def padded(count: int) -> onnx.ModelProto:
    pads = [node("Constant", [], ["none"], value_ints=[0, 0, 0]), node("Concat", ["none", "size"], ["pads"], axis=0)]
    return summed([*size_of_x(count), *pads, node("Pad", ["x", "pads"], ["big"])])


def resized(side: int) -> onnx.ModelProto:
    nodes = [
        node("Reshape", ["x", "picture"], ["small"]),
        node("Concat", ["ones", "size", "size"], ["sizes"], axis=0),
        node("Resize", ["small", "", "", "sizes"], ["big"], mode="nearest"),
    ]
    return summed([*size_of_x(side), *nodes], [constant("picture", [1, 1, 2, 2]), constant("ones", [1, 1])])


def one_hot(depth: int) -> onnx.ModelProto:
    nodes = [node("Cast", ["x"], ["at"], to=INT64), node("OneHot", ["at", "size", "values"], ["big"])]
    return summed([*size_of_x(depth), *nodes], [constant("values", [0, 1], np.float32)])


def outer_products() -> onnx.ModelProto:
    """4 ** 16 values by one equation."""
    letters = "abcdefghijklmnop"
    nodes = [node("Flatten", ["x"], ["rows"], axis=0), node("Squeeze", ["rows", "first"], ["row"])]
    einsum = node("Einsum", ["row"] * 16, ["big"], equation=f"{','.join(letters)}->{letters}")
    return summed([*nodes, einsum], [constant("first", [0])])


def doublings(kind: str) -> onnx.ModelProto:
    body = [node("Concat", ["s", "s"], ["t"], axis=0)]
    if kind == "text":
        body = [node("StringConcat", ["s", "s"], ["t"])]
        start = [node("Cast", ["x"], ["words"], to=STRING)]
        loops = loop(body, value("s", STRING), "words")
        return model([*start, loops], [constant("true", True, np.bool_)], y=value("y", STRING))
    return model([loop(body, value("s"), "x")], [constant("true", True, np.bool_)])


def hoarded() -> onnx.ModelProto:
    """A loop without end that keeps what each of its turns makes."""
    body = helper.make_graph(
        [node("Identity", ["go"], ["again"]), node("Expand", ["peak", "many"], ["kept"])],
        "body",
        [value("i", INT64, []), value("go", BOOL, [])],
        [value("again", BOOL, []), value("kept")],
    )
    nodes = [node("ReduceMax", ["x"], ["peak"], keepdims=0), node("Loop", ["", "true"], ["y"], body=body)]
    return model(nodes, [constant("true", True, np.bool_), constant("many", [1_000_000])])


def random_numbers() -> onnx.ModelProto:
    return summed([node("RandomNormal", [], ["big"], shape=[100_000, 100_000])])


def window(count: int) -> onnx.ModelProto:
    return summed(
        [*size_of_x(count), node("ReduceMax", ["size"], ["n"], keepdims=0), node("HannWindow", ["n"], ["big"])]
    )


def transposed_convolution() -> onnx.ModelProto:
    nodes = [
        node("Reshape", ["x", "picture"], ["small"]),
        node("ConvTranspose", ["small", "w"], ["big"], strides=[60_000, 60_000]),
    ]
    return summed(nodes, [constant("picture", [1, 1, 2, 2]), constant("w", np.ones((1, 1, 1, 1)), np.float32)])


def cropped() -> onnx.ModelProto:
    nodes = [
        node("Reshape", ["x", "picture"], ["small"]),
        node("CropAndResize", ["small", "boxes", "which", "size"], ["big"], domain="com.microsoft"),
    ]
    constants = [constant("picture", [1, 1, 2, 2]), constant("boxes", [[0, 0, 1, 1]], np.float32)]
    constants += [constant("which", [0], np.int32), constant("size", [60_000, 60_000])]
    return summed(nodes, constants)


def sparse(side: int) -> onnx.ModelProto:
    """One number in a file of a few bytes, and a matrix of it in memory."""
    made = summed([node("Identity", ["weights"], ["big"])])
    entry = made.graph.sparse_initializer.add()
    entry.values.CopyFrom(constant("weights", [1], np.float32))
    entry.indices.CopyFrom(constant("indices", [0]))
    entry.dims.extend([side, side])
    return made


def features(count: int) -> onnx.ModelProto:
    return summed([node("FeatureVectorizer", ["x"], ["big"], domain="ai.onnx.ml", inputdimensions=[count])])


def searched(length: int) -> onnx.ModelProto:
    return summed([node("Multinomial", ["x"], ["big"], sample_size=length)])


# ---- memory that is read or written beyond its end ----


def unpooled() -> onnx.ModelProto:
    nodes = [
        node("Reshape", ["x", "picture"], ["small"]),
        node("MaxUnpool", ["small", "where"], ["big"], kernel_shape=[2, 2], strides=[2, 2]),
    ]
    where = constant("where", [[[[10**12, -(10**12)], [2**62, 5]]]])
    return summed(nodes, [constant("picture", [1, 1, 2, 2]), where])


def gathered() -> onnx.ModelProto:
    return summed([node("Gather", ["x", "far"], ["big"], axis=1)], [constant("far", [2**62, -(2**62)])])


def extracted() -> onnx.ModelProto:
    taken = node("ArrayFeatureExtractor", ["x", "far"], ["big"], domain="ai.onnx.ml")
    return summed([taken], [constant("far", [2**40])])


def aligned() -> onnx.ModelProto:
    nodes = [
        node("Reshape", ["x", "picture"], ["small"]),
        node("RoiAlign", ["small", "boxes", "which"], ["big"], output_height=2, output_width=2),
    ]
    constants = [constant("picture", [1, 1, 2, 2]), constant("boxes", [[0, 0, 1e30, 1e30]], np.float32)]
    return summed(nodes, [*constants, constant("which", [2**40])])


def scattered() -> onnx.ModelProto:
    put = node("ScatterND", ["x", "far", "new"], ["big"])
    return summed([put], [constant("far", [[0, 2**50]]), constant("new", [1], np.float32)])


def tree(**changed: Any) -> onnx.ModelProto:
    """A decision tree of three nodes; changed attributes make it a ring, or one that looks beyond its row."""
    attributes: dict[str, Any] = {
        "nodes_treeids": [0, 0, 0], "nodes_nodeids": [0, 1, 2], "nodes_featureids": [0, 0, 0],
        "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"], "nodes_values": [0.5, 0.0, 0.0],
        "nodes_truenodeids": [1, 0, 0], "nodes_falsenodeids": [2, 0, 0],
        "target_treeids": [0, 0], "target_nodeids": [1, 2], "target_ids": [0, 0], "target_weights": [1.0, 2.0],
        "n_targets": 1,
    }  # fmt: skip
    return model([node("TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", **(attributes | changed))])
