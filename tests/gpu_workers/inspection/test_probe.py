"""What the trial says of models that need an example, fail, hang, grow, or take more than one kind of input."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from gpu_workers.inspection.probe import examine
from gpu_workers.protocol.findings import BoxesOutput, MaskOutput
from gpu_workers.protocol.interface import (
    Column,
    ImageInput,
    ImageOutput,
    Input,
    Interface,
    LabelOutput,
    NumberInput,
    NumberOutput,
    Output,
    TableInput,
    TextInput,
)
from gpu_workers.protocol.messages import Value
from gpu_workers.runner import Raw, Runner

FLOAT, INT64, BOOL, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Save nodes as a model: ends are (name, type, shape)."""

    def save(
        nodes: list[onnx.NodeProto],
        inputs: list[tuple[str, int, list[int | str] | None]],
        outputs: list[tuple[str, int, list[int | str] | None]],
        weights: dict[str, np.ndarray] | None = None,
    ) -> Path:
        graph = helper.make_graph(
            nodes,
            "g",
            [helper.make_tensor_value_info(*end) for end in inputs],
            [helper.make_tensor_value_info(*end) for end in outputs],
            [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()],
        )
        path = tmp_path / "model.onnx"
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        path.write_bytes(made.SerializeToString())
        path.chmod(0o644)
        for above in (tmp_path, *tmp_path.parents[:2]):
            above.chmod(0o755)
        return path

    return save


def pictures(write: Write) -> Path:
    """float32 [n, 1, h, w] to scores [n, 2]: the mean, and one less the mean."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Sub", ["one", "flat"], ["rest"]),
        helper.make_node("Concat", ["flat", "rest"], ["y"], axis=1),
    ]
    return write(
        nodes, [("x", FLOAT, ["n", 1, 28, 28])], [("y", FLOAT, ["n", 2])], {"one": np.array([[1]], dtype=np.float32)}
    )


GRAY = ImageInput(name="x", size=(28, 28), mode="L", scale=1 / 255)
TWO = LabelOutput(name="y", classes=("bright", "dark"))


def test_a_declared_interface_that_agrees_is_confirmed(write: Write) -> None:
    report = examine(pictures(write), "onnx", Interface((GRAY,), (TWO,)))
    assert (report.verdict, report.rule, report.proposed) == ("ready", "", False), report.reason
    assert report.interface == Interface((GRAY,), (TWO,))
    assert report.batch_axis == 0
    assert report.facts["example"] == "made up: x"
    assert report.answers.keys() == {"y"}
    assert report.memory > 0
    assert report.seconds > 0


DISAGREEING: list[tuple[Input, Output, str]] = [
    (GRAY, LabelOutput(name="y", classes=("a", "b", "c")), "Declare 2 classes"),
    (ImageInput(name="x", size=(28, 28), mode="RGB"), TWO, "Declare mode L"),
    (ImageInput(name="x", size=(32, 28), mode="L"), TWO, "Declare size [28, 28]"),
    (ImageInput(name="x", mode="L"), TWO, "Declare size [28, 28]"),
    (ImageInput(name="x", size=(28, 28), mode="L", layout="NHW"), TWO, "layout of “x”"),
    (ImageInput(name="x", size=(28, 28), mode="L", dtype="uint8"), TWO, "Declare dtype float32"),
    (TextInput(name="x"), TWO, "declared as text"),
    (ImageInput(name="z", tensor="z", mode="L"), TWO, "needs the tensor “z”"),
    (GRAY, NumberOutput(name="y"), "Change the declaration"),
    (GRAY, ImageOutput(name="y"), "Change the declaration"),
    (GRAY, LabelOutput(name="z", tensor="z"), "needs the tensor “z”"),
]


@pytest.mark.parametrize(("taken", "given", "says"), DISAGREEING, ids=[says for _, _, says in DISAGREEING])
def test_a_declared_interface_that_disagrees_is_rejected_and_told_what_to_change(
    taken: Input, given: Output, says: str, write: Write
) -> None:
    report = examine(pictures(write), "onnx", Interface((taken,), (given,)))
    assert (report.verdict, report.rule) == ("rejected", "interface_mismatch")
    assert says in report.reason
    assert report.facts["nodes"] == 4


def test_the_number_of_columns_and_a_forgotten_input_are_named(write: Write) -> None:
    path = write(
        [helper.make_node("Add", ["a", "b"], ["y"])],
        [("a", FLOAT, ["n", 3]), ("b", FLOAT, ["n", 1])],
        [("y", FLOAT, ["n", 3])],
    )
    two = tuple(Column(name=name) for name in ("p", "q"))
    given = LabelOutput(name="y")
    report = examine(path, "onnx", Interface((TableInput(name="a", columns=two), NumberInput(name="b")), (given,)))
    assert "Declare 3 columns" in report.reason
    report = examine(path, "onnx", Interface((NumberInput(name="b"),), (given,)))
    assert "The model also takes “a”" in report.reason


PROPOSALS: list[tuple[int, list[int | str], str, dict[str, object]]] = [
    (FLOAT, ["n", 3, "h", "w"], "image", {"mode": "RGB", "layout": "NCHW", "size": None, "multiple_of": 32}),
    (FLOAT, ["n", 1, 20, 30], "image", {"mode": "L", "layout": "NCHW", "size": (20, 30)}),
    (FLOAT, ["n", 20, 30, 3], "image", {"mode": "RGB", "layout": "NHWC", "size": (20, 30)}),
    (TensorProto.UINT8, ["n", 20, 30, 1], "image", {"mode": "L", "layout": "NHWC", "scale": 1.0, "dtype": "uint8"}),
    (STRING, ["n", 1], "text", {}),
    (STRING, ["n"], "text", {}),
    (FLOAT, ["n", 7], "table", {"dtype": "float32"}),
    (TensorProto.DOUBLE, ["n"], "number", {"dtype": "float64"}),
    (INT64, ["n", 1], "number", {"dtype": "int64"}),
]


@pytest.mark.parametrize(("dtype", "shape", "kind", "fields"), PROPOSALS, ids=[str(row[:2]) for row in PROPOSALS])
def test_an_interface_is_proposed_from_types_and_shapes(
    dtype: int, shape: list[int | str], kind: str, fields: dict[str, object], write: Write
) -> None:
    path = write(
        [helper.make_node("Identity", ["odd name {}"], ["y"])], [("odd name {}", dtype, shape)], [("y", dtype, shape)]
    )
    report = examine(path, "onnx")
    assert report.verdict == "ready", report.reason
    assert report.interface is not None
    assert report.proposed
    (field,) = report.interface.inputs
    assert field.__struct_config__.tag == kind
    assert {name: getattr(field, name) for name in fields} == fields
    assert report.batch_axis == 0, report.batch_note


def test_outputs_that_a_declaration_does_not_name(write: Write) -> None:
    path = write(
        [helper.make_node("Identity", ["x"], ["y"]), helper.make_node("Neg", ["x"], ["z"])],
        [("x", FLOAT, ["n"])],
        [("y", FLOAT, ["n"]), ("z", FLOAT, ["n"])],
    )
    report = examine(path, "onnx", Interface((NumberInput(name="x"),), (NumberOutput(name="y"),)))
    assert report.verdict == "ready", report.reason
    assert report.facts["not_shown"] == [{"name": "z", "why": "The interface does not name it."}]
    both = Interface((NumberInput(name="x"),), (NumberOutput(name="y"), NumberOutput(name="minus", tensor="z")))
    assert examine(path, "onnx", both).facts["not_shown"] == []


@pytest.mark.parametrize("channels", [8, 2])
def test_an_output_that_fits_no_kind_stays_out_of_the_proposal(channels: int, write: Write) -> None:
    path = write(
        [
            helper.make_node("Concat", ["x"] * channels, ["many"], axis=1),
            helper.make_node("Identity", ["x"], ["picture"]),
        ],
        [("x", FLOAT, ["n", 1, "h", "w"])],
        [("many", FLOAT, ["n", channels, "h", "w"]), ("picture", FLOAT, ["n", 1, "h", "w"])],
    )
    report = examine(path, "onnx")
    assert report.proposed, report.reason
    assert report.interface is not None
    assert [field.name for field in report.interface.outputs] == ["picture"]
    left_out = report.facts["not_shown"]
    assert isinstance(left_out, list)
    (left,) = left_out
    assert left["name"] == "many"
    assert f"{channels} channels" in left["why"]


def test_where_no_output_fits_nothing_is_proposed_and_each_reason_is_told(write: Write) -> None:
    path = write(
        [
            helper.make_node("Concat", ["x"] * 8, ["many"], axis=1),
            helper.make_node("Concat", ["x"] * 2, ["two"], axis=1),
        ],
        [("x", FLOAT, ["n", 1, "h", "w"])],
        [("many", FLOAT, ["n", 8, "h", "w"]), ("two", FLOAT, ["n", 2, "h", "w"])],
    )
    report = examine(path, "onnx")
    assert (report.verdict, report.interface, report.facts["not_shown"]) == ("ready", None, [])
    assert "“many” has 8 channels" in str(report.facts["no_proposal"])
    assert "“two” has 2 channels" in str(report.facts["no_proposal"])


def test_planes_as_large_as_the_picture_are_proposed_as_a_mask(write: Write) -> None:
    path = write(
        [helper.make_node("Concat", ["x"] * 4, ["planes"], axis=1)],
        [("x", FLOAT, ["n", 1, 16, 16])],
        [("planes", FLOAT, ["n", 4, 16, 16])],
    )
    report = examine(path, "onnx")
    assert report.interface is not None
    (output,) = report.interface.outputs
    assert isinstance(output, MaskOutput)
    assert output.classes == ("class_0", "class_1", "class_2")


@pytest.mark.parametrize(
    ("shape", "layout", "classes", "objectness"),
    [((1, 6, 84), "columns", 2, False), ((1, 252, 7), "rows", 2, True)],
)
def test_a_cell_at_each_of_three_strides_is_proposed_as_a_box(
    write: Write, shape: tuple[int, ...], layout: str, classes: int, objectness: bool
) -> None:
    """64 × 64 pixels are 64 + 16 + 4 cells of 8, 16 and 32."""
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], keepdims=0),
        helper.make_node("Expand", ["mean", "shape"], ["found"]),
    ]
    inputs = [("x", FLOAT, ["n", 3, 64, 64])]
    path = write(nodes, inputs, [("found", FLOAT, list(shape))], {"shape": np.array(shape, dtype=np.int64)})
    report = examine(path, "onnx")
    assert report.interface is not None
    (output,) = report.interface.outputs
    assert isinstance(output, BoxesOutput)
    assert (output.layout, len(output.classes), output.objectness) == (layout, classes, objectness)
    assert output.format == "cxcywh"


def test_a_shape_that_lies_is_replaced_by_what_was_observed(write: Write) -> None:
    path = write([helper.make_node("Identity", ["x"], ["y"])], [("x", FLOAT, ["n", 5])], [("y", FLOAT, None)])
    report = examine(path, "onnx", example={"x": [1.0, 2.0, 3.0, 4.0, 5.0]})
    observed = report.facts["observed"]
    assert isinstance(observed, dict)
    assert observed["outputs"][0]["shape"] == (1, 5)


def test_a_model_that_mixes_its_neighbours_runs_alone(write: Write) -> None:
    nodes = [
        helper.make_node("ReduceMean", ["x", "axes"], ["mean"], keepdims=1),
        helper.make_node("Sub", ["x", "mean"], ["y"]),
    ]
    path = write(nodes, [("x", FLOAT, ["n", 4])], [("y", FLOAT, ["n", 4])], {"axes": np.array([0], dtype=np.int64)})
    report = examine(path, "onnx", example={"x": [1.0, 2.0, 3.0, 4.0]})
    assert report.batch_axis is None
    assert "cases beside it" in report.batch_note


def test_a_model_of_one_row_runs_alone(write: Write) -> None:
    path = write([helper.make_node("Relu", ["x"], ["y"])], [("x", FLOAT, [1, 4])], [("y", FLOAT, [1, 4])])
    report = examine(path, "onnx", example={"x": [1.0, 2.0, 3.0, 4.0]})
    assert (report.batch_axis, report.batch_note) == (None, "The model takes one case at a time.")


def test_it_asks_for_an_example_where_made_up_values_fail(write: Write) -> None:
    """Indices of 12 rows: made-up ones fit, but the sum over a free length must be 7."""
    nodes = [helper.make_node("Reshape", ["x", "seven"], ["y"])]
    path = write(nodes, [("x", FLOAT, ["n", "k"])], [("y", FLOAT, [1, 7])], {"seven": np.array([1, 7], dtype=np.int64)})
    report = examine(path, "onnx")
    assert (report.verdict, report.rule) == ("rejected", "needs_example")
    assert "example=" in report.reason
    seven: dict[str, Value] = {"x": [1.0] * 7}
    assert examine(path, "onnx", example=seven).verdict == "ready"
    report = examine(path, "onnx", example={"x": [1.0] * 6})
    assert (report.verdict, report.rule) == ("rejected", "example_failed")


@pytest.mark.parametrize(
    ("example", "says"),
    [({"x": "text"}, "another type"), ({"x": [1.0, 2.0]}, "has 2 numbers"), ({"x": [1.0] * 4, "z": 1.0}, "“z”")],
)
def test_an_example_that_does_not_fit_is_named(example: dict[str, Value], says: str, write: Write) -> None:
    path = write([helper.make_node("Relu", ["x"], ["y"])], [("x", FLOAT, ["n", 4])], [("y", FLOAT, ["n", 4])])
    report = examine(path, "onnx", example=example)
    assert (report.verdict, report.rule) == ("rejected", "example_mismatch")
    assert says in report.reason


def test_a_loop_without_end_is_stopped(write: Write) -> None:
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["again"]), helper.make_node("Relu", ["s"], ["t"])],
        "body",
        [
            helper.make_tensor_value_info("i", INT64, []),
            helper.make_tensor_value_info("go", BOOL, []),
            helper.make_tensor_value_info("s", FLOAT, None),
        ],
        [helper.make_tensor_value_info("again", BOOL, []), helper.make_tensor_value_info("t", FLOAT, None)],
    )
    nodes = [helper.make_node("Loop", ["", "true", "x"], ["y"], body=body)]
    path = write(nodes, [("x", FLOAT, ["n", 4])], [("y", FLOAT, ["n", 4])], {"true": np.array(True)})
    report = examine(path, "onnx", seconds=5)
    assert (report.verdict, report.rule) == ("rejected", "too_slow")


def test_a_model_that_grows_beyond_its_memory_is_stopped(write: Write) -> None:
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["big"]),
        helper.make_node("ReduceSum", ["big"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]
    shape = np.array([1_500_000_000], dtype=np.int64)
    path = write(nodes, [("x", FLOAT, ["n", 4])], [("y", FLOAT, ["n", 4])], {"shape": shape})
    report = examine(path, "onnx")
    assert report.verdict == "rejected"
    assert report.rule == "needs_too_much_memory"


def test_a_model_that_does_not_load_says_what_onnx_runtime_says_but_not_where(write: Write, tmp_path: Path) -> None:
    path = write([helper.make_node("NoSuchOperator", ["x"], ["y"])], [("x", FLOAT, [1])], [("y", FLOAT, [1])])
    report = examine(path, "onnx")
    assert (report.verdict, report.rule) == ("rejected", "does_not_load")
    assert "NoSuchOperator" in report.reason
    assert str(tmp_path) not in report.reason


def test_what_the_static_checks_refuse_is_never_run(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x80\x05.")
    path.chmod(0o644)
    report = examine(path, "onnx")
    assert (report.verdict, report.rule, report.facts) == ("rejected", "format_pickle", {})


@pytest.mark.parametrize(("killed", "rule"), [(1, ""), (2, "crashes")])
def test_killed_once_by_somebody_else_is_not_the_models_doing(
    write: Write, monkeypatch: pytest.MonkeyPatch, killed: int, rule: str
) -> None:
    """As a machine does that has no memory left."""
    made = []

    class Mortal(Runner):
        def start(self, *, seconds: float = 60.0) -> None:
            made.append(self)
            super().start(seconds=seconds)

        def run(self, tensors: Mapping[str, Raw], *, seconds: float | None = None) -> dict[str, Raw]:
            if len(made) <= killed:
                self.close()
            return super().run(tensors, seconds=seconds)

    monkeypatch.setattr("gpu_workers.inspection.probe.Runner", Mortal)
    report = examine(pictures(write), "onnx")
    assert (report.verdict, report.rule) == ("rejected" if rule else "ready", rule)
    assert len(made) == 2


@pytest.mark.parametrize(("killed", "axis"), [(1, 0), (2, None)])
def test_killed_once_while_cases_are_joined_does_not_part_them_for_ever(
    write: Write, monkeypatch: pytest.MonkeyPatch, killed: int, axis: int | None
) -> None:
    """After the first run, which is of one case."""
    made, runs = [], []

    class Mortal(Runner):
        def start(self, *, seconds: float = 60.0) -> None:
            made.append(self)
            super().start(seconds=seconds)

        def run(self, tensors: Mapping[str, Raw], *, seconds: float | None = None) -> dict[str, Raw]:
            runs.append(self)
            if len(runs) > 1 and len(made) <= killed:
                self.close()
            return super().run(tensors, seconds=seconds)

    monkeypatch.setattr("gpu_workers.inspection.probe.Runner", Mortal)
    report = examine(pictures(write), "onnx")
    assert (report.verdict, report.batch_axis, len(made)) == ("ready", axis, 2)
    assert ("stopped unexpectedly" in report.batch_note) == (axis is None)
    assert report.memory > 0 or axis is None
