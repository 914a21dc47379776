"""Files made to harm, each named by the rule that refuses it; built from the smallest honest model."""

from collections.abc import Callable
from typing import Any

import onnx
from onnx import TensorProto, helper

Build = Callable[[], bytes]
FLOAT = TensorProto.FLOAT


def graph(nodes: list[onnx.NodeProto] | None = None, **more: Any) -> onnx.GraphProto:
    ends = [helper.make_tensor_value_info(name, FLOAT, ["n", 4]) for name in ("x", "y")]
    nodes = nodes if nodes is not None else [helper.make_node("Relu", ["x"], ["y"])]
    return helper.make_graph(nodes, "g", ends[:1], ends[1:], **more)


def model(of: onnx.GraphProto | None = None, **more: Any) -> onnx.ModelProto:
    made: onnx.ModelProto = helper.make_model(of or graph(), opset_imports=[helper.make_opsetid("", 20)], **more)
    return made


def external(tensor: onnx.TensorProto, location: str = "../../etc/passwd") -> onnx.TensorProto:
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def weight(name: str = "w") -> onnx.TensorProto:
    made: onnx.TensorProto = helper.make_tensor(name, FLOAT, [4], [0.0] * 4)
    return made


def constant(tensor: onnx.TensorProto) -> onnx.NodeProto:
    return helper.make_node("Constant", [], ["c"], value=tensor)


def branch(inner: onnx.GraphProto) -> onnx.NodeProto:
    return helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)


def nested(depth: int) -> onnx.GraphProto:
    inner = graph()
    for _ in range(depth):
        inner = graph([branch(inner)])
    return inner


def function(name: str, nodes: list[onnx.NodeProto], domain: str = "own") -> onnx.FunctionProto:
    return helper.make_function(domain, name, ["x"], ["y"], nodes, [helper.make_opsetid("", 20)])


def call(name: str, domain: str = "own") -> onnx.NodeProto:
    return helper.make_node(name, ["x"], ["y"], domain=domain)


def laughs(levels: int, width: int) -> onnx.ModelProto:
    """Functions of functions: width ** levels nodes once they are written out."""
    functions = [function("f0", [helper.make_node("Relu", ["x"], ["y"])] * width)]
    functions += [function(f"f{level}", [call(f"f{level - 1}")] * width) for level in range(1, levels)]
    return model(graph([call(f"f{levels - 1}")]), functions=functions)


def sparse_external() -> onnx.GraphProto:
    made = graph()
    entry = made.sparse_initializer.add()
    entry.values.CopyFrom(external(weight()))
    entry.dims.append(10)
    return made


def metadata(size: int) -> onnx.ModelProto:
    made = model()
    made.metadata_props.add(key="notes", value="x" * size)
    return made


def training() -> onnx.ModelProto:
    made = model()
    made.training_info.add().algorithm.CopyFrom(graph())
    return made


def ends(inputs: int, outputs: int) -> onnx.GraphProto:
    made = graph([])
    del made.input[:], made.output[:]
    made.input.extend(helper.make_tensor_value_info(f"x{i}", FLOAT, [1]) for i in range(inputs))
    made.output.extend(helper.make_tensor_value_info(f"y{i}", FLOAT, [1]) for i in range(outputs))
    return made


def noted(where: str) -> onnx.ModelProto:
    made = model()
    node = made.graph.node[0]
    if where == "node":
        node.doc_string = "x" * 300_000
    else:
        node.metadata_props.add(key="notes", value="x" * 300_000)
    return made


def hidden_in_function() -> onnx.ModelProto:
    return model(graph([call("f")]), functions=[function("f", [constant(external(weight()))])])


def merged_graph() -> bytes:
    """The graph twice: a parser joins the two, so the second one's nodes count as well."""
    second = onnx.ModelProto()
    second.graph.node.add(op_type="Evil", domain="evil")
    return bytes(model().SerializeToString() + second.SerializeToString())


def endless_groups() -> bytes:
    return bytes(model().SerializeToString() + b"\x0b" * 1000)


HOSTILE: list[tuple[str, str, Callable[[], onnx.ModelProto | bytes]]] = [
    ("weights in another file", "external_data", lambda: model(graph(initializer=[external(weight())]))),
    ("weights in a neighbour", "external_data", lambda: model(graph(initializer=[external(weight(), "other.onnx")]))),
    (
        "weights in memory",
        "external_data",
        lambda: model(graph(initializer=[external(weight(), "*/_ORT_MEM_ADDR_/*")])),
    ),
    ("a constant in another file", "external_data", lambda: model(graph([constant(external(weight()))]))),
    ("sparse weights in another file", "external_data", lambda: model(sparse_external())),
    (
        "another file deep in a branch",
        "external_data",
        lambda: model(graph([branch(graph([branch(graph(initializer=[external(weight())]))]))])),
    ),
    ("another file in a function", "external_data", hidden_in_function),
    ("operators of nobody", "foreign_operators", lambda: model(graph([call("Evil", "evil")]))),
    (
        "operators of nobody in a branch",
        "foreign_operators",
        lambda: model(graph([branch(graph([call("E", "evil")]))])),
    ),
    (
        "operators of nobody in a function",
        "foreign_operators",
        lambda: model(graph([call("f")]), functions=[function("f", [call("Evil", "evil")])]),
    ),
    ("a second graph", "foreign_operators", merged_graph),
    ("operators of one processor", "nchwc", lambda: model(graph([call("Conv", "com.microsoft.nchwc")]))),
    ("compiled code", "loading_operators", lambda: model(graph([call("EPContext", "com.microsoft")]))),
    ("Python", "loading_operators", lambda: model(graph([call("PythonOp", "com.microsoft")]))),
    ("a function of itself", "cyclic_functions", lambda: model(functions=[function("f", [call("f")])])),
    (
        "two functions of each other",
        "cyclic_functions",
        lambda: model(functions=[function("f", [call("g")]), function("g", [call("f")])]),
    ),
    (
        "a function of itself in a branch",
        "cyclic_functions",
        lambda: model(functions=[function("f", [branch(graph([call("f")]))])]),
    ),
    ("a billion laughs", "unbounded_functions", lambda: laughs(9, 10)),
    ("laughs that nobody calls", "unbounded_functions", lambda: model(functions=list(laughs(9, 10).functions))),
    ("thirty doublings", "unbounded_functions", lambda: laughs(30, 2)),
    ("many nodes", "too_many_nodes", lambda: model(graph([helper.make_node("Relu", ["x"], ["y"])] * 20_001))),
    (
        "many nodes in branches",
        "too_many_nodes",
        lambda: model(graph([branch(graph([helper.make_node("Relu", ["x"], ["y"])] * 2_000))] * 6)),
    ),
    ("many weights", "too_many_initializers", lambda: model(graph(initializer=[weight()] * 5_001))),
    ("branches in branches", "too_deep", lambda: model(nested(8))),
    ("many inputs", "too_many_inputs", lambda: model(ends(65, 1))),
    ("many outputs", "too_many_outputs", lambda: model(ends(1, 65))),
    ("no input", "no_inputs", lambda: model(ends(0, 1))),
    ("no output", "no_outputs", lambda: model(ends(1, 0))),
    ("long metadata", "metadata_too_large", lambda: metadata(256 * 1024 + 1)),
    ("a long note at a node", "metadata_too_large", lambda: noted("node")),
    ("long metadata at a node", "metadata_too_large", lambda: noted("metadata")),
    ("training", "training", training),
    ("cut off", "not_a_model", lambda: model(graph(initializer=[weight()])).SerializeToString()[:-7]),
    ("groups without an end", "not_a_model", endless_groups),
    ("no graph", "not_a_model", lambda: onnx.ModelProto(ir_version=8)),
    ("a length beyond the file", "not_a_model", lambda: b"\x3a\xff\xff\xff\xff\x7f" + bytes(10)),
    ("a number without an end", "not_a_model", lambda: b"\x08" + b"\xff" * 20),
]
