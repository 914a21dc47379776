"""Inspect to report: the file is hashed, checked and tried. What is found is the subject of the inspection's tests."""

import asyncio
from pathlib import Path

import pytest

from gpu_workers.protocol.answers import LabelAnswer
from gpu_workers.protocol.messages import Cancel, Inspect
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.confined import interpreters
from tests.gpu_workers.runner import tiny_models
from tests.gpu_workers.worker.pool import Dispatcher, Store
from tests.gpu_workers.worker.test_predict import LINEAR


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Inspect:
    data = tiny_models.linear(tmp_path / "m.onnx").read_bytes()
    url, digest = store.put(data)
    return Inspect(url, digest, len(data), "onnx", LINEAR, {"x": [1.0, 2.0, 3.0]})


@pytest.mark.asyncio
async def test_a_sound_file_is_ready(worker: Worker, dispatcher: Dispatcher, work: Inspect) -> None:
    finished = await dispatcher.finished(await dispatcher.assign(work, seconds=60), 60)
    assert finished.error is None
    assert finished.answers is None
    report = finished.report
    assert report is not None
    assert (report.verdict, report.rule, report.batch_axis) == ("ready", "", 0), report.reason
    assert report.interface == LINEAR
    assert report.answers == {"scores": LabelAnswer((("cat", 4.0), ("dog", -1.0)))}


@pytest.mark.asyncio
async def test_a_flipped_byte_is_refused(worker: Worker, dispatcher: Dispatcher, store: Store, work: Inspect) -> None:
    data = bytearray(store.files[work.sha256])
    data[len(data) // 2] ^= 1
    store.files[work.sha256] = bytes(data)
    report = (await dispatcher.finished(await dispatcher.assign(work))).report
    assert report is not None
    assert (report.verdict, report.rule) == ("rejected", "hash_mismatch")


@pytest.mark.asyncio
async def test_no_onnx_file_is_rejected(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    url, digest = store.put(b"a" * 1000)
    finished = await dispatcher.finished(await dispatcher.assign(Inspect(url, digest, 1000, "onnx"), seconds=60), 60)
    assert finished.report is not None
    assert finished.report.verdict == "rejected"
    assert finished.report.reason


@pytest.mark.asyncio
async def test_a_store_that_has_lost_it_is_our_failure(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    work = Inspect(store.url("gone"), "0" * 64, 10, "onnx")
    finished = await dispatcher.finished(await dispatcher.assign(work))
    assert finished.report is None
    assert finished.error is not None
    assert finished.error.code == "unavailable"


@pytest.mark.asyncio
async def test_one_whose_store_goes_away_goes_on_when_it_is_back(
    worker: Worker, dispatcher: Dispatcher, store: Store, work: Inspect
) -> None:
    store.away.set()
    job = await dispatcher.assign(work, seconds=600)
    await dispatcher.until(lambda: store.gets.count(work.sha256) > 1)
    assert not dispatcher.results(job)
    store.away.clear()
    finished = await dispatcher.finished(job)
    assert finished.error is None
    assert finished.report is not None
    assert finished.report.verdict == "ready"


@pytest.mark.asyncio
async def test_one_that_was_cancelled_ends_at_once(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    """The next one waits for its thread, and the worker's own end does."""
    data = tiny_models.endless(tmp_path / "m.onnx").read_bytes()
    url, digest = store.put(data)
    endless = Inspect(url, digest, len(data), "onnx", None, {"x": [1.0]})
    job = await dispatcher.assign(endless, seconds=60)
    await dispatcher.until(interpreters)
    await asyncio.sleep(3)  # it is checked, and runs
    await dispatcher.send(Cancel(job, 1))
    finished = await dispatcher.finished(job)
    assert finished.error is not None
    assert finished.error.code == "cancelled"
    await dispatcher.until(lambda: not interpreters(), 10)
