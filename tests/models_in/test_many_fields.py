"""Models with several inputs and several outputs of every kind, in one request."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from atrium_client import Choice, Column, Endpoint, Image, Invalid, Label, Number, Project, Table, Text
from tests.models_in import plain

FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
SEXES = ("female", "male")
SITES = ("ward", "clinic", "home")
FINDINGS = ["effusion", "none"]


def value(name: str, kind: int, *shape: int | str) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name: str, array: Any, kind: Any = np.float32) -> Any:
    return numpy_helper.from_array(np.asarray(array, kind), name)


def written(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: list[Any]) -> Path:
    graph = helper.make_graph(nodes, "many", inputs, outputs, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def patient_model(folder: Path) -> Path:
    """A film of 8 × 8, an age and a sex's index in; two logits, a risk, a word's number and a picture out.

    The logits are (mean of the film, age / 100 + sex), the risk their product, the picture 1 − film.
    """
    nodes = [
        helper.make_node("ReduceMean", ["film"], ["level"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Unsqueeze", ["level", "one"], ["left"]),
        helper.make_node("Mul", ["age", "hundredth"], ["years"]),
        helper.make_node("Cast", ["sex"], ["sex_number"], to=FLOAT),
        helper.make_node("Add", ["years", "sex_number"], ["right"]),
        helper.make_node("Concat", ["left", "right"], ["logits"], axis=1),
        helper.make_node("Mul", ["left", "right"], ["risk"]),
        helper.make_node("ArgMax", ["logits"], ["word"], axis=1, keepdims=1),
        helper.make_node("Sub", ["unit", "film"], ["negative"]),
    ]
    inputs = [value("film", FLOAT, "n", 1, 8, 8), value("age", FLOAT, "n", 1), value("sex", INT64, "n", 1)]
    outputs = [
        value("logits", FLOAT, "n", 2),
        value("risk", FLOAT, "n", 1),
        value("word", INT64, "n", 1),
        value("negative", FLOAT, "n", 1, 8, 8),
    ]
    constants = [constant("hundredth", 0.01), constant("unit", 1), constant("one", [1], np.int64)]
    return written(folder / "patient.onnx", nodes, inputs, outputs, constants)


def table_model(folder: Path) -> Path:
    """Two rows of a table and a string in; two labels, two numbers and two texts out."""
    nodes = [
        helper.make_node("MatMul", ["vitals", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["shares"], axis=1),
        helper.make_node("ReduceSum", ["vitals", "one"], ["sum"], keepdims=1),
        helper.make_node("ReduceMax", ["blood"], ["peak"], axes=[1], keepdims=1),
        helper.make_node("Identity", ["note"], ["echo"]),
        helper.make_node("ArgMax", ["scores"], ["best"], axis=1, keepdims=1),
    ]
    inputs = [value("vitals", FLOAT, "n", 3), value("blood", FLOAT, "n", 2), value("note", STRING, "n", 1)]
    outputs = [
        value("scores", FLOAT, "n", 2),
        value("shares", FLOAT, "n", 2),
        value("sum", FLOAT, "n", 1),
        value("peak", FLOAT, "n", 1),
        value("echo", STRING, "n", 1),
        value("best", INT64, "n", 1),
    ]
    constants = [constant("weights", [[0.1, -0.2], [1, 0], [0, 0.5]]), constant("one", [1], np.int64)]
    return written(folder / "table.onnx", nodes, inputs, outputs, constants)


class TestAPatient:
    """Image, number and choice in; label, number, text and image out."""

    @pytest.fixture(scope="class")
    def path(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return patient_model(tmp_path_factory.mktemp("patient"))

    @pytest.fixture(scope="class")
    def endpoint(self, path: Path, project: Project) -> Endpoint:
        version = project.upload(
            "patient",
            path,
            inputs=[
                Image("film", size=(8, 8), mode="L", scale=1 / 255),
                Number("age", unit="years", minimum=0, maximum=120),
                Choice("sex", choices=SEXES, dtype="int64", default="female"),
            ],
            outputs=[
                Label("finding", tensor="logits", classes=FINDINGS, activation="softmax"),
                Number("risk", unit="%", scale=100),
                Text("most", tensor="word", classes=FINDINGS),
                Image("negative", mode="L"),
            ],
            example=[np.full((8, 8), 120, np.uint8), 61, "male"],
        )
        assert (version.state, version.batch_axis) == ("ready", 0)
        return version.deploy()

    @pytest.mark.parametrize(("seed", "age", "sex"), [(0, 20, "female"), (1, 71.5, "male"), (2, 0, "female")])
    def test_each_output_is_plain_onnx_runtimes(
        self, seed: int, age: float, sex: str, path: Path, endpoint: Endpoint
    ) -> None:
        film = np.random.default_rng(seed).integers(0, 256, (8, 8), dtype=np.uint8)
        given = {
            "film": plain.tensor(film, scale=1 / 255),
            "age": np.array([[age]], np.float32),
            "sex": np.array([[SEXES.index(sex)]], np.int64),
        }
        expected = plain.run(path, given)
        answer = endpoint.predict({"film": film, "age": age, "sex": sex})
        scores = plain.softmax(expected["logits"][0])
        plain.is_label(answer, "finding", dict(zip(FINDINGS, scores.tolist(), strict=True)))
        plain.is_number(answer, "risk", float(expected["risk"][0, 0]) * 100)
        plain.is_text(answer, "most", FINDINGS[int(expected["word"][0, 0])])
        plain.is_picture(answer, "negative", expected["negative"][0, 0] * 255)

    def test_a_default_fills_what_is_left_out(self, endpoint: Endpoint) -> None:
        film = np.full((8, 8), 9, np.uint8)
        short, full = ({"film": film, "age": 33}, {"film": film, "age": 33, "sex": "female"})
        assert endpoint.predict(short)["risk"] == endpoint.predict(full)["risk"]

    @pytest.mark.parametrize(("age", "sex", "field"), [(121, "male", "age"), (60, "other", "sex")])
    def test_a_value_outside_is_refused_by_its_name(self, age: float, sex: str, field: str, endpoint: Endpoint) -> None:
        with pytest.raises(Invalid, match=field):
            endpoint.predict({"film": np.zeros((8, 8), np.uint8), "age": age, "sex": sex})


class TestTables:
    """Two tables (one with a choice) and a text in; two labels, two numbers and two texts out."""

    @pytest.fixture(scope="class")
    def path(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return table_model(tmp_path_factory.mktemp("table"))

    @pytest.fixture(scope="class")
    def endpoint(self, path: Path, project: Project) -> Endpoint:
        vitals = [Column("pulse", unit="1/min", minimum=20, maximum=250), Column("site", choices=SITES), Column("age")]
        blood = [Column("sodium", unit="mmol/l"), Column("potassium", unit="mmol/l", default=4.1)]
        version = project.upload(
            "tables",
            path,
            inputs=[Table("vitals", columns=vitals), Table("blood", columns=blood), Text("note", max_length=80)],
            outputs=[
                Label("raw", tensor="scores", classes=["a", "b"]),
                Label("share", tensor="shares", classes=["a", "b"]),
                Number("sum"),
                Number("peak", unit="mmol/l"),
                Text("echo"),
                Text("best", classes=["first", "second"]),
            ],
            example={"vitals": [80, "clinic", 50], "blood": [140, 4], "note": "an example"},
        )
        assert (version.state, version.batch_axis) == ("ready", 0)
        return version.deploy()

    @pytest.mark.parametrize(("pulse", "site", "age"), [(72, "ward", 40.5), (180, "home", 91)])
    def test_each_output_is_plain_onnx_runtimes(
        self, pulse: float, site: str, age: float, path: Path, endpoint: Endpoint
    ) -> None:
        note = f"Größe „{site}“ ≥ {age}"
        given = {
            "vitals": np.array([[pulse, SITES.index(site), age]], np.float32),
            "blood": np.array([[138, 4.1]], np.float32),
            "note": np.array([[note]], dtype=object),
        }
        expected = plain.run(path, given)
        answer = endpoint.predict(
            {"vitals": {"pulse": pulse, "site": site, "age": age}, "blood": {"sodium": 138}, "note": note}
        )
        plain.is_label(answer, "raw", dict(zip("ab", expected["scores"][0].tolist(), strict=True)))
        plain.is_label(answer, "share", dict(zip("ab", expected["shares"][0].tolist(), strict=True)))
        plain.is_number(answer, "sum", float(expected["sum"][0, 0]))
        plain.is_number(answer, "peak", 138)
        plain.is_text(answer, "echo", note)
        plain.is_text(answer, "best", ["first", "second"][int(expected["best"][0, 0])])

    def test_a_wrong_choice_is_refused_by_its_column(self, endpoint: Endpoint) -> None:
        with pytest.raises(Invalid, match="site"):
            endpoint.predict({"vitals": [80, "moon", 50], "blood": [140, 4], "note": ""})
