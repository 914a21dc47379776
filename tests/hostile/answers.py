"""Models that keep every static rule and do their harm by what they answer."""

import onnx
from onnx import helper

from .graphs import FLOAT, STRING, constant, model, node, size_of_x, value


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
