"""A runner in the real sandbox."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from gpu_workers.protocol.interface import (
    Column,
    ImageInput,
    Interface,
    LabelOutput,
    NumberInput,
    NumberOutput,
    TableInput,
    TextInput,
    TextOutput,
)
from gpu_workers.runner import Runner, RunnerFailed
from gpu_workers.sandbox import Limits
from tests.gpu_workers.confined import interpreters
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.runner.test_preprocess import png

ROW = TableInput(name="x", columns=(Column(name="a"), Column(name="b"), Column(name="c")))
Start = Callable[..., Runner]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Runner] = []

    def begin(make: Callable[[Path], Path], **options: Any) -> Runner:
        runner = Runner(make(tmp_path / f"{make.__name__}.onnx"), **options)
        started.append(runner)
        runner.start()
        return runner

    yield begin
    for runner in started:
        runner.close()


def test_runs_bare_tensors(start: Start) -> None:
    runner = start(tiny_models.linear)
    signature = runner.signature()
    assert [(info.name, info.dtype, info.shape) for info in signature.inputs] == [("x", "float32", ("n", 3))]
    assert [(info.name, info.dtype) for info in signature.outputs] == [("scores", "float32")]
    got = runner.run({"x": np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32)})["scores"]
    np.testing.assert_array_equal(got, [[4, -1], [10, -1]])


def test_strings_cross_without_pickles(start: Start) -> None:
    runner = start(tiny_models.echo)
    said = runner.run({"t": np.array([["Grüße"], ["\x00\n"]], dtype=object)})["said"]
    assert np.asarray(said).tolist() == [["Grüße"], ["\x00\n"]]


def test_lists_of_maps_cross(start: Start) -> None:
    runner = start(tiny_models.mapped)
    assert runner.signature().outputs[0].dtype.startswith("seq(map")
    got = runner.run({"x": np.array([[0.5, 0.25, 0.125]], dtype=np.float32)})["scores"]
    assert got == [{"b": 0.5, "a": 0.25, "c": 0.125}]


def test_large_tensors_cross(start: Start) -> None:
    runner = start(tiny_models.inverted)
    picture = np.random.default_rng(1).random((1, 1, 2000, 2500), dtype=np.float32)
    np.testing.assert_array_equal(runner.run({"x": picture})["y"], 1 - picture)


def test_predicts_by_the_interface(start: Start) -> None:
    interface = Interface((ROW,), (LabelOutput(name="label", tensor="scores"),))
    runner = start(tiny_models.linear, interface=interface)
    assert [np.asarray(answer["label"]).tolist() for answer in runner.predict([{"x": [1.0, 2.0, 3.0]}])] == [[[4, -1]]]


def test_a_batch_answers_as_single_cases_do(start: Start) -> None:
    interface = Interface((ROW,), (LabelOutput(name="scores"),))
    cases: Any = [{"x": [float(index), 1.0, -2.0]} for index in range(9)]
    runner = start(tiny_models.linear, interface=interface, batch_axis=0)
    together = runner.predict(cases)
    assert runner.measured.largest == 9
    alone = [runner.predict([case])[0] for case in cases]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(np.asarray(one["scores"]), np.asarray(other["scores"]))


def test_maps_and_text_are_parted_too(start: Start) -> None:
    runner = start(tiny_models.mapped, interface=Interface((ROW,), (LabelOutput(name="scores"),)), batch_axis=0)
    first, second = runner.predict([{"x": [1.0, 2.0, 3.0]}, {"x": [4.0, 5.0, 6.0]}])
    assert (first["scores"], second["scores"]) == ([{"b": 1, "a": 2, "c": 3}], [{"b": 4, "a": 5, "c": 6}])
    runner = start(
        tiny_models.echo, interface=Interface((TextInput(name="t"),), (TextOutput(name="said"),)), batch_axis=0
    )
    said = [np.asarray(answer["said"]).tolist() for answer in runner.predict([{"t": "a"}, {"t": "b"}])]
    assert said == [[["a"]], [["b"]]]


def test_pictures_of_different_sizes_share_no_call(start: Start) -> None:
    interface = Interface((ImageInput(name="x"),), (NumberOutput(name="y"),))
    runner = start(tiny_models.brightness, interface=interface, batch_axis=0)
    pictures = [png(np.full((side, side, 3), side)) for side in (8, 16, 8, 24)]
    answers = runner.predict([{"x": picture} for picture in pictures])
    assert [np.asarray(answer["y"]).tolist() for answer in answers] == [[8], [16], [8], [24]]
    assert runner.measured.largest == 2


def test_without_a_batch_axis_nothing_is_joined(start: Start) -> None:
    runner = start(tiny_models.neighbours, interface=Interface((ROW,), (LabelOutput(name="scores"),)))
    for answer in runner.predict([{"x": [1.0, 2.0, 3.0]}, {"x": [5.0, 6.0, 7.0]}]):
        assert np.asarray(answer["scores"]).tolist() == [[0, 0, 0]]
    assert runner.measured.largest == 1


def test_an_exception_is_told_and_the_runner_goes_on(start: Start) -> None:
    interface = Interface((NumberInput(name="x", dtype="int64"),), (NumberOutput(name="y"),))
    runner = start(tiny_models.picky, interface=interface)
    with pytest.raises(RunnerFailed) as failed:
        runner.predict([{"x": 9.0}])
    assert failed.value.code == "model_failed"
    assert failed.value.alive
    assert "out of data bounds" in failed.value.detail
    assert np.asarray(runner.predict([{"x": 2.0}])[0]["y"]).tolist() == [12]


def test_a_missing_tensor_fails_the_start(tmp_path: Path) -> None:
    interface = Interface((ROW,), (LabelOutput(name="scores", tensor="nowhere"),))
    runner = Runner(tiny_models.linear(tmp_path / "m.onnx"), interface=interface)
    with pytest.raises(RunnerFailed, match="nowhere") as failed:
        runner.start()
    assert failed.value.code == "model_failed"
    assert not runner.alive()


def test_no_model_fails_the_start(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"no model")
    (tmp_path / "m.onnx").chmod(0o644)
    with pytest.raises(RunnerFailed) as failed:
        Runner(tmp_path / "m.onnx").start()
    assert failed.value.code == "model_failed"


def test_weights_outside_the_file_are_not_read(tmp_path: Path) -> None:
    model = onnx.load(tiny_models.linear(tmp_path / "inside.onnx"))
    onnx.save(model, tmp_path / "m.onnx", save_as_external_data=True, location="secret.bin", size_threshold=0)
    for path in tmp_path.iterdir():
        path.chmod(0o644)
    with pytest.raises(RunnerFailed) as failed:
        Runner(tmp_path / "m.onnx").start()
    assert failed.value.code == "model_failed"


def test_an_endless_loop_is_killed_at_its_time(start: Start) -> None:
    runner = start(tiny_models.endless)
    with pytest.raises(RunnerFailed) as failed:
        runner.run({"x": np.ones(1, dtype=np.float32)}, seconds=0.5)
    assert failed.value.code == "model_too_slow"
    assert not runner.alive()


def test_kill_from_another_thread_ends_a_call(start: Start) -> None:
    runner = start(tiny_models.endless)
    (child,) = interpreters()
    idle = child.cpu_times().user

    def kill_it_at_work() -> None:
        while child.cpu_times().user < idle + 0.2:
            time.sleep(0.01)
        runner.kill("model_too_slow")

    killer = threading.Thread(target=kill_it_at_work)
    killer.start()
    with pytest.raises(RunnerFailed) as failed:
        runner.run({"x": np.ones(1, dtype=np.float32)})
    killer.join()
    assert failed.value.code == "model_too_slow"


def test_too_much_memory_has_its_code(start: Start) -> None:
    runner = start(tiny_models.hungry, limits=Limits(memory=300 << 20))
    assert np.asarray(runner.run({"x": np.array([1])})["y"]).tolist() == [1_000_000]
    with pytest.raises(RunnerFailed) as failed:
        runner.run({"x": np.array([100])})
    assert failed.value.code == "model_out_of_memory"
    assert "0.3 GiB" in failed.value.message
