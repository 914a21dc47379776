"""Rows of a file as tensors, and what is answered to each of them, beside ONNX Runtime itself."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import helper

from gpu_workers.inspection.agreement import Disagreement, check_inputs
from gpu_workers.protocol.answers import Spread, TableAnswer
from gpu_workers.protocol.interface import FileColumn, Interface, NumberOutput, TableFileInput, TableOutput
from gpu_workers.protocol.messages import Blob
from gpu_workers.protocol.rendering import KINDS
from gpu_workers.rows import Rows, packed
from gpu_workers.runner import Signature, TensorInfo
from gpu_workers.runner.binding import Unbound, bound_inputs
from gpu_workers.runner.failure import Mismatch, Unanswered
from gpu_workers.runner.postprocess import answers
from gpu_workers.runner.preprocess import rows_placed
from gpu_workers.runner.runner import Runner

from .tiny_models import FLOAT, INT64, STRING, constant, save, value

COLUMNS = (
    FileColumn(name="age"),
    FileColumn(name="sex", choices=("f", "m")),
    FileColumn(name="ward", type="text", tensor="ward_in"),
    FileColumn(name="crp", optional=True),
)
CELLS: list[list[Any]] = [[61.0, 7.5, 30.0], ["f", "m", "m"], ["north", "south", "north"], [1.25, None, 3.0]]
FIELD = TableFileInput(name="patients", columns=COLUMNS, tensors="columns")
NUMBERS = TableFileInput(name="patients", columns=(*COLUMNS[:2], COLUMNS[3]))


def blob(columns: tuple[FileColumn, ...] = COLUMNS, cells: list[list[Any]] = CELLS) -> Blob:
    return Blob("", KINDS["rows"], packed(Rows(columns, "float32", cells)))


def pipeline(path: Path) -> Path:
    """By columns, strings among them: scores of (0, age + 10 · is-north), and the sex as a number."""
    nodes = [
        helper.make_node(
            "LabelEncoder", ["ward_in"], ["north"], domain="ai.onnx.ml", keys_strings=["north"], values_floats=[10.0]
        ),
        helper.make_node("Add", ["age", "north"], ["score"]),
        helper.make_node("Mul", ["score", "zero"], ["nothing"]),
        helper.make_node("Concat", ["nothing", "score"], ["scores"], axis=1),
        helper.make_node("Cast", ["sex"], ["sex_out"], to=FLOAT),
        helper.make_node("Identity", ["crp"], ["crp_out"]),
    ]
    inputs = [value("age", FLOAT, "n", 1), value("sex", INT64, "n", 1), value("ward_in", STRING, "n", 1)]
    outputs = [value("scores", FLOAT, "n", 2), value("sex_out", FLOAT, "n", 1), value("crp_out", FLOAT, "n", 1)]
    return save(path, nodes, [*inputs, value("crp", FLOAT, "n", 1)], outputs, [constant("zero", np.float32(0))])


OUTPUTS = (
    TableOutput(name="scores", each="label", classes=("low", "high"), activation="softmax"),
    TableOutput(name="sex_out", each="text", classes=("woman", "man")),
    TableOutput(name="crp_out", unit="mg/l", scale=2),
)


def test_rows_are_answered_one_by_one_as_onnx_runtime_does(tmp_path: Path) -> None:
    model = pipeline(tmp_path / "model.onnx")
    interface = Interface((FIELD,), OUTPUTS)
    runner = Runner(model, interface=interface, batch_axis=0)
    runner.start()
    try:
        two, one = blob(), blob(cells=[cells[:1] for cells in CELLS])
        found = runner.predict([{"patients": two}, {"patients": one}])
    finally:
        runner.close()
    feeds = {
        "age": np.array([[61], [7.5], [30]], np.float32),
        "sex": np.array([[0], [1], [1]]),
        "ward_in": np.array([["north"], ["south"], ["north"]], dtype=object),
        "crp": np.array([[1.25], [np.nan], [3]], np.float32),
    }
    (scores,) = onnxruntime.InferenceSession(model).run(["scores"], feeds)
    told = answers(interface, found[0], {"patients": two})
    likely = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert told["crp_out"] == TableAnswer(
        told["crp_out"].columns,  # type: ignore[union-attr]
        ((2.5,), (None,), (6.0,)),
        "patients",
        spread=Spread(2.5, 4.25, 6.0),
    )
    labels = told["scores"]
    assert isinstance(labels, TableAnswer)
    assert [row[0] for row in labels.rows] == ["high", "high", "high"]
    assert np.allclose(np.array([row[1] for row in labels.rows], float), likely[:, 1], atol=1e-6)
    assert labels.counts == (("high", 3),)
    assert told["sex_out"].counts == (("man", 2), ("woman", 1))  # type: ignore[union-attr]
    assert len(answers(interface, found[1], {"patients": one})["scores"].rows) == 1  # type: ignore[union-attr]


def signature(*inputs: TensorInfo) -> Signature:
    return Signature(inputs, (TensorInfo("y", "float32", ("n", 1)),))


def test_one_tensor_takes_numbers_and_places_of_choices() -> None:
    interface = Interface((NUMBERS,), (TableOutput(name="y"),))
    (bound,) = bound_inputs(interface, signature(TensorInfo("x", "float32", ("n", 3))))
    tensors = rows_placed(bound, blob(NUMBERS.columns, [CELLS[0], CELLS[1], CELLS[3]]))
    expected = np.array([[61, 0, 1.25], [7.5, 1, np.nan], [30, 1, 3]], np.float32)
    assert np.array_equal(tensors["x"], expected, equal_nan=True)
    assert tensors["x"].dtype == np.float32


def test_a_type_without_a_value_for_nothing_is_told() -> None:
    field = TableFileInput(name="t", columns=(COLUMNS[3],), tensors="columns")
    (bound,) = bound_inputs(Interface((field,), ()), signature(TensorInfo("crp", "int64", ("n",))))
    with pytest.raises(Mismatch, match="“crp” has an empty cell"):
        rows_placed(bound, blob((COLUMNS[3],), [CELLS[3]]))
    assert rows_placed(bound, blob((COLUMNS[3],), [[1.0, 2.0]]))["crp"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("field", "tensors", "told"),
    [
        (NUMBERS, [TensorInfo("x", "float32", ("n", 4))], "Declare 4 columns"),
        (NUMBERS, [TensorInfo("x", "float64", ("n", 3))], "Declare dtype float64"),
        (NUMBERS, [TensorInfo("x", "float32", (1, 3))], "takes 1 rows at once"),
        (
            TableFileInput(name="t", columns=(COLUMNS[0],), tensors="columns"),
            [TensorInfo("age", "string", ("n", 1))],
            "“age” of “t” is declared as number",
        ),
        (
            TableFileInput(name="t", columns=(COLUMNS[0],), tensors="columns"),
            [TensorInfo("age", "float32", ("n", 3))],
            "is one value a row",
        ),
    ],
    ids=["columns", "type", "rows", "text", "width"],
)
def test_a_declaration_that_does_not_fit_the_model_is_told(
    field: TableFileInput, tensors: list[TensorInfo], told: str
) -> None:
    with pytest.raises(Disagreement, match=told):
        check_inputs(Interface((field,), (TableOutput(name="y"),)), signature(*tensors))


def test_a_column_without_a_tensor_is_told() -> None:
    with pytest.raises(Unbound, match="the column “sex” of “patients” needs the tensor “sex”"):
        bound_inputs(Interface((FIELD,), OUTPUTS), signature(TensorInfo("age", "float32", ("n", 1))))


@pytest.mark.parametrize(
    ("output", "raw", "told"),
    [
        (OUTPUTS[2], np.zeros((2, 1), np.float32), "each of the 3 rows of “patients”, but has the shape"),
        (OUTPUTS[2], np.zeros((3, 2), np.float32), "one value for each row"),
        (OUTPUTS[0], np.zeros((3, 3), np.float32), "names 2 classes"),
        (OUTPUTS[0], np.full((3, 2), np.nan, np.float32), "not a finite number"),
        (OUTPUTS[0], [{"a": 1.0}, {"a": 1.0}, {"b": 1.0}], "one map of scores for each row"),
    ],
    ids=["rows", "values", "classes", "finite", "maps"],
)
def test_an_answer_that_is_none_for_each_row_is_told(output: TableOutput, raw: Any, told: str) -> None:
    with pytest.raises(Unanswered, match=told):
        answers(Interface((FIELD,), (output,)), {output.name: raw}, {"patients": blob()})


def test_maps_of_scores_are_read_as_scikit_learn_writes_them() -> None:
    field = TableOutput(name="p", each="label")
    raw: Any = [{"no": 0.75, "yes": 0.25}, {"no": 0.5, "yes": 0.5}, {"no": 0.125, "yes": 0.875}]
    told = answers(Interface((FIELD,), (field,)), {"p": raw}, {"patients": blob()})["p"]
    assert isinstance(told, TableAnswer)
    assert told.rows == (("no", 0.75), ("no", 0.5), ("yes", 0.875))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: TableFileInput(name="t", columns=(COLUMNS[2],)), "declare tensors: columns"),
        (lambda: TableFileInput(name="t", columns=(COLUMNS[0], COLUMNS[0])), "names the column “age” twice"),
        (lambda: TableFileInput(name="t", columns=(COLUMNS[3],), dtype="int64"), "has no NaN"),
        (
            lambda: TableFileInput(name="t", columns=(FileColumn(name="a", type="text", choices=("b",)),)),
            "its type out",
        ),
        (
            lambda: TableFileInput(
                name="t", columns=tuple(FileColumn(name=str(i)) for i in range(200)), max_rows=10_000
            ),
            "5,000 rows are the most",
        ),
    ],
    ids=["text", "twice", "nothing", "choices", "cells"],
)
def test_a_declaration_that_contradicts_itself_is_told(make: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Interface((make(),), (NumberOutput(name="y"),))


def test_rows_are_answered_only_where_there_are_any() -> None:
    with pytest.raises(ValueError, match="there is no table_file “other”"):
        Interface((NUMBERS,), (TableOutput(name="y", input="other"),))
