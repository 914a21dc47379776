"""Models that a worker holds, when several want one or its place at the same time."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from gpu_workers.protocol.messages import Model
from gpu_workers.runner.frames import Superpixels
from gpu_workers.sandbox import Limits
from gpu_workers.worker.cache import Cache
from gpu_workers.worker.holdings import Holdings
from gpu_workers.worker.settings import Settings
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.runner.test_preprocess import png
from tests.gpu_workers.worker.pool import PATIENCE, Store, runners
from tests.gpu_workers.worker.test_explain import BRIGHT, PIXELS
from tests.gpu_workers.worker.test_predict import LINEAR

Hold = Callable[[int], Holdings]


@pytest.fixture
def linear(store: Store, tmp_path: Path) -> Model:
    return store.model(tiny_models.linear(tmp_path / "linear.onnx"), LINEAR)


@pytest.fixture
def bright(store: Store, tmp_path: Path) -> Model:
    return store.model(tiny_models.brightness(tmp_path / "bright.onnx"), BRIGHT, batch_axis=0)


@pytest_asyncio.fixture
async def hold(tmp_path: Path) -> AsyncIterator[Hold]:
    """With room for so many runners."""
    cache, made = Cache(tmp_path / "cache", 1 << 20), []

    def hold(runners: int) -> Holdings:
        settings = Settings(pool="none", pool_key=bytes(32), cache=tmp_path / "cache", worker="none", runners=runners)
        made.append(Holdings(settings, cache, Limits(memory=settings.memory)))
        return made[-1]

    yield hold
    for holdings in made:
        await holdings.close()
    cache.close()


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in other processes and threads
            await asyncio.sleep(0.01)


@pytest.mark.asyncio
async def test_one_that_two_give_up_at_the_same_time_is_given_up_once(hold: Hold, linear: Model, bright: Model) -> None:
    holdings = hold(2)
    deadline = asyncio.get_running_loop().time() + PATIENCE
    await holdings.solve(linear, {"x": [1.0, 2.0, 3.0]}, deadline)
    await holdings.solve(bright, {"x": png(PIXELS)}, deadline)
    await asyncio.gather(holdings.forget(-1), holdings.forget(-1))
    assert holdings.resident == ()
    assert not holdings._cache._used


@pytest.mark.asyncio
async def test_one_that_parts_a_picture_makes_no_room_for_another(
    hold: Hold, store: Store, linear: Model, bright: Model
) -> None:
    holdings = hold(1)
    deadline = asyncio.get_running_loop().time() + PATIENCE
    solved = await holdings.solve(bright, {"x": png(PIXELS)}, deadline)
    assert solved.answers
    (runner,) = runners()
    os.kill(runner, signal.SIGSTOP)
    try:
        parting = asyncio.create_task(holdings.part(bright, {"x": png(PIXELS)}, "x", Superpixels(4, 10.0)))
        other = asyncio.create_task(holdings.solve(linear, {"x": [1.0, 2.0, 3.0]}, deadline))
        await until(lambda: linear.sha256 in holdings._cache._used and store.gets[-1] == linear.sha256)
        await asyncio.sleep(0.5)
    finally:
        os.kill(runner, signal.SIGCONT)
    assert (await parting).shape == PIXELS.shape[:2]
    assert (await other).answers
