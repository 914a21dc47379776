"""Models of honest tools are accepted, and answer in the sandbox what plain ONNX Runtime answers outside it.

Those of torch, of ONNX Runtime's optimiser and quantizer, and the first of scikit-learn stand in
`tests/gpu_workers/inspection/test_honest_files.py`.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from gpu_workers.inspection import inspect
from gpu_workers.inspection.probe import examine
from gpu_workers.runner import Raw, Runner, RunnerFailed
from tests.exports import set_plain_runtime_up
from tests.models_in import plain

set_plain_runtime_up()

SCRIPT = Path(__file__).with_name("export_sklearn_variety.py")
ONNX = Path(onnx.__file__).parent
PACKAGES = ONNX.parent
DATA = ONNX / "backend" / "test" / "data"
TRAINING = {"test_gradient_of_add", "test_gradient_of_add_and_mul"}

SKLEARN = [
    "forest", "boosting", "svm", "neighbours", "network", "bayes", "descent", "one_against_rest", "votes", "components",
    "polynomial", "tree", "process", "clusters", "outliers", "one_hot", "counts", "columns", "whole_numbers",
]  # fmt: skip
# Of the models that come with the package onnx, each with inputs and the answers that its authors expect.
STANDARD = [
    "pytorch-converted/test_Conv3d_groups", "pytorch-converted/test_ConvTranspose2d",
    "pytorch-converted/test_Embedding_sparse", "pytorch-converted/test_PixelShuffle",
    "pytorch-converted/test_MaxPool3d_stride_padding", "pytorch-operator/test_operator_symbolic_override_nested",
    "pytorch-operator/test_operator_repeat_dim_overflow", "pytorch-operator/test_operator_permute2",
    "simple/test_expand_shape_model1", "simple/test_strnorm_model_monday_casesensintive_upper",
    "simple/test_strnorm_model_monday_empty_output", "simple/test_shrink", "simple/test_sequence_model4",
]  # fmt: skip
EVERY = sorted(
    str(path.parent.relative_to(DATA)) for path in DATA.glob("*/*/model.onnx") if path.parent.name not in TRAINING
)
RUNTIME = ["sigmoid", "mul_1", "logreg_iris"]


@pytest.fixture(scope="module")
def sklearn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("variety")
    command = [sys.executable, "-W", "ignore", str(SCRIPT), str(folder)]
    subprocess.run(command, check=True, timeout=300, stdout=subprocess.DEVNULL)
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


def answers_alike(path: Path, tensors: Mapping[str, Any]) -> dict[str, Raw]:
    """What the runner answers, compared with plain ONNX Runtime's."""
    runner = Runner(path)
    runner.start()
    try:
        found = runner.run(tensors)
    finally:
        runner.close()
    expected = plain.run(path, tensors)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert same(value, found[name]), name
    return found


def same(expected: Any, found: Any) -> bool:
    if isinstance(expected, np.ndarray):
        assert isinstance(found, np.ndarray)
        assert (found.shape, found.dtype.kind) == (expected.shape, expected.dtype.kind)
        if expected.dtype.kind == "f":
            return bool(np.allclose(expected, found, rtol=1e-4, atol=1e-5, equal_nan=True))
        return bool(expected.tolist() == found.tolist())
    assert len(expected) == len(found)
    if expected and isinstance(expected[0], dict):
        near = [{key: pytest.approx(value, rel=1e-4) for key, value in each.items()} for each in expected]
        return bool(near == found)
    return all(same(one, other) for one, other in zip(expected, found, strict=True))


@pytest.mark.parametrize("name", SKLEARN)
def test_scikit_learn(name: str, sklearn: Path) -> None:
    path = sklearn / f"{name}.onnx"
    assert inspect(path, "onnx").rule == ""
    with np.load(sklearn / f"{name}.npz") as saved:
        given = {key: saved[key].astype(object) if saved[key].dtype.kind == "U" else saved[key] for key in saved}
    answers_alike(path, given)


@pytest.mark.parametrize("name", RUNTIME)
def test_what_comes_with_onnx_runtime(name: str) -> None:
    path = PACKAGES / "onnxruntime" / "datasets" / f"{name}.onnx"
    assert inspect(path, "onnx").rule == ""
    shape = {"sigmoid": (3, 4, 5), "mul_1": (3, 2), "logreg_iris": (3, 2)}[name]
    (tensor,) = onnx.load(path).graph.input
    answers_alike(path, {tensor.name: np.linspace(-2, 3, num=int(np.prod(shape)), dtype=np.float32).reshape(shape)})


@pytest.mark.parametrize("name", STANDARD)
def test_what_comes_with_onnx_answers_as_its_authors_expect(name: str) -> None:
    assert answers_as_expected(DATA / name)


@pytest.mark.long
def test_all_that_comes_with_onnx(request: pytest.FixtureRequest) -> None:
    """But for those with operators so old that ONNX Runtime lacks them, and those that take a list."""
    if not request.config.getoption("--long"):
        pytest.skip("takes minutes: --long")
    answered = 0
    for name in EVERY:
        try:
            answered += answers_as_expected(DATA / name)
        except RunnerFailed as failed:
            if "Could not find an implementation" in failed.detail:
                continue
            raise
        assert examine(DATA / name / "model.onnx", "onnx").rule in ("", "needs_example"), name
    assert answered >= 100


def answers_as_expected(folder: Path) -> bool:
    """False where the model takes a list or a map, which no field of an interface gives."""
    path = folder / "model.onnx"
    graph = onnx.load(path).graph
    given = beside(folder, "input", list(graph.input))
    if any(value is None for value in given.values()):
        return False
    found = answers_alike(path, given)
    for name, value in beside(folder, "output", list(graph.output)).items():
        assert value is None or same(value, found[name]), name
    return True


def beside(folder: Path, what: str, ends: list[Any]) -> dict[str, Any]:
    """The first set of values beside a model, by name; None for what is no tensor."""
    values: dict[str, Any] = {}
    for index, end in enumerate(ends):
        path = folder / "test_data_set_0" / f"{what}_{index}.pb"
        if not path.exists():
            continue  # a weight that is named as an input as well
        tensor = onnx.TensorProto()
        values[end.name] = None
        if end.type.WhichOneof("value") == "tensor_type":
            tensor.ParseFromString(path.read_bytes())
            array = numpy_helper.to_array(tensor)
            values[end.name] = array if array.dtype != object else np.vectorize(str, otypes=[object])(array)
    return values


def test_no_model_of_any_installed_package_is_refused() -> None:
    """But for the two that train."""
    paths = sorted(PACKAGES.rglob("*.onnx"))
    assert len(paths) > 100
    refused = {path.parent.name: inspect(path, "onnx").rule for path in paths}
    assert {name: rule for name, rule in refused.items() if rule} == dict.fromkeys(TRAINING, "foreign_operators")
