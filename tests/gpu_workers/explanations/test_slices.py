"""Occlusion of a study against a loop over its values, and through a real runner against the edit that covers it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

from gpu_workers.explanations.asking import asking
from gpu_workers.inputs.study.edits import edited
from gpu_workers.protocol.asked import blocks, calls_of
from gpu_workers.protocol.edits import Rotate, Window
from gpu_workers.protocol.explained import Layers
from gpu_workers.protocol.explanations import Slices, Stress
from gpu_workers.protocol.interface import DicomInput, Interface, NumberOutput
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.study import Reader
from gpu_workers.runner import Runner
from gpu_workers.runner.postprocess import Reading, reading
from tests.gpu_workers.runner import tiny_models
from tests.studies import study

FIELD = NumberOutput(name="y")
VALUES = np.random.default_rng(4).integers(0, 1000, (5, 8, 12)).astype(np.int16)
GIVEN = Interface((DicomInput(name="x", frames="volume", layout="NDHW"),), (FIELD,))


def mean(path: Path, rank: int) -> Path:
    """y: (n, 1) of x with so many axes, whose places weigh more and more."""
    axes = tiny_models.constant("axes", np.arange(1, rank, dtype=np.int64))
    flat = tiny_models.constant("flat", np.array([-1, 1], np.int64))
    ramp = tiny_models.constant("ramp", np.linspace(0, 1, 12, dtype=np.float32))
    nodes = [
        helper.make_node("Mul", ["x", "ramp"], ["w"]),
        helper.make_node("ReduceMean", ["w", "axes"], ["m"], keepdims=0),
        helper.make_node("Reshape", ["m", "flat"], ["y"]),
    ]
    given = tiny_models.value("x", tiny_models.FLOAT, "n", *[None] * (rank - 1))
    made = tiny_models.value("y", tiny_models.FLOAT, "n", 1)
    return tiny_models.save(path, nodes, [given], [made], [axes, flat, ramp])


def covered(at: Any) -> Any:
    """The study's values with what one edit covers at their smallest."""
    values = VALUES.astype(float)
    first, last = at.frames
    ys, xs = (np.arange(8) + 0.5) / 8, (np.arange(12) + 0.5) / 12
    rows = (ys >= at.y - 1e-9) & (ys < at.y + at.h - 1e-9)
    columns = (xs >= at.x - 1e-9) & (xs < at.x + at.w - 1e-9)
    values[first : last + 1][:, rows[:, None] & columns[None, :]] = 0
    return values


def test_of_a_linear_model_it_is_exact() -> None:
    weights = np.random.default_rng(5).normal(size=VALUES.shape)
    method = Slices(input="x", window=0.25, stride=0.25, fill="black", frames=(0, 3), depth=2, count=5)
    asked = asking(method, GIVEN, {})
    assert len(asked.variants) == calls_of(method, GIVEN, {}) == 33
    cases = [VALUES.astype(float), *(covered(each.edits["x"][0]) for each in asked.variants[1:])]
    found = asked.result([Reading(float((values * weights).sum()), "") for values in cases])
    assert isinstance(found, Layers)
    parts = (VALUES * weights).reshape(5, 4, 2, 4, 3).sum((2, 4))
    expected = np.array([parts[:2].sum(0), parts[3:].sum(0)])
    np.testing.assert_allclose([layer.values for layer in found.layers], expected, rtol=0, atol=1e-9)
    assert [(layer.first, layer.last) for layer in found.layers] == [(0, 1), (3, 4)]
    place = np.unravel_index(np.abs(expected).argmax(), expected.shape)
    assert (found.first, found.strongest.y, found.strongest.x) == ((0, 3)[place[0]], place[1] / 4, place[2] / 4)


def test_no_block_reaches_beyond_the_study() -> None:
    assert blocks(Slices(frames=(0, 4), depth=3, count=5)) == [(0, 2), (4, 4)]
    assert blocks(Slices(count=5)) == [(0, 4)]


@pytest.mark.parametrize("frames", ["volume", "each", "first"])
def test_a_covered_block_is_the_edit_that_covers_it(frames: Any, tmp_path: Path) -> None:
    layout: Any = "NDHW" if frames == "volume" else "NHW"
    interface = Interface((DicomInput(name="x", frames=frames, layout=layout),), (FIELD,))
    data = study(VALUES)
    base: dict[str, Value] = {"x": Blob("", "application/zip", data)}
    runner = Runner(mean(tmp_path / "m.onnx", len(layout)), interface=interface, batch_axis=0)
    runner.start()
    try:
        method = Slices(input="x", window=0.5, stride=0.5, fill="mean", frames=(0, 1), depth=1, count=5)
        asked = asking(method, interface, base)
        answers = runner.vary(base, asked.variants, "y")
        scores = []
        for variant, answer in zip(asked.variants, answers, strict=True):
            [alone] = runner.predict([{"x": Blob("", "", edited(Reader(data), variant.edits.get("x", ()))[0])}])
            scores.append(reading(FIELD, answer["y"], "").score)
            assert scores[-1] == reading(FIELD, alone["y"], "").score
    finally:
        runner.close()
    assert (len(set(scores[5:])) > 1) == (frames != "first")


def test_a_study_is_turned_and_given_other_windows() -> None:
    """The first window, from 40 ± 200, at each severity."""
    base: dict[str, Value] = {"x": Blob("", "", study(VALUES))}
    method = Stress(input="x", changes=("window_narrower", "window_higher", "turn_left"))
    asked = asking(method, GIVEN, base)
    assert len(asked.variants) == calls_of(method, GIVEN, {}) == 16
    edits = [variant.edits["x"][0] for variant in asked.variants[1:]]
    assert edits[0] == Window(center=40, width=360)
    assert edits[9] == Window(center=200, width=400)
    assert edits[14] == Rotate(degrees=-30)
    assert calls_of(Stress(input="x"), GIVEN, {}) == 31
