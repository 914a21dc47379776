"""Files that say of themselves what is not so: kinds, names, shapes, types, fields given twice."""

import struct
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import onnx
from onnx import TensorProto, helper

from tests.gpu_workers.inspection.hostile_files import branch, call, constant, external, function, graph, model, weight

Build = Callable[[], bytes]
FLOAT = TensorProto.FLOAT
OPSETS = {"opset_imports": [helper.make_opsetid("", 20)]}


def written(made: onnx.ModelProto) -> bytes:
    return bytes(made.SerializeToString())


def honest() -> bytes:
    return written(model())


def varint(value: int, length: int = 0) -> bytes:
    """length: at least so many bytes, with zeros that a shorter form would leave out."""
    out = bytearray()
    while value > 0x7F or len(out) + 1 < length:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, body: bytes, tag_length: int = 0) -> bytes:
    return varint(number << 3 | 2, tag_length) + varint(len(body)) + body


# ---- other kinds that lie as ONNX ----


def zip_behind() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("archive/data.pkl", "x")
        file.writestr("archive/code/model.py", "x")
    return honest() + packed.getvalue()


def pickle_behind() -> bytes:
    return honest() + b"\x80\x04cos\nsystem\n\x94\x8c\x04true\x94\x85\x94R\x94."


def runtime_format() -> bytes:
    """ONNX Runtime's own format, which is read by other code than a protobuf."""
    return struct.pack("<I", 24) + b"ORTM" + bytes(200)


def runtime_mark_in_a_model() -> bytes:
    """A protobuf whose bytes 4 to 8 are the mark of ONNX Runtime's own format."""
    return b"\x12\x06\x41\x42ORTM" + honest()


# ---- protobuf ----


def twice(first: dict[str, Any], last: dict[str, Any]) -> bytes:
    """A node in which a field stands two times; a parser keeps the last."""
    node = helper.make_node("Relu", ["x"], ["y"])
    begun, ended = onnx.NodeProto(**first), onnx.NodeProto(**last)
    body = begun.SerializeToString() + node.SerializeToString() + ended.SerializeToString()
    return around(body)


def around(node: bytes) -> bytes:
    """A model of this one node, as bytes."""
    empty = graph([])
    inner = field(1, node) + empty.SerializeToString()
    return written(onnx.ModelProto(ir_version=10, **OPSETS_OF_A_MODEL)) + field(7, inner)


OPSETS_OF_A_MODEL: dict[str, Any] = {"opset_import": [helper.make_opsetid("", 20)]}


def far_node(tag_length: int) -> bytes:
    """A foreign node behind a tag that is written longer than it must be."""
    evil = helper.make_node("Evil", ["x"], ["y"], domain="evil").SerializeToString()
    return honest() + field(7, field(1, evil, tag_length), tag_length)


def beyond_32_bits() -> bytes:
    """A field number that a parser of 32 bits takes for the graph's."""
    evil = field(1, helper.make_node("Evil", ["x"], ["y"], domain="evil").SerializeToString())
    return honest() + varint((1 << 32) | (7 << 3 | 2)) + varint(len(evil)) + evil


def deep_types(depth: int) -> bytes:
    """An input that is a list of lists of lists; written by hand, since no writer goes so deep."""
    kind = helper.make_tensor_type_proto(FLOAT, [1]).SerializeToString()
    for _ in range(depth):
        kind = field(4, field(1, kind))
    return honest() + field(7, field(11, field(1, b"deep") + field(2, kind)))


# ---- names ----


def named(name: bytes, what: str = "input") -> bytes:
    """A model in which an input, an operator, a domain or a note has this name, whatever its bytes."""
    mark = "#" * len(name)
    made = model()
    node = made.graph.node[0]
    if what == "input":
        made.graph.input[0].name = node.input[0] = mark
    elif what == "output":
        made.graph.output[0].name = node.output[0] = mark
    elif what == "operator":
        node.op_type = mark
    elif what == "domain":
        node.domain = mark
    else:
        made.producer_name = made.doc_string = node.name = mark
        made.graph.input[0].type.tensor_type.shape.dim[0].dim_param = mark
        made.metadata_props.add(key=mark, value=mark)
    return written(made).replace(mark.encode(), name)


# ---- other files and foreign code, in every corner ----


def external_everywhere() -> dict[str, onnx.ModelProto]:
    """One reference each, by where it hides."""
    away = external(weight(), "/etc/passwd")
    listed = helper.make_node("Op", ["x"], ["y"])
    listed.attribute.add(name="t", type=onnx.AttributeProto.TENSORS).tensors.append(external(weight(), "../sibling"))
    sparse = helper.make_node("Constant", [], ["c"])
    attribute = sparse.attribute.add(name="sparse_value", type=onnx.AttributeProto.SPARSE_TENSOR)
    attribute.sparse_tensor.indices.CopyFrom(external(weight(), "C:\\secret"))
    default = function("f", [])
    default.attribute_proto.add(name="w", type=onnx.AttributeProto.TENSOR).t.CopyFrom(away)
    unused = model()
    half = unused.graph.initializer.add(name="w", data_type=FLOAT, dims=[1])
    half.external_data.add(key="location", value="file:///etc/passwd")  # said, but not marked as external
    return {
        "absolute": model(graph(initializer=[away])),
        "in a list of tensors": model(graph([listed])),
        "in the places of a sparse tensor": model(graph([sparse])),
        "in a function's default": model(functions=[default]),
        "in a branch in a function": model(functions=[function("f", [branch(graph([constant(away)]))])]),
        "without its mark": unused,
        "empty location": model(graph(initializer=[external(weight(), "")])),
    }


FOREIGN = (
    "ai.onnx.training",
    "ai.onnx.preview.training",
    "com.microsoft.experimental",
    "AI.ONNX",
    " ",
    "com.ms.internal",
)

STATIC: dict[str, tuple[str, Build]] = {
    "ONNX Runtime's own format": ("not_a_model", runtime_format),
    "a zip behind a model": ("not_a_model", zip_behind),
    "a pickle behind a model": ("not_a_model", pickle_behind),
    "a field beyond 32 bits": ("not_a_model", beyond_32_bits),
    "a longer tag": ("foreign_operators", lambda: far_node(5)),
    "types in types": ("not_a_model", lambda: deep_types(200)),
    "an operator twice": ("foreign_operators", lambda: twice({"domain": "ai.onnx"}, {"domain": "evil"})),
    "a loader behind an operator": (
        "loading_operators",
        lambda: twice({"op_type": "Relu"}, {"op_type": "EPContext", "domain": "com.microsoft"}),
    ),
    "a null in a name": ("unreadable_names", lambda: named(b"a\0b")),
    "a name of two directions": ("unreadable_names", lambda: named("a\u202eb".encode())),
    "an escape in an output": ("unreadable_names", lambda: named(b"\x1b[31m", "output")),
    "a name that is not UTF-8": ("unreadable_names", lambda: named(b"\xff\xfe")),
    "half a surrogate pair": ("unreadable_names", lambda: named(b"\xed\xa0\x80")),
    "a domain that is not UTF-8": ("unreadable_names", lambda: named(b"\xff", "domain")),
    "an operator with a null": ("unreadable_names", lambda: named(b"Relu\0", "operator")),
    "a long name": ("unreadable_names", lambda: named(b"n" * 501)),
    "many functions": (
        "too_many_functions",
        lambda: written(model(functions=[function(f"f{i}", []) for i in range(5_001)])),
    ),
    **{f"a file {where}": ("external_data", partial(written, made)) for where, made in external_everywhere().items()},
    **{
        f"operators of “{domain}”": ("foreign_operators", partial(written, model(graph([call("Op", domain)]))))
        for domain in FOREIGN
    },
    "foreign operators in a branch in a function": (
        "foreign_operators",
        lambda: written(model(functions=[function("f", [branch(graph([call("E", "evil")]))])])),
    ),
}
"""name → (the rule that refuses it, the file)."""


# ---- what only ONNX Runtime can see ----


def weights(**changed: Any) -> bytes:
    """A model that adds a weight whose fields were changed."""
    tensor = weight()
    for name, given in changed.items():
        tensor.ClearField("float_data")
        tensor.ClearField(name)
        value = getattr(tensor, name)
        value.extend(given) if hasattr(value, "extend") else setattr(tensor, name, given)
    return written(model(graph([helper.make_node("Add", ["x", "w"], ["y"])], initializer=[tensor])))


def ends_of(*shape: int) -> bytes:
    made = model()
    for end in (made.graph.input[0], made.graph.output[0]):
        end.CopyFrom(helper.make_tensor_value_info(end.name, FLOAT, shape))
    return written(made)


def texts_of(*shape: int) -> bytes:
    made = model(graph([helper.make_node("Identity", ["x"], ["y"])]))
    for end in (made.graph.input[0], made.graph.output[0]):
        end.CopyFrom(helper.make_tensor_value_info(end.name, TensorProto.STRING, shape))
    return written(made)


def inputs_of(count: int, *shape: int) -> bytes:
    """So many inputs, each small enough alone."""
    names = [f"x{i}" for i in range(count)]
    made = model(graph([helper.make_node("Sum", names, ["y"])]))
    del made.graph.input[:]
    made.graph.input.extend(helper.make_tensor_value_info(name, FLOAT, shape) for name in names)
    return written(made)


def same_names() -> bytes:
    made = model(graph([helper.make_node("Relu", ["x"], ["y"]), helper.make_node("Neg", ["x"], ["y"])]))
    made.graph.input.append(made.graph.input[0])
    return written(made)


def same_weights() -> bytes:
    nodes = [helper.make_node("Add", ["x", "w"], ["y"])]
    return written(model(graph(nodes, initializer=[weight(), weight(), external_free()])))


def external_free() -> onnx.TensorProto:
    other = weight()
    other.float_data[:] = [9.0] * 4
    return other


LOADED: dict[str, tuple[str, Build]] = {
    "large dimensions without data": ("does_not_load", lambda: weights(dims=[2**40])),
    "dimensions whose product overflows": ("does_not_load", lambda: weights(dims=[2**62, 4])),
    "negative dimensions": ("does_not_load", lambda: weights(dims=[-4])),
    "many dimensions": ("does_not_load", lambda: weights(dims=[1] * 50_000)),
    "an unknown type": ("does_not_load", lambda: weights(data_type=999)),
    "text that is numbers": ("does_not_load", lambda: weights(data_type=TensorProto.STRING, raw_data=b"abcd")),
    "too few raw bytes": ("does_not_load", lambda: weights(raw_data=b"abc")),
    "too many raw bytes": ("does_not_load", lambda: weights(raw_data=bytes(1 << 20))),
    "two nodes make one value": ("does_not_load", same_names),
    "an input of terabytes": ("example_mismatch", lambda: ends_of(2**20, 2**20)),
    "an input whose size overflows": ("example_mismatch", lambda: ends_of(2**62, 2**62)),
    "an input of two thousand million texts": ("example_mismatch", lambda: texts_of(2_000_000_000)),
    "sixty inputs that are large together": ("example_mismatch", lambda: inputs_of(60, 9_000_000)),
}
"""name → (the rule of the trial, the file). All of them keep the static rules."""
