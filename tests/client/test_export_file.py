"""ONNX files, bytes and ModelProtos: read as they are, never loaded as code."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from atrium_client import Image, Invalid, Label, Number, Rejected, Table
from atrium_client.export import _arrays, export

DATA = os.environ.get("ATRIUM_DATA", "")


def adding(batch: int | str = "n") -> onnx.ModelProto:
    """y = sum of four values of each row."""
    nodes = [helper.make_node("ReduceSum", ["x"], ["y"], keepdims=1, noop_with_empty_axes=0)]
    if batch == "n":
        axes = helper.make_tensor("axes", TensorProto.INT64, [1], [1])
        nodes = [helper.make_node("ReduceSum", ["x", "axes"], ["y"], keepdims=1)]
        initial = [axes]
    else:
        initial = []
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 1])], initial,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


ROW, SUM = Table("row", columns=["a", "b", "c", "d"], tensor="x"), Number("sum", tensor="y")


def test_path_bytes_and_proto_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(adding(), path)
    hashes = set()
    for given in (path, str(path), path.read_bytes(), adding()):
        with export(given) as exported:
            assert (exported.exporter, exported.batch, exported.interface) == ("file", "unproved", None)
            hashes.add(exported.sha256)
    assert len(hashes) == 1


def test_the_batch_is_proved_on_the_example() -> None:
    with export(adding(), inputs=[ROW], outputs=[SUM], example=[1, 2, 3, 4]) as exported:
        assert exported.batch == "dynamic"


def test_a_model_for_one_row_is_recorded_as_such() -> None:
    with export(adding(batch=1), inputs=[ROW], outputs=[SUM], example=[1, 2, 3, 4]) as exported:
        assert exported.batch == "fixed at 1"
        assert "refused" in exported.note


def test_rows_that_depend_on_each_other_are_not_called_dynamic() -> None:
    model = adding()
    model.graph.node[0].input[1] = ""
    model.graph.node.append(helper.make_node("Expand", ["y", "shape"], ["z"]))
    model.graph.node.insert(1, helper.make_node("Shape", ["x"], ["shape"], end=1))
    model.graph.node[0].attribute[0].i = 0
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n"]))
    with export(model, inputs=[ROW], outputs=[Number("sum", tensor="z")], example=[1, 2, 3, 4]) as exported:
        assert (exported.batch, exported.note) == ("fixed at 1", "“z” of a row depends on its neighbours")


def test_an_interface_that_does_not_run_is_refused() -> None:
    with pytest.raises(Rejected, match="ONNX Runtime cannot run the model on the example"):
        export(adding(), inputs=[Table("row", columns=["a"], tensor="x")], outputs=[SUM], example=[[1]])


def test_half_an_interface_is_refused() -> None:
    with pytest.raises(Invalid, match="together, or neither"):
        export(adding(), inputs=[ROW])


@pytest.mark.parametrize("name", ["model.pt", "model.pkl", "model.joblib", "model.pt2", "model.safetensors"])
def test_pickles_are_not_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"cos\nsystem\n(S'touch /tmp/owned'\ntR.")
    with pytest.raises(Rejected, match=r"loaded by running code.*pass the module or"):
        export(path)


def test_what_is_missing_or_unknown_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="There is no file"):
        export(tmp_path / "nowhere.onnx")
    with pytest.raises(Invalid, match="A state dict holds weights without their model"):
        export({})
    with pytest.raises(Invalid, match=r"Path is a class; give an object of it"):
        export(Path)
    with pytest.raises(Invalid, match="An object of int cannot be uploaded"):
        export(7)


def test_a_side_of_the_interface_is_a_list_of_fields() -> None:
    with pytest.raises(Invalid, match="inputs takes a list of Image"):
        export(adding(), inputs=Image("a"), outputs=[Number("b")])  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="outputs takes a list of Label"):
        export(adding(), inputs=[Image("a")], outputs=["b"])  # type: ignore[list-item]


@pytest.mark.parametrize("example", [[], 5, [5], {"b": 5}, "nowhere.png"])
def test_an_example_that_is_no_picture_is_told(example: Any) -> None:
    with pytest.raises(Invalid, match=r"“a”|takes a;"):
        _arrays([Image("a", size=(8, 8))], example)


def test_the_temporary_file_leaves() -> None:
    with export(adding()) as exported:
        assert exported.path.exists()
    assert not exported.path.parent.exists()


@pytest.mark.skipif(not DATA, reason="ATRIUM_DATA names no folder with the models made by others")
@pytest.mark.parametrize("name", ["cancer", "text_mask", "speech", "spindles"])
def test_models_made_by_others_answer_as_before(name: str) -> None:
    import onnxruntime

    folder = Path(DATA) / "real"
    expected = np.load(folder / "expected" / f"{name}.npz", allow_pickle=False)
    feeds = {key[3:]: expected[key] for key in expected.files if key.startswith("in_")}
    with export(folder / "models" / f"{name}.onnx") as exported:
        answers = onnxruntime.InferenceSession(str(exported.path)).run(None, feeds)
    for index, answer in enumerate(answers):
        assert np.allclose(answer, expected[f"out_{index}"], atol=1e-3 * max(1.0, float(np.abs(answer).max())))


def test_an_image_model_is_run_as_its_interface_says() -> None:
    graph = helper.make_graph(
        [helper.make_node("GlobalAveragePool", ["x"], ["m"]), helper.make_node("Flatten", ["m"], ["y"])], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    image = Image("photo", size=(8, 8), scale=1 / 255, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    label = Label("colour", classes=["red", "green", "blue"])
    with export(model, inputs=[image], outputs=[label], example=np.zeros((20, 30, 3), np.uint8)) as exported:
        assert exported.batch == "dynamic"


_CHILD = """
import os, sys
from atrium_client import Number, Table
from atrium_client.export import _arrays, export
inputs, outputs = [Table("row", columns=list("abcd"), tensor="x")], [Number("sum", tensor="y")]
print(export(sys.argv[1], inputs=inputs, outputs=outputs, example=[1, 2, 3, 4]).batch)
print(os.environ["ORT_DISABLE_TELEMETRY"])
"""


def test_onnxruntime_is_told_to_send_nothing(tmp_path: Path, home: Path) -> None:
    """In an empty home, without the variables that mark a build server, nothing is written."""
    onnx.save(adding(), tmp_path / "model.onnx")
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(tmp_path / "model.onnx")],
        env=environment, capture_output=True, text=True, check=True, cwd="frontend/notebook",
    )  # fmt: skip
    assert done.stdout.split() == ["dynamic", "1"]
    assert list(home.rglob("*")) == []
