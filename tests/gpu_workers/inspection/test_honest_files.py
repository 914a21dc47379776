"""Files of honest exporters are accepted, tried, and answer in the sandbox as plain ONNX Runtime does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_workers.inspection import check
from gpu_workers.inspection.probe import examine
from gpu_workers.protocol.messages import Value
from gpu_workers.runner import Raw, Runner
from gpu_workers.runner.tensors import Array

IRIS = [5.1, 3.5, 1.4, 0.2]
ROW = np.linspace(-1, 1, 16).tolist()
IMAGE = np.random.default_rng(0).random((1, 3, 32, 32)).astype(np.float32)

# name, an example by the tensor's name, kinds of inputs and of outputs in the proposal, batch axis
HONEST: list[tuple[str, dict[str, Value], list[str], list[str], int | None]] = [
    ("torch_script", {}, ["image"], ["label"], 0),
    ("torch_dynamo", {}, ["image"], ["label"], 0),
    ("torch_rows", {"x": ROW}, ["table"], ["label"], 0),
    ("torch_second_axis", {}, [], [], 1),
    ("sklearn_maps", {"X": IRIS}, ["table"], ["number", "label"], 0),
    ("sklearn_tensor", {"X": IRIS}, ["table"], ["number", "label"], 0),
    ("sklearn_number", {"X": IRIS[:3]}, ["table"], ["number"], 0),
    ("sklearn_text", {"text": "a fracture of the rib"}, ["text"], ["text", "label"], 0),
    ("ort_basic", {}, ["image"], ["label"], 0),
    ("ort_extended", {}, ["image"], ["label"], 0),
    ("ort_dynamic", {"x": ROW}, ["table"], ["label"], None),
]


def tensor(name: str, example: dict[str, Value]) -> dict[str, Array]:
    if not example:
        axis = np.random.default_rng(1).random((12, 1, 6)).astype(np.float32)
        return {"x": axis if name == "torch_second_axis" else IMAGE}
    ((key, value),) = example.items()
    return {key: np.array([[value]], dtype=object) if isinstance(value, str) else np.array([value], np.float32)}


def plain(path: Path, tensors: dict[str, Array]) -> dict[str, Any]:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, tensors), strict=True))


def same(expected: Any, found: Raw) -> bool:
    if isinstance(expected, np.ndarray):
        assert isinstance(found, np.ndarray)
        if expected.dtype.kind == "f":
            return bool(np.allclose(expected, found, rtol=1e-5, atol=1e-6))
        return bool(expected.tolist() == found.tolist())
    return bool([{key: pytest.approx(value) for key, value in entry.items()} for entry in expected] == found)


@pytest.mark.parametrize(("name", "example", "inputs", "outputs", "axis"), HONEST, ids=[row[0] for row in HONEST])
def test_it_is_accepted_and_understood(
    name: str, example: dict[str, Value], inputs: list[str], outputs: list[str], axis: int | None, exported: Path
) -> None:
    path = exported / f"{name}.onnx"
    report = examine(path, "onnx", example=example)
    assert (report.verdict, report.rule) == ("ready", ""), report.reason
    assert report.batch_axis == axis, report.batch_note
    if report.interface is None:
        assert inputs == []
        assert "x" in str(report.facts["no_proposal"])
    else:
        assert report.proposed
        assert [field.__struct_config__.tag for field in report.interface.inputs] == inputs
        assert [field.__struct_config__.tag for field in report.interface.outputs] == outputs
        assert report.answers.keys() == {field.name for field in report.interface.outputs}
    runner = Runner(path)
    runner.start()
    try:
        found = runner.run(tensor(name, example))
    finally:
        runner.close()
    for output, expected in plain(path, tensor(name, example)).items():
        assert same(expected, found[output]), output


def test_a_dynamically_quantized_model_runs_alone_and_the_report_says_why(exported: Path) -> None:
    report = examine(exported / "ort_dynamic.onnx", "onnx", example={"x": ROW})
    assert report.batch_axis is None
    assert "cases beside it" in report.batch_note


def test_it_says_what_the_file_carries_from_home(exported: Path) -> None:
    facts = check(exported / "torch_dynamo.onnx", "onnx").facts
    assert facts is not None
    assert "stack traces" in facts.carries
    assert facts.producer.startswith("pytorch")
    assert facts.inputs[0].shape == ("n", 3, 32, 32)


def test_foreign_domains_that_no_node_uses_are_no_offence(exported: Path) -> None:
    facts = check(exported / "ort_extended.onnx", "onnx").facts
    assert facts is not None
    assert "org.pytorch.aten" in facts.opsets
    assert set(facts.operators) == {"ai.onnx", "com.microsoft"}


@pytest.mark.parametrize("name", ["cancer", "speech", "spindles", "text_mask"])
def test_real_models_pass(name: str, real_models: Path) -> None:
    report = examine(real_models / f"{name}.onnx", "onnx")
    assert (report.verdict, report.rule) == ("ready", ""), report.reason
    expected = np.load(real_models.parent / "expected" / f"{name}.npz", allow_pickle=False)
    inputs = {key.removeprefix("in_"): expected[key] for key in expected.files if key.startswith("in_")}
    runner = Runner(real_models / f"{name}.onnx")
    runner.start()
    try:
        found = runner.run(inputs)
    finally:
        runner.close()
    for index, output in enumerate(expected["out_names"].tolist()):
        wanted, got = expected[f"out_{index}"], found[output]
        assert isinstance(got, np.ndarray)
        assert np.abs(wanted.astype(float) - got.astype(float)).max() <= 1e-3 * max(np.ptp(wanted), 1e-6), output
