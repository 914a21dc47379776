"""Models that keep every static rule and do their harm when they are loaded or run: time, memory, output.

Each takes a row of four numbers, x, and answers y.
"""

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


# ---- time ----


def loop(body_nodes: Sequence[onnx.NodeProto], carried: onnx.ValueInfoProto, start: str) -> onnx.NodeProto:
    """A Loop without a count whose condition stays true; the body turns `s` into `t`."""
    again = value("t", carried.type.tensor_type.elem_type)
    body = helper.make_graph(
        [node("Identity", ["go"], ["again"]), *body_nodes],
        "body",
        [value("i", INT64, []), value("go", BOOL, []), carried],
        [value("again", BOOL, []), again],
    )
    return node("Loop", ["", "true", start], ["y"], body=body)


def endless_loop() -> onnx.ModelProto:
    return model([loop([node("Relu", ["s"], ["t"])], value("s"), "x")], [constant("true", True, np.bool_)])


def nested_loops(depth: int, times: int) -> onnx.ModelProto:
    """times ** depth turns."""
    inner = [node("Relu", ["s"], ["t"])]
    for level in range(depth):
        body = helper.make_graph(
            [node("Identity", [f"go{level}"], [f"again{level}"]), *inner],
            f"body{level}",
            [value(f"i{level}", INT64, []), value(f"go{level}", BOOL, []), value("s" if not level else f"s{level}")],
            [value(f"again{level}", BOOL, []), value("t" if not level else f"t{level}")],
        )
        outer = level + 1
        start, end = (f"s{outer}", f"t{outer}") if outer < depth else ("x", "y")
        inner = [node("Loop", ["times", "true", start], [end], body=body)]
    return model(inner, [constant("times", times), constant("true", True, np.bool_)])


def nested_scans(depth: int, length: int) -> onnx.ModelProto:
    """length ** depth steps: every Scan walks the same long row."""
    inner = [node("Relu", ["s"], ["t"])]
    for level in range(depth):
        names = ("s", "t") if not level else (f"s{level}", f"t{level}")
        body = helper.make_graph(
            [*inner, node("Identity", [f"e{level}"], [f"o{level}"])],
            f"body{level}",
            [value(names[0], FLOAT, [1, 4]), value(f"e{level}", FLOAT, [])],
            [value(names[1], FLOAT, [1, 4]), value(f"o{level}", FLOAT, [])],
        )
        outer = level + 1
        start, end = (f"s{outer}", f"t{outer}") if outer < depth else ("x", "y")
        inner = [node("Scan", [start, "row"], [end, f"all{outer}"], body=body, num_scan_inputs=1)]
    return model([*size_of_x(length), node("ConstantOfShape", ["size"], ["row"]), *inner])


def long_products() -> onnx.ModelProto:
    """Two thousand products of large matrices, which ONNX Runtime would compute while it loads the file."""
    nodes = [node("ConstantOfShape", ["square"], ["m0"])]
    nodes += [node("MatMul", [f"m{i}", f"m{i}"], [f"m{i + 1}"]) for i in range(2000)]
    return summed([*nodes, node("Identity", ["m2000"], ["big"])], [constant("square", [1500, 1500])])


def products_of_x() -> onnx.ModelProto:
    """Five hundred of them while it runs."""
    nodes = [node("Concat", ["size", "size"], ["square"], axis=0), node("ConstantOfShape", ["square"], ["m0"])]
    nodes += [node("MatMul", [f"m{i}", f"m{i}"], [f"m{i + 1}"]) for i in range(500)]
    return summed([*size_of_x(3000), *nodes, node("Identity", ["m500"], ["big"])])


def long_chain() -> onnx.ModelProto:
    nodes = [node("Relu", ["x" if not i else f"v{i}"], [f"v{i + 1}"]) for i in range(19_000)]
    return model([*nodes, node("Relu", ["v19000"], ["y"])])


def many_branches() -> onnx.ModelProto:
    """Each of 6,000 branches carries shapes of its own through inference."""
    inner = helper.make_graph([node("Concat", ["x", "x"], ["w"], axis=0)], "branch", [], [value("w")])
    nodes = [node("If", ["true"], [f"v{i}"], then_branch=inner, else_branch=inner) for i in range(6_000)]
    return model([*nodes, node("Relu", ["v5999"], ["y"])], [constant("true", True, np.bool_)])


def growing_shapes() -> onnx.ModelProto:
    """A shape of a shape of a shape: each step of inference is longer than the one before."""
    nodes = [node("Shape", ["x"], ["s0"])]
    nodes += [node("Concat", [f"s{i}", "s0"], [f"s{i + 1}"], axis=0) for i in range(9_000)]
    return model([*nodes, node("ConstantOfShape", ["s9000"], ["y"])])


def wide_node(count: int) -> onnx.ModelProto:
    return model([node("Sum", ["x"] * count, ["y"])])


def many_functions(count: int) -> onnx.ModelProto:
    opset = [helper.make_opsetid("", 20)]
    functions = [helper.make_function("own", f"f{i}", ["a"], ["a"], [], opset) for i in range(count)]
    return model([node("Relu", ["x"], ["y"])], functions=functions)


def function_chain(count: int) -> onnx.ModelProto:
    """Each calls the next: deep, but never large."""
    opset = [helper.make_opsetid("", 20), helper.make_opsetid("own", 1)]
    functions = [
        helper.make_function("own", f"f{i}", ["a"], ["b"], [node(f"f{i + 1}", ["a"], ["b"], domain="own")], opset)
        for i in range(count)
    ]
    functions.append(helper.make_function("own", f"f{count}", ["a"], ["b"], [node("Relu", ["a"], ["b"])], opset))
    made = model([node("f0", ["x"], ["y"], domain="own")], functions=functions)
    made.opset_import.add(domain="own", version=1)
    return made


def many_values(count: int) -> onnx.ModelProto:
    made = model([node("Relu", ["x"], ["y"])])
    made.graph.value_info.extend(value(f"v{i}", FLOAT, [1, 2, 3, 4]) for i in range(count))
    return made


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


# ---- memory ----


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


# ---- answers ----


def answer_of(count: int, kind: int = FLOAT) -> onnx.ModelProto:
    """A flat answer of so many values, numbers or texts."""
    if kind == STRING:
        nodes = [node("Cast", ["peak"], ["word"], to=STRING), node("Expand", ["word", "size"], ["y"])]
    else:
        nodes = [node("Cast", ["peak"], ["number"], to=kind), node("Expand", ["number", "size"], ["y"])]
    return model([*size_of_x(count), *nodes], y=value("y", kind))


def one_long_text(doublings: int) -> onnx.ModelProto:
    nodes = [node("Cast", ["peak"], ["t0"], to=STRING)]
    nodes += [node("StringConcat", [f"t{i}", f"t{i}"], [f"t{i + 1}"]) for i in range(doublings)]
    nodes.append(node("Identity", [f"t{doublings}"], ["y"]))
    return model([*size_of_x(1), *nodes], y=value("y", STRING))


def many_scores(count: int) -> onnx.ModelProto:
    """A map of so many classes, each with a long name."""
    labels = [f"{i}" + "long " * 30 for i in range(count)]
    nodes = [
        node("Concat", ["one", "size"], ["shape"], axis=0),
        node("Expand", ["peak", "shape"], ["row"]),
        node("ZipMap", ["row"], ["y"], domain="ai.onnx.ml", classlabels_strings=labels),
    ]
    made = model([*size_of_x(count), *nodes], [constant("one", [1])])
    scores = helper.make_map_type_proto(STRING, helper.make_tensor_type_proto(FLOAT, []))
    made.graph.output[0].CopyFrom(helper.make_value_info("y", helper.make_sequence_type_proto(scores)))
    return made


def many_axes(rank: int) -> onnx.ModelProto:
    return model([node("Reshape", ["x", "shape"], ["y"])], [constant("shape", [4] + [1] * (rank - 1))])


def no_numbers() -> onnx.ModelProto:
    return model([node("Sub", ["x", "x"], ["zero"]), node("Div", ["x", "zero"], ["y"])])


def many_pieces(count: int) -> onnx.ModelProto:
    """A list of so many tensors."""
    cut = node("SplitToSequence", ["row", "ones"], ["y"])
    made = model([*size_of_x(count), node("Expand", ["peak", "size"], ["row"]), cut], [constant("ones", 1)])
    made.graph.output[0].CopyFrom(helper.make_tensor_sequence_value_info("y", FLOAT, None))
    return made
