"""Assign to Finished, through a real Valkey and a real runner."""

import asyncio
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from gpu_workers.protocol.answers import ImageAnswer, LabelAnswer, NumberAnswer
from gpu_workers.protocol.interface import (
    Column,
    ImageInput,
    ImageOutput,
    Interface,
    LabelOutput,
    NumberInput,
    NumberOutput,
    TableInput,
)
from gpu_workers.protocol.messages import Blob, Predict
from gpu_workers.protocol.transfers import Put
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.runner.test_preprocess import png
from tests.gpu_workers.worker.pool import Dispatcher, Store, runners

ROW = TableInput(name="x", columns=(Column(name="a"), Column(name="b"), Column(name="c")))
LINEAR = Interface((ROW,), (LabelOutput(name="scores", classes=("cat", "dog")),))
PICKY = Interface((NumberInput(name="x", dtype="int64"),), (NumberOutput(name="y"),))


@pytest.mark.asyncio
async def test_a_prediction_is_answered(worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path) -> None:
    model = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR)
    job = await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]})
    finished = await dispatcher.finished(job)
    assert finished.error is None
    assert finished.answers == {"scores": LabelAnswer((("cat", 4.0), ("dog", -1.0)))}
    assert finished.attempt == 1
    assert finished.resident == (model.version,)
    assert finished.timings.load > 0
    held = runners()
    await dispatcher.finished(await dispatcher.predict(model, {"x": [0.0, 0.0, 1.0]}))
    assert runners() == held, "the model is still held"
    assert len(held) == 1
    assert store.gets == [model.sha256]


@pytest.mark.asyncio
async def test_pictures_come_and_go(worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path) -> None:
    interface = Interface((ImageInput(name="x", mode="L", scale=1 / 255),), (ImageOutput(name="y"),))
    model = store.model(tiny_models.inverted(tmp_path / "m.onnx"), interface)
    pixels = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
    data = png(pixels).data
    assert data is not None
    url, digest = store.put(data)
    blob = Blob(digest, "image/png", None, url)
    work = Predict(model, {"x": blob}, {"y": Put("team/1/answer", store.url("answer"))})
    answer = ((await dispatcher.finished(await dispatcher.assign(work))).answers or {})["y"]
    stored = store.files["answer"]
    assert answer == ImageAnswer("team/1/answer", sha256(stored).hexdigest(), len(stored), 8, 6)
    with Image.open(BytesIO(stored)) as picture:
        np.testing.assert_array_equal(np.asarray(picture), 255 - pixels)


@pytest.mark.asyncio
async def test_a_damaged_input_is_refused(worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path) -> None:
    model = store.model(
        tiny_models.brightness(tmp_path / "m.onnx"), Interface((ImageInput(name="x"),), (NumberOutput(name="y"),))
    )
    url, digest = store.put(b"once")
    store.files[digest] = b"other"
    finished = await dispatcher.finished(await dispatcher.predict(model, {"x": Blob(digest, "image/png", None, url)}))
    assert finished.error is not None
    assert finished.error.code == "artifact_damaged"


@pytest.mark.asyncio
async def test_an_error_of_the_model_is_told(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    model = store.model(tiny_models.picky(tmp_path / "m.onnx"), PICKY)
    finished = await dispatcher.finished(await dispatcher.predict(model, {"x": 99.0}))
    assert finished.error is not None
    assert finished.error.code == "model_failed"
    assert finished.error.message == "The model reported an error on this input."
    assert "out of data bounds" in finished.error.detail


@pytest.mark.asyncio
async def test_batches_answer_as_single_cases_do(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    model = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR, batch_axis=0)
    rows = [[float(index), 1.5, -0.25 * index] for index in range(40)]
    store.gate.clear()
    jobs = [await dispatcher.predict(model, {"x": row}) for row in rows]
    await dispatcher.until(lambda: len(worker.running) == 40)
    store.gate.set()
    results = [await dispatcher.finished(job) for job in jobs]
    for (a, b, c), finished in zip(rows, results, strict=True):
        label: Any = (finished.answers or {})["scores"]
        assert dict(label.scores) == {"cat": a + c, "dog": b - c}
    assert max(finished.timings.batch for finished in results) > 8, "what waited for the model went together"


@pytest.mark.asyncio
async def test_dependent_rows_are_never_batched(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    interface = Interface((ROW,), (LabelOutput(name="scores"),))
    model = store.model(tiny_models.neighbours(tmp_path / "m.onnx"), interface, batch_axis=None)
    jobs = [await dispatcher.predict(model, {"x": [float(index), 2.0, 3.0]}) for index in range(12)]
    for job in jobs:
        finished = await dispatcher.finished(job)
        label: Any = (finished.answers or {})["scores"]
        assert [score for _, score in label.scores] == [0.0, 0.0, 0.0]
        assert finished.timings.batch == 1


@pytest.mark.asyncio
async def test_a_poisoned_case_harms_no_neighbour(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    model = store.model(tiny_models.picky(tmp_path / "m.onnx"), PICKY, batch_axis=0)
    values = [0.0, 1.0, 2.0, 99.0, 3.0, 0.0, 1.0]
    jobs = [await dispatcher.predict(model, {"x": value}) for value in values]
    for value, job in zip(values, jobs, strict=True):
        finished = await dispatcher.finished(job)
        if value == 99.0:
            assert finished.error is not None
            assert finished.error.code == "model_failed"
        else:
            assert finished.answers == {"y": NumberAnswer(10 + value)}


@pytest.mark.asyncio
async def test_the_longest_idle_model_goes(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    models = [store.model(tiny_models.linear(tmp_path / f"{index}.onnx"), LINEAR) for index in range(3)]
    for model in (models[0], models[1], models[0], models[2]):
        finished = await dispatcher.finished(await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]}))
        assert finished.error is None
    assert set(finished.resident) == {models[0].version, models[2].version}


@pytest.mark.asyncio
async def test_more_models_than_places_all_answer(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    models = [store.model(tiny_models.linear(tmp_path / f"{index}.onnx"), LINEAR) for index in range(4)]
    jobs = [await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]}) for model in models]
    results = await asyncio.gather(*map(dispatcher.finished, jobs))
    assert [finished.error for finished in results] == [None] * 4


@pytest.mark.asyncio
async def test_models_that_do_not_load_leave_their_places(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    for index in range(2):
        (tmp_path / f"broken-{index}.onnx").write_bytes(b"no model %d" % index)
    broken = [store.model(tmp_path / f"broken-{index}.onnx", LINEAR) for index in range(2)]
    sound = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR)
    jobs = [await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]}) for model in (*broken, sound)]
    results = [await dispatcher.finished(job) for job in jobs]
    assert [finished.error.code if finished.error else "" for finished in results] == ["model_failed"] * 2 + [""]
    assert results[0].error is not None
    assert results[0].error.message == "The model could not be loaded."


@pytest.mark.asyncio
async def test_a_changed_interface_loads_the_version_anew(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    model = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR)
    renamed = Interface((ROW,), (LabelOutput(name="scores", classes=("Katze", "Hund")),))
    for edition, first in ((model, "cat"), (msgspec.structs.replace(model, interface=renamed), "Katze")):
        finished = await dispatcher.finished(await dispatcher.predict(edition, {"x": [1.0, 2.0, 3.0]}))
        label: Any = (finished.answers or {})["scores"]
        assert label.scores[0][0] == first
