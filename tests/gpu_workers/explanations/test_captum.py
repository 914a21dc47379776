"""Maps and regions against captum's Occlusion and FeatureAblation, of the same network by torch.

`captum.json` holds what captum found; with --long it is asked anew. The tolerance of 1e-5 is that of float32 by two
runtimes: the score moves by up to 0.3.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_workers.explanations.asking import asking, superpixels_of
from gpu_workers.protocol.edits import Mark
from gpu_workers.protocol.explained import Map, Regions, Result
from gpu_workers.protocol.explanations import Ablation, Method, Occlusion
from gpu_workers.protocol.interface import ImageInput, Interface, LabelOutput
from gpu_workers.protocol.messages import Value
from gpu_workers.runner import Runner
from gpu_workers.runner.postprocess import reading
from infra.dev.ground import ROOT
from tests.gpu_workers.runner.test_preprocess import png
from tests.venvs import packages_of

from .attributed import BOXES, CELL, CHANNELS, COUNT, PIXELS, SIDE, TARGET
from .convolving import CLASSES, onnx_file

STORED: dict[str, Any] = json.loads((Path(__file__).parent / "captum.json").read_text())
FIELD = LabelOutput(name="y", classes=CLASSES, activation="softmax")
INTERFACE = Interface((ImageInput(name="x", size=(SIDE, SIDE), scale=1 / 255),), (FIELD,))


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    file = onnx_file(tmp_path_factory.mktemp("captum") / "m.onnx", CHANNELS, SIDE)
    runner = Runner(file, interface=INTERFACE, batch_axis=0)
    runner.start()
    yield runner
    runner.close()


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def found_by(runner: Runner, method: Method) -> Result:
    base: dict[str, Value] = {"x": png(PIXELS)}
    parting = superpixels_of(method)
    labels = None if parting is None else runner.part(base, "x", parting)
    asked = asking(method, INTERFACE, base, labels)
    answers = runner.vary(base, asked.variants, "y")
    return asked.result([reading(FIELD, answer["y"], CLASSES[TARGET]) for answer in answers])


@pytest.mark.parametrize(
    ("stored", "stride", "fill"),
    [("apart", 0.25, "black"), ("overlapping", 0.125, "black"), ("overlapping, mean", 0.125, "mean")],
)
def test_a_map_is_captums(runner: Runner, stored: str, stride: float, fill: Any) -> None:
    """Of one pixel in each cell: captum divides by how many windows cover it, as we do."""
    found = found_by(runner, Occlusion(input="x", window=0.25, stride=stride, fill=fill))
    assert isinstance(found, Map)
    assert found.score == pytest.approx(STORED["score"], abs=1e-5)
    at = (np.arange(0, SIDE, CELL) + 0.5) / SIDE
    rows, columns = (np.searchsorted(borders, at, side="right") - 1 for borders in (found.y, found.x))
    spread = np.array(found.values)[np.ix_(rows, columns)]
    assert np.ptp(spread) > 0.03
    close(spread, STORED[stored])


@pytest.mark.parametrize(("stored", "fill"), [("superpixels", "black"), ("superpixels, mean", "mean")])
def test_superpixels_weigh_as_captum_says(runner: Runner, stored: str, fill: Any) -> None:
    found = found_by(runner, Ablation(input="x", count=COUNT, fill=fill))
    assert isinstance(found, Regions)
    close([found.score - region.covered for region in found.regions], STORED[stored])


def test_marks_weigh_as_captum_says(runner: Runner) -> None:
    corners = [((left / SIDE, top / SIDE), (right / SIDE, bottom / SIDE)) for left, top, right, bottom in BOXES]
    marks = tuple(Mark("box", points) for points in corners)
    found = found_by(runner, Ablation(input="x", regions="marks", marks=marks, fill="black"))
    assert isinstance(found, Regions)
    close([found.score - region.covered for region in found.regions], STORED["marks"])


@pytest.mark.long
def test_captum_still_says_what_is_stored(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("installs captum: only with --long")
    path = os.pathsep.join([str(ROOT), str(packages_of("peers"))])
    command = [sys.executable, "-m", "tests.gpu_workers.explanations.attributed"]
    told = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, check=True, capture_output=True)
    for name, values in json.loads(told.stdout).items():
        np.testing.assert_allclose(values, STORED[name], rtol=0, atol=1e-6)
