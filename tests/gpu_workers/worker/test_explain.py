"""Explain: a worker asks a model about variants of a case, tells how far it is, lets others go first, and can stop."""

from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import msgspec
import numpy as np
import pytest

from gpu_workers.protocol.explained import Explained, Map
from gpu_workers.protocol.explanations import Occlusion, Target
from gpu_workers.protocol.interface import ImageInput, Interface, LabelOutput, NumberOutput
from gpu_workers.protocol.messages import Blob, Cancel, Explain, Model, Progress
from gpu_workers.protocol.transfers import Put
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.runner.test_preprocess import png
from tests.gpu_workers.worker.pool import PATIENCE, Dispatcher, Store

BRIGHT = Interface((ImageInput(name="x", size=(16, 16), scale=1 / 255),), (NumberOutput(name="y"),))
PIXELS = np.random.default_rng(2).integers(0, 256, (16, 16, 3), dtype=np.uint8)


def work(store: Store, model: Model, output: str = "y", stride: float = 0.25) -> Explain:
    data = png(PIXELS).data or b""
    url, digest = store.put(data)
    return Explain(
        uuid4(),
        model,
        {"x": Blob(digest, "image/png", None, url)},
        Occlusion(input="x", window=0.25, stride=stride, fill="black"),
        Target(output),
        Put("team/1/map", store.url("map")),
    )


@pytest.mark.asyncio
async def test_an_explanation_is_found_and_its_map_stored(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    model = store.model(tiny_models.brightness(tmp_path / "m.onnx"), BRIGHT, batch_axis=0)
    asked = work(store, model)
    finished = await dispatcher.finished(await dispatcher.assign(asked, seconds=PATIENCE))
    assert finished.error is None, finished.error
    found = msgspec.msgpack.decode(finished.made or b"", type=Explained)
    assert isinstance(found.result, Map)
    blocks = (PIXELS / 255).reshape(4, 4, 4, 4, 3).sum((1, 3, 4)) / PIXELS.size
    np.testing.assert_allclose(np.array(found.result.values), blocks, rtol=0, atol=1e-6)
    assert found.calls == 17
    assert found.overlay is not None
    assert found.overlay.sha256 == sha256(store.files["map"]).hexdigest()
    told = [message for message in dispatcher.heard if isinstance(message, Progress)]
    assert [message.subject for message in told] == [asked.subject] * len(told)
    assert told[0].share == 1 / 17


@pytest.mark.asyncio
async def test_what_gives_no_score_is_refused_in_words(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    model = store.model(tiny_models.brightness(tmp_path / "m.onnx"), BRIGHT, batch_axis=0)
    finished = await dispatcher.finished(await dispatcher.assign(work(store, model, "z"), seconds=PATIENCE))
    assert finished.error is not None
    assert (finished.error.code, finished.error.message) == (
        "not_explainable",
        "“z” gives no score that could be followed.",
    )


@pytest.mark.asyncio
async def test_a_class_that_there_is_not_is_told(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    interface = Interface(BRIGHT.inputs, (LabelOutput(name="y", classes=("bright",)),))
    model = store.model(tiny_models.brightness(tmp_path / "m.onnx"), interface, batch_axis=0)
    finished = await dispatcher.finished(await dispatcher.assign(work(store, model), seconds=PATIENCE))
    assert finished.error is not None
    assert finished.error.message == "“y” has no class “”."


@pytest.mark.asyncio
async def test_a_case_goes_before_what_is_left_of_an_explanation(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    """It waits for one slice at most, however long the explanation still takes; which can be stopped."""
    model = store.model(tiny_models.brightness(tmp_path / "m.onnx"), BRIGHT, batch_axis=0)
    asked = work(store, model, stride=0.01)
    long = await dispatcher.assign(asked, seconds=PATIENCE)
    await dispatcher.until(lambda: any(isinstance(message, Progress) for message in dispatcher.heard))
    case = await dispatcher.finished(await dispatcher.predict(model, dict(asked.inputs)))
    assert case.error is None
    assert not dispatcher.results(long)
    await dispatcher.send(Cancel(long, 1))
    finished = await dispatcher.finished(long)
    assert finished.error is not None
    assert finished.error.code == "cancelled"
    assert (await dispatcher.finished(await dispatcher.predict(model, dict(asked.inputs)))).error is None
