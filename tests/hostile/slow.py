"""Models that keep every static rule and cost time, when they are loaded or when they run."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import helper

from .graphs import BOOL, FLOAT, INT64, constant, model, node, size_of_x, summed, value


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
