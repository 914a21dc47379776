"""Valkey goes away and comes back empty; the worker joins again."""

import asyncio
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes

import pytest

from gpu_workers.worker.settings import Settings
from gpu_workers.worker.worker import Worker
from infra.dev.services import Valkey
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.worker.pool import Dispatcher, Store
from tests.gpu_workers.worker.test_predict import LINEAR


@pytest.mark.asyncio
async def test_joins_again_after_an_outage(settings: Settings, store: Store, tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey", token_bytes(8).hex(), tmp_path / "valkey.log")
    process = server.process()
    process.start()
    await asyncio.to_thread(process.wait)
    settings = replace(settings, redis_url=server.url)
    dispatcher = Dispatcher(server.url, settings.pool_key, settings.pool)
    task = asyncio.create_task(Worker(settings).run())
    try:
        await dispatcher.until(lambda: dispatcher.beats())
        process.stop()
        again = server.process()
        again.start()
        process = again
        await asyncio.to_thread(process.wait)
        known = len(dispatcher.beats())
        await dispatcher.until(lambda: len(dispatcher.beats()) > known + 2)
        model = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR)
        finished = await dispatcher.finished(await dispatcher.predict(model, {"x": [1.0, 2.0, 3.0]}))
        assert finished.error is None
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await dispatcher.close()
        process.stop()
