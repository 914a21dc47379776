"""Models that run in steps: constants, windows with a state, one model behind another; in the real sandbox."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper

from gpu_workers.inspection.probe import examine
from gpu_workers.protocol.answers import TextAnswer
from gpu_workers.protocol.interface import (
    Column,
    Crop,
    ImageInput,
    Interface,
    LabelOutput,
    NumberOutput,
    Step,
    TableInput,
    TextOutput,
)
from gpu_workers.protocol.steps import Carried, Constant, Feed, Windows
from gpu_workers.runner import Runner
from gpu_workers.runner.postprocess import answers
from gpu_workers.runner.steps import cut, join
from tests.gpu_workers.bundles import bundle
from tests.gpu_workers.runner.test_preprocess import png
from tests.gpu_workers.runner.tiny_models import FLOAT, INT64, constant, save, value

ROW = TableInput(name="x", columns=tuple(Column(name=str(index)) for index in range(10)))
VALUES = [float(each) for each in range(1, 11)]


def adding(path: Path) -> Path:
    """y = rate * (sum of x) + state; the state becomes y. x is (1, n), y and the state (1, 1), rate a scalar int64."""
    nodes = [
        helper.make_node("ReduceSum", ["x", "last"], ["sum"], keepdims=1),
        helper.make_node("Cast", ["rate"], ["real"], to=FLOAT),
        helper.make_node("Mul", ["sum", "real"], ["scaled"]),
        helper.make_node("Add", ["scaled", "state"], ["y"]),
        helper.make_node("Identity", ["y"], ["state_out"]),
    ]
    ends = [value("x", FLOAT, "n", "t"), value("state", FLOAT, "n", 1), value("rate", INT64)]
    outs = [value("y", FLOAT, "n", 1), value("state_out", FLOAT, "n", 1)]
    return save(path, nodes, ends, outs, [constant("last", np.array([-1]))])


def squares(path: Path) -> Path:
    node = helper.make_node("Mul", ["a", "a"], ["b"])
    return save(path, [node], [value("a", FLOAT, "n", "m")], [value("b", FLOAT, "n", "m")])


RATE = Constant(tensor="rate", values=(2.0,))
STATE = Carried(tensor="state", output="state_out", shape=(1, 1), start=5.0)
FOUR = Windows(tensor="x", size=4)


def answered(path: Path, format: str, interface: Interface, values: dict[str, Any]) -> dict[str, Any]:
    runner = Runner(path, format=format, interface=interface)
    try:
        runner.start()
        return runner.predict([values])[0]
    finally:
        runner.close()


def test_a_state_goes_from_window_to_window(tmp_path: Path) -> None:
    step = Step(name="add", constants=(RATE,), carried=(STATE,), windows=FOUR)
    outputs = (LabelOutput(name="sums", tensor="y"), NumberOutput(name="left", tensor="state_out"))
    found = answered(adding(tmp_path / "m.onnx"), "onnx", Interface((ROW,), outputs, (step,)), {"x": VALUES})
    sums = 5 + 2 * np.cumsum([1 + 2 + 3 + 4, 5 + 6 + 7 + 8, 9 + 10])
    np.testing.assert_array_equal(found["sums"][:, 0], sums)
    np.testing.assert_array_equal(found["left"], [[sums[-1]]])


def test_one_model_feeds_the_other_and_both_can_answer(tmp_path: Path) -> None:
    files = {"add.onnx": adding(tmp_path / "a.onnx"), "square.onnx": squares(tmp_path / "b.onnx")}
    steps = (
        Step(name="square", file="square.onnx"),
        Step(
            name="add",
            file="add.onnx",
            constants=(RATE, Constant(tensor="state", values=(1.0,), shape=(2, 1))),
            feeds=(Feed(tensor="x", step="square", output="b", shape=(2, -1), scale=0.5, offset=1.0),),
        ),
    )
    outputs = (LabelOutput(name="sums", tensor="y"), LabelOutput(name="squared", tensor="b", step="square"))
    path = bundle(tmp_path / "bundle", files)
    interface = Interface((ROW,), outputs, steps)
    found = answered(path, "bundle", interface, {"x": VALUES})
    squared = np.square(np.arange(1, 11))
    np.testing.assert_array_equal(found["squared"], [squared])
    np.testing.assert_array_equal(found["sums"], 1 + 2 * (squared.reshape(2, 5) / 2 + 1).sum(axis=1, keepdims=True))
    report = examine(path, "bundle", interface, {"x": VALUES})
    assert (report.verdict, report.batch_axis) == ("ready", None), report.reason
    assert report.interface == interface


def test_windows_can_be_one_call(tmp_path: Path) -> None:
    step = Step(name="one", windows=Windows(tensor="a", size=5, stacked=True))
    outputs = (LabelOutput(name="b"),)
    found = answered(squares(tmp_path / "m.onnx"), "onnx", Interface((ROW,), outputs, (step,)), {"x": VALUES})
    np.testing.assert_array_equal(found["b"], np.square(np.arange(1, 11)).reshape(2, 5))


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 9), st.integers(0, 5), st.booleans())
def test_windows_are_cut_as_a_loop_would(length: int, size: int, step: int, before: int, whole: bool) -> None:
    windows = Windows(tensor="x", size=size, step=step, before=before, whole=whole)
    signal = [0.0] * before + [float(each + 1) for each in range(length)]
    expected, start = [], 0
    while True:
        window = signal[start : start + size]
        if start and (len(window) < size and whole):
            break
        expected.append(window + [0.0] * (size - len(window)))
        if start + size >= len(signal):
            break
        start += step or size
    found = [window[0].tolist() for window in cut(windows, np.array([signal[before:]]))]
    assert found == expected


def test_answers_are_trimmed_and_joined() -> None:
    parts = [np.arange(6).reshape(1, 6) + 10 * index for index in range(3)]
    joined = join(Windows(tensor="x", size=1, axis_out=1, trim=2), list(parts), "y")
    assert joined.tolist() == [[2, 3, 12, 13, 22, 23]]


def standing_out(path: Path) -> Path:
    """The picture itself as a map."""
    node = helper.make_node("Identity", ["page"], ["map"])
    return save(path, [node], [value("page", FLOAT, "n", 1, "h", "w")], [value("map", FLOAT, "n", 1, "h", "w")])


def strokes(path: Path) -> Path:
    """Of each column how dark and how bright it is: the blank, and a stroke."""
    nodes = [
        helper.make_node("ReduceMean", ["line", "rows"], ["bright"], keepdims=0),
        helper.make_node("Sub", ["one", "bright"], ["dark"]),
        helper.make_node("Concat", ["dark", "bright"], ["both"], axis=1),
        helper.make_node("Transpose", ["both"], ["scores"], perm=[0, 2, 1]),
    ]
    held = [constant("rows", np.array([2])), constant("one", np.array(1, dtype=np.float32))]
    ends = [value("line", FLOAT, 1, 1, 8, "w")]
    return save(path, nodes, ends, [value("scores", FLOAT, 1, "t", 2)], held)


def test_what_stands_out_is_cropped_and_read(tmp_path: Path) -> None:
    page = ImageInput(name="page", mode="L", scale=1 / 255)
    line = ImageInput(
        name="line", tensor="line", size=(8, 4), resize="height", free_width=True, mode="L", scale=1 / 255
    )
    crop = Crop(image="page", step="find", output="map", picture=line, grow=0.0)
    steps = (Step(name="find", file="find.onnx"), Step(name="read", file="read.onnx", crop=crop))
    text = TextOutput(name="text", tensor="scores", classes=("|",), decode="ctc")
    files = {"find.onnx": standing_out(tmp_path / "a.onnx"), "read.onnx": strokes(tmp_path / "b.onnx")}
    path = bundle(tmp_path / "bundle", files)
    interface = Interface((page,), (text, LabelOutput(name="found")), steps)
    pixels = np.zeros((40, 60), np.uint8)
    pixels[4:12, 4:20] = 255
    pixels[20:28, 10:50] = 255
    pixels[20:28, 24:27] = 150  # dim columns in the middle of a line: still one region, read as one stroke
    found = answered(path, "bundle", interface, {"page": png(pixels)})
    np.testing.assert_allclose(
        found["found"][0, :, :4] * [60, 40, 60, 40], [[4, 4, 20, 12], [10, 20, 50, 28]], rtol=1e-6
    )
    assert answers(Interface((page,), (text,), steps), found)["text"] == TextAnswer("|\n|")
    nothing = answered(path, "bundle", interface, {"page": png(np.zeros((40, 60)))})
    assert nothing["found"].shape == (1, 0, 6)
    assert answers(Interface((page,), (text,), steps), nothing)["text"] == TextAnswer("")
    assert examine(path, "bundle", Interface((page,), (text,), steps)).verdict == "ready"


WRONG: dict[str, tuple[Step, str]] = {
    "left open": (Step(name="s", windows=FOUR, constants=(RATE,)), "The model also takes “state”"),
    "another shape": (
        Step(name="s", constants=(Constant(tensor="rate", values=(2.0,)), Constant(tensor="state", values=(0.0,)))),
        "“state” of the step “s” has the shape \\[\\], but the model takes float32 \\[n, 1\\]",
    ),
    "no such answer": (
        Step(name="s", constants=(RATE,), windows=FOUR, carried=(Carried(tensor="state", output="h", shape=(1, 1)),)),
        "takes “h” of a model that answers “y”, “state_out”",
    ),
    "no such tensor": (
        Step(name="s", constants=(RATE, Constant(tensor="sr", values=(1.0,))), carried=(STATE,), windows=FOUR),
        "fills “sr”, but its model takes “x”, “state”, “rate”",
    ),
    "no such file": (Step(name="s", file="other.onnx"), "names the model “other.onnx”"),
}


@pytest.mark.parametrize("name", WRONG)
def test_steps_that_disagree_are_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    step, says = WRONG[name]
    interface = Interface((ROW,), (LabelOutput(name="y"),), (step,))
    report = examine(adding(tmp_path / "m.onnx"), "onnx", interface)
    assert report.verdict == "rejected"
    assert re.search(says, report.reason), report.reason


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((Step(name="a"), Step(name="a")), "stands there twice"),
        ((Step(name="a", feeds=(Feed(tensor="x", step="b", output="y"),)), Step(name="b")), "no step before it"),
        ((Step(name="a", carried=(STATE,)),), "say windows"),
        ((Step(name="a", carried=(STATE,), windows=Windows(tensor="x", size=4, stacked=True)),), "nothing is carried"),
        ((Step(name="a", constants=(RATE, RATE)),), "filled twice"),
        ((Step(name="a", constants=(Constant(tensor="x", values=(1.0,), shape=(9000, 9000)),)),), "are the most"),
        ((Step(name="a", constants=(Constant(tensor="x", values=(1.0, 2.0), shape=(3,)),)),), "2 values for 3 places"),
    ],
)
def test_what_contradicts_itself_is_said(steps: tuple[Step, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Interface((ROW,), (LabelOutput(name="y"),), steps)
