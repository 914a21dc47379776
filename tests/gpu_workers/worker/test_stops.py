"""What stops a job before its answer: cancel, deadline, crash, memory; and what its neighbours notice of it."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from gpu_workers.protocol.answers import NumberAnswer
from gpu_workers.protocol.interface import Interface, NumberInput, NumberOutput
from gpu_workers.protocol.messages import Cancel, Model
from gpu_workers.worker.settings import Settings
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.worker.pool import Dispatcher, Store, runners
from tests.gpu_workers.worker.test_predict import LINEAR

NUMBER = Interface((NumberInput(name="x"),), (NumberOutput(name="y"),))
COUNT = Interface((NumberInput(name="x", dtype="int64"),), (NumberOutput(name="y"),))
LONG = 600.0
"""Seconds until a deadline beyond every wait of these tests: what ends such a job is not its deadline."""


@pytest.fixture
def endless(store: Store, tmp_path: Path) -> Model:
    """Answers numbers up to 0 and never any other."""
    return store.model(tiny_models.endless(tmp_path / "endless.onnx"), NUMBER, batch_axis=0)


async def code(dispatcher: Dispatcher, job: object) -> str:
    finished = await dispatcher.finished(job)  # type: ignore[arg-type]
    return finished.error.code if finished.error is not None else ""


@pytest.mark.asyncio
async def test_the_deadline_ends_a_loop_that_never_ends(worker: Worker, dispatcher: Dispatcher, endless: Model) -> None:
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": -1.0})) == ""
    job = await dispatcher.predict(endless, {"x": 1.0}, seconds=1.5)
    assert await code(dispatcher, job) == "model_too_slow"
    assert dispatcher.started(job)
    beats = [beat for beat in dispatcher.beats() if beat.running == ((job, 1),)]
    assert len(beats) >= 3, "no model holds up the heartbeat"
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": -2.0})) == "", "the runner was replaced"


@pytest.mark.asyncio
async def test_neighbours_in_the_batch_are_answered_all_the_same(
    worker: Worker, dispatcher: Dispatcher, endless: Model
) -> None:
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0})) == ""
    good = [await dispatcher.predict(endless, {"x": -float(index)}) for index in range(3)]
    bad = await dispatcher.predict(endless, {"x": 1.0}, seconds=2.0)
    good += [await dispatcher.predict(endless, {"x": -float(index)}) for index in range(3, 6)]
    assert await code(dispatcher, bad) == "model_too_slow"
    for index, job in enumerate(good):
        assert (await dispatcher.finished(job)).answers == {"y": NumberAnswer(-float(index))}


@pytest.mark.asyncio
async def test_a_job_that_waits_beyond_its_deadline_says_so(
    worker: Worker, dispatcher: Dispatcher, endless: Model
) -> None:
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0})) == ""
    blocking = await dispatcher.predict(endless, {"x": 1.0}, seconds=2.5)
    await dispatcher.until(lambda: dispatcher.started(blocking))
    waiting = await dispatcher.predict(endless, {"x": 0.0}, seconds=0.3)
    assert await code(dispatcher, waiting) == "deadline_exceeded"
    assert await code(dispatcher, blocking) == "model_too_slow"


@pytest.mark.asyncio
async def test_a_call_has_a_limit_of_its_own_and_who_waits_behind_it_is_answered(
    settings: Settings, dispatcher: Dispatcher, endless: Model
) -> None:
    """The deadlines lie far beyond: they are for what has to wait, as for a store that is away."""
    task = asyncio.create_task(Worker(replace(settings, call=3.0)).run())
    try:
        await dispatcher.until(lambda: dispatcher.beats())
        assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == ""
        blocking = await dispatcher.predict(endless, {"x": 1.0}, seconds=LONG)
        await dispatcher.until(lambda: dispatcher.started(blocking))
        waiting = await dispatcher.predict(endless, {"x": -1.0}, seconds=LONG)
        assert await code(dispatcher, blocking) == "model_too_slow"
        assert await code(dispatcher, waiting) == ""
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_another_model_notices_nothing(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path, endless: Model
) -> None:
    other = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR)
    assert await code(dispatcher, await dispatcher.predict(other, {"x": [1.0, 2.0, 3.0]})) == ""
    stuck = await dispatcher.predict(endless, {"x": 1.0}, seconds=LONG)
    await dispatcher.until(lambda: dispatcher.started(stuck))
    for _ in range(3):
        assert await code(dispatcher, await dispatcher.predict(other, {"x": [1.0, 2.0, 3.0]})) == ""
    assert not dispatcher.results(stuck)
    await dispatcher.send(Cancel(stuck, 1))


@pytest.mark.asyncio
async def test_cancel_ends_a_running_job_and_frees_its_runner(
    worker: Worker, dispatcher: Dispatcher, endless: Model
) -> None:
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": -1.0})) == ""
    job = await dispatcher.predict(endless, {"x": 1.0}, seconds=LONG)
    await dispatcher.until(lambda: dispatcher.started(job))
    await dispatcher.send(Cancel(job, 1))
    assert await code(dispatcher, job) == "cancelled"
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == ""


@pytest.mark.asyncio
async def test_cancel_takes_a_waiting_job_out_of_the_queue(
    worker: Worker, dispatcher: Dispatcher, endless: Model
) -> None:
    blocking = await dispatcher.predict(endless, {"x": 1.0}, seconds=LONG)
    await dispatcher.until(lambda: dispatcher.started(blocking))
    waiting = await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)
    await dispatcher.send(Cancel(waiting, 2))
    await dispatcher.send(Cancel(uuid4(), 1))
    await dispatcher.until(lambda: dispatcher.started(waiting))
    assert not dispatcher.results(waiting), "another attempt's cancel is not its own"
    await dispatcher.send(Cancel(waiting, 1))
    assert await code(dispatcher, waiting) == "cancelled"
    assert not dispatcher.results(blocking)
    await dispatcher.send(Cancel(blocking, 1))
    assert await code(dispatcher, blocking) == "cancelled"


@pytest.mark.asyncio
async def test_a_newer_attempt_replaces_the_older_silently(
    worker: Worker, dispatcher: Dispatcher, endless: Model
) -> None:
    job = await dispatcher.predict(endless, {"x": 1.0}, seconds=LONG)
    await dispatcher.until(lambda: dispatcher.started(job))
    await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG, job=job, attempt=2)
    finished = await dispatcher.finished(job)
    assert (finished.attempt, finished.error) == (2, None)
    assert len(dispatcher.results(job)) == 1


@pytest.mark.asyncio
async def test_the_same_attempt_assigned_again_changes_nothing(
    worker: Worker, dispatcher: Dispatcher, endless: Model
) -> None:
    job = await dispatcher.predict(endless, {"x": 1.0}, seconds=LONG)
    await dispatcher.until(lambda: dispatcher.started(job))
    await dispatcher.predict(endless, {"x": 0.0}, job=job)
    known = len(dispatcher.beats())
    await dispatcher.until(lambda: len(dispatcher.beats()) > known + 2)
    assert not dispatcher.results(job)
    await dispatcher.send(Cancel(job, 1))
    assert await code(dispatcher, job) == "cancelled"


@pytest.mark.asyncio
async def test_a_crash_is_told_and_the_next_job_succeeds(
    worker: Worker, dispatcher: Dispatcher, endless: Model
) -> None:
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": -1.0})) == ""
    job = await dispatcher.predict(endless, {"x": 1.0}, seconds=LONG)
    await dispatcher.until(lambda: dispatcher.started(job))
    for pid in runners():
        os.kill(pid, signal.SIGSEGV)
    assert await code(dispatcher, job) == "model_crashed"
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0})) == ""


@pytest.mark.asyncio
async def test_a_runner_that_dies_idle_is_replaced_unasked(
    worker: Worker, dispatcher: Dispatcher, endless: Model
) -> None:
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0})) == ""
    before = runners()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    await dispatcher.until(lambda: runners() - before)  # looks at each heartbeat
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": -1.0})) == ""


@pytest.mark.asyncio
@pytest.mark.parametrize("left", [b"", None], ids=["damaged", "gone"])
async def test_the_file_of_a_runner_that_is_replaced_is_fetched_again(
    worker: Worker, dispatcher: Dispatcher, settings: Settings, store: Store, endless: Model, left: bytes | None
) -> None:
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == ""
    file, before = settings.cache / endless.sha256, runners()
    file.unlink() if left is None else file.write_bytes(left)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    await dispatcher.until(lambda: runners() - before)  # looks at each heartbeat
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == ""
    assert store.gets == [endless.sha256] * 2


@pytest.mark.asyncio
async def test_a_runner_that_cannot_be_started_fails_its_own_cases_and_nobody_elses(
    settings: Settings,
    dispatcher: Dispatcher,
    store: Store,
    tmp_path: Path,
    endless: Model,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The sandbox says why in an exception of its own."""

    def broken(*_: object, **__: object) -> None:
        raise OSError("no process can be started")

    task = asyncio.create_task(Worker(replace(settings, runners=1)).run())
    try:
        await dispatcher.until(lambda: dispatcher.beats())
        assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == ""
        with monkeypatch.context() as patch:
            patch.setattr("gpu_workers.sandbox.kept.spawn", broken)
            for pid in runners():
                os.kill(pid, signal.SIGKILL)
            await dispatcher.until(lambda: "cannot be started" in caplog.text)  # tried at a heartbeat
            for _ in range(2):
                assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == "internal"
        other = store.model(tiny_models.linear(tmp_path / "m.onnx"), LINEAR)
        assert await code(dispatcher, await dispatcher.predict(other, {"x": [1.0, 2.0, 3.0]}, seconds=LONG)) == ""
        assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == ""
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_a_round_that_breaks_off_fails_its_cases_and_the_next_is_answered(
    worker: Worker, dispatcher: Dispatcher, endless: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == ""

    def broken(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("gpu_workers.worker.holding.answers", broken)
        assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == "internal"
    assert await code(dispatcher, await dispatcher.predict(endless, {"x": 0.0}, seconds=LONG)) == ""


@pytest.mark.asyncio
async def test_too_much_memory_is_told(worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path) -> None:
    hungry = store.model(tiny_models.hungry(tmp_path / "m.onnx"), COUNT)
    assert await code(dispatcher, await dispatcher.predict(hungry, {"x": 1_000_000.0})) == "model_out_of_memory"
    assert await code(dispatcher, await dispatcher.predict(hungry, {"x": 1.0})) == ""
