"""A model that nobody asks any more goes from memory and from the disk."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from gpu_workers.worker.settings import Settings
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.worker.pool import Dispatcher, Store, runners
from tests.gpu_workers.worker.test_predict import LINEAR


@pytest.mark.asyncio
async def test_an_idle_model_is_forgotten(
    settings: Settings, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    worker = Worker(replace(settings, life=0.5))
    running = asyncio.create_task(worker.run())
    try:
        await dispatcher.until(lambda: dispatcher.beats())
        model = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR)
        finished = await dispatcher.finished(await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]}))
        assert finished.error is None
        await dispatcher.until(lambda: not runners() and not list(settings.cache.iterdir()))
        again = await dispatcher.finished(await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]}))
        assert again.answers == finished.answers
        assert store.gets == [model.sha256] * 2
    finally:
        worker.drain()
        await running


@pytest.mark.asyncio
async def test_a_child_that_is_slow_to_end_holds_up_no_heartbeat(
    worker: Worker, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = asyncio.Event()
    monkeypatch.setattr(worker._tables, "heal", ending.wait)
    known = len(dispatcher.beats())
    await dispatcher.until(lambda: len(dispatcher.beats()) > known + 3, 10)
    ending.set()
