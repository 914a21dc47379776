"""What a worker keeps of what it said, so that it can say it again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock
from uuid import uuid4

import pytest
import pytest_asyncio

from gpu_workers.protocol.messages import Finished, Hello
from gpu_workers.worker.line import Line
from gpu_workers.worker.settings import Settings


@pytest_asyncio.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    """Nobody is at its other end; results are repeated for a third of a second."""
    settings = Settings(
        pool="none",
        pool_key=bytes(32),
        cache=tmp_path,
        worker="none",
        redis_url="redis://127.0.0.1:1",
        beat=0.04,
        silence=0.3,
    )
    listener = Mock()
    listener.hello.side_effect = lambda nonce: Hello("none", "none", "cpu", 0, 1, (), nonce, "none", "full")
    line = Line(settings, listener)
    running = asyncio.create_task(line.run())
    yield line
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await line.close()


@pytest.mark.asyncio
async def test_a_result_is_kept_for_as_long_as_it_may_be_repeated(line: Line) -> None:
    """One may hold megabytes; a quiet worker would hold as many as it may repeat, for good."""
    line.post(Finished("none", uuid4(), 1))
    assert len(line._recent) == 1
    await asyncio.sleep(0.15)
    assert len(line._recent) == 1
    async with asyncio.timeout(5):
        while line._recent:  # noqa: ASYNC110 - the clock alone empties it
            await asyncio.sleep(0.02)
