"""A Valkey of this room's own, a store, a dispatcher and a worker in the test's loop."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes
from uuid import uuid4

import pytest
import pytest_asyncio

from gpu_workers.worker.settings import Settings
from gpu_workers.worker.worker import Worker
from infra.dev.services import Valkey
from tests.gpu_workers.worker.pool import Dispatcher, Store

Begin = Callable[..., Settings]


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    folder = tmp_path_factory.mktemp("valkey")
    server = Valkey(folder, token_bytes(8).hex(), folder / "log")
    process = server.process()
    process.start()
    try:
        process.wait()
        yield server
    finally:
        process.stop()


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    yield store
    store.close()


@pytest.fixture
def settings(valkey: Valkey, tmp_path: Path) -> Settings:
    return Settings(
        pool=f"test-{uuid4().hex[:8]}",
        redis_url=valkey.url,
        pool_key=token_bytes(32),
        cache=tmp_path / "cache",
        worker=uuid4().hex,
        beat=0.2,
        silence=60.0,
    )


@pytest_asyncio.fixture
async def dispatcher(settings: Settings) -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(settings.redis_url, settings.pool_key, settings.pool)
    yield dispatcher
    await dispatcher.close()


@pytest_asyncio.fixture
async def worker(settings: Settings, dispatcher: Dispatcher) -> AsyncIterator[Worker]:
    """Welcomed, with room for two runners."""
    worker = Worker(replace(settings, runners=2))
    task = asyncio.create_task(worker.run())
    await dispatcher.until(lambda: dispatcher.beats())
    yield worker
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    """What a worker process is given."""
    key = tmp_path / "pool-key"
    key.write_text(settings.pool_key.hex())
    return {
        "PATH": os.environ["PATH"],
        "REDIS_URL": settings.redis_url,
        "POOL_KEY_FILE": str(key),
        "WORKER_CACHE": str(settings.cache),
        "ORT_DISABLE_TELEMETRY": "1",
    }
