"""The worker as a process: it drains, and leaves nothing behind when it is killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from gpu_workers.protocol.messages import Cancel, Drain, Finished, Goodbye, Model
from gpu_workers.worker.devices import has_cuda
from gpu_workers.worker.settings import Settings
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.worker.pool import Dispatcher, Store
from tests.gpu_workers.worker.test_stops import NUMBER

Process = asyncio.subprocess.Process
ROOT = Path(__file__).parents[3]


@pytest.fixture
def model(store: Store, tmp_path: Path) -> Model:
    return store.model(tiny_models.endless(tmp_path / "m.onnx"), NUMBER)


async def begin(environment: dict[str, str], *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gpu_workers", *arguments, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )


@pytest_asyncio.fixture
async def process(settings: Settings, dispatcher: Dispatcher, environment: dict[str, str]) -> AsyncIterator[Process]:
    """Welcomed."""
    process = await begin(environment, "--pool", settings.pool, "--credit", "5")
    await dispatcher.until(lambda: dispatcher.beats())
    yield process
    if process.returncode is None:
        process.kill()
    await process.communicate()


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["signal", "message"])
async def test_drains(process: Process, dispatcher: Dispatcher, model: Model, how: str) -> None:
    assert dispatcher.hellos[-1].credit == 5
    await dispatcher.finished(await dispatcher.predict(model, {"x": -1.0}))
    running = await dispatcher.predict(model, {"x": 1.0}, seconds=600)
    await dispatcher.until(lambda: dispatcher.taken(running))
    if how == "signal":
        process.send_signal(signal.SIGTERM)
    else:
        await dispatcher.send(Drain())
    await dispatcher.until(lambda: dispatcher.beats()[-1].credit == 0)
    refused = await dispatcher.predict(model, {"x": 0.0})
    await dispatcher.send(Cancel(running, 1))
    await dispatcher.until(dispatcher.goodbyes)
    last = [message for message in dispatcher.heard if isinstance(message, Finished | Goodbye)]
    assert [type(message) for message in last] == [Finished, Finished, Goodbye], "it waits for what runs"
    assert len(dispatcher.results(running)) == 1
    assert dispatcher.results(refused) == []
    assert await process.wait() == 0


@pytest.mark.asyncio
async def test_kill_leaves_no_process(process: Process, dispatcher: Dispatcher, model: Model) -> None:
    await dispatcher.finished(await dispatcher.predict(model, {"x": -1.0}))
    job = await dispatcher.predict(model, {"x": 1.0}, seconds=600)
    await dispatcher.until(lambda: dispatcher.taken(job))
    below = psutil.Process(process.pid).children(recursive=True)
    assert any("python" in child.name() for child in below)
    process.kill()
    await process.wait()
    _, left = await asyncio.to_thread(psutil.wait_procs, below, timeout=30)
    assert left == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"REDIS_URL": ""}, "Set REDIS_URL in the environment"),
        ({"POOL_KEY_FILE": "/nowhere"}, "POOL_KEY_FILE names /nowhere, which does not exist."),
    ],
)
async def test_says_what_is_missing(environment: dict[str, str], changed: dict[str, str], sentence: str) -> None:
    process = await begin(environment | changed)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert sentence in said.decode()


@pytest.mark.asyncio
@pytest.mark.skipif(has_cuda(), reason="ONNX Runtime has CUDA here")
async def test_says_what_a_gpu_needs(environment: dict[str, str]) -> None:
    process = await begin(environment, "--device", "cuda:0")
    _, said = await process.communicate()
    assert process.returncode == 2
    assert "ONNX Runtime computes on the CPU only here, so not on cuda:0" in said.decode()


@pytest.mark.asyncio
async def test_refuses_to_start_where_nothing_can_be_confined(environment: dict[str, str], tmp_path: Path) -> None:
    # Without bubblewrap and without Landlock's system calls there is no floor: a seccomp filter takes both away.
    program = (
        "import pyseccomp, errno, runpy, sys\n"
        "rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)\n"
        "for name in ('landlock_create_ruleset', 'unshare'):\n"
        "    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), name)\n"
        "for flag in (0x10000000, 0x00020000):\n"
        "    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), 'clone', pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))\n"
        "rules.load()\n"
        "sys.argv = ['gpu_workers']\n"
        "runpy.run_module('gpu_workers', run_name='__main__')\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2, said.decode()
    assert "This machine cannot confine other people's models" in said.decode()
    assert os.fspath(tmp_path) not in said.decode()
