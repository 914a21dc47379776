"""Ask to answer: a dataset is fetched once and held; questions about it are answered, refused, ended, cancelled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import psutil
import pytest
import pytest_asyncio

from gpu_workers.debugger.resident import Resident
from gpu_workers.protocol.datasets import Dataset
from gpu_workers.protocol.debugger import (
    Ask,
    ByColumn,
    ByTree,
    Export,
    ExportAnswer,
    FindSlices,
    Question,
    View,
    ViewAnswer,
    answered,
)
from gpu_workers.protocol.messages import Cancel, Finished
from gpu_workers.protocol.transfers import Put
from gpu_workers.sandbox import Limits
from gpu_workers.worker import table
from gpu_workers.worker.settings import Settings
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.debugger.stored import numbers, stored, texts
from tests.gpu_workers.worker.pool import Dispatcher, Store, runners

PATIENCE = 200.0
"""Seconds: a child imports much, and a machine may be busy."""


def made(store: Store, folder: Path, rows: int = 2000, seed: int = 0) -> Dataset:
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, rows).astype(float)
    columns = {
        "y": numbers(y),
        "p": numbers(np.clip(0.5 + 0.3 * (2 * y - 1) + 0.2 * random.normal(size=rows), 0.01, 0.99)),
        "x": numbers(random.normal(size=rows)),
        "site": texts(random.choice(["A", "B"], rows)),
    }
    path = folder / f"{uuid4()}.parquet"
    described = stored(path, columns, {"y": "label", "p": "probability:A"})
    data = path.read_bytes()
    url, digest = store.put(data)
    return Dataset(uuid4(), url, digest, len(data), described)


async def told(dispatcher: Dispatcher, dataset: Dataset, question: Question) -> Finished:
    return await dispatcher.finished(await dispatcher.assign(Ask(dataset, question), seconds=PATIENCE), PATIENCE)


@pytest.mark.asyncio
async def test_a_view_is_answered_and_the_version_told_as_resident(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    dataset = made(store, tmp_path)
    finished = await told(dispatcher, dataset, View())
    assert finished.error is None
    assert finished.made is not None
    answer = answered(finished.made)
    assert isinstance(answer, ViewAnswer)
    assert answer.rows == 2000
    assert finished.resident == (dataset.version,)
    await dispatcher.until(lambda: dataset.version in dispatcher.beats()[-1].resident)
    assert (await told(dispatcher, dataset, FindSlices("A"))).error is None
    assert store.gets.count(dataset.sha256) == 1
    assert len(runners()) == 1


@pytest.mark.asyncio
async def test_a_question_that_does_not_fit_is_refused_and_the_next_answered(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    dataset = made(store, tmp_path)
    finished = await told(dispatcher, dataset, View(models=("Z",)))
    assert finished.made is None
    assert finished.error is not None
    assert finished.error.code == "question_refused"
    assert "“Z”" in finished.error.message
    assert (await told(dispatcher, dataset, View())).error is None


@pytest.mark.asyncio
async def test_other_roles_are_another_table(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    dataset = made(store, tmp_path)
    assert (await told(dispatcher, dataset, View())).error is None
    unlabelled = tuple(column for column in dataset.columns if column.name != "y")
    other = Dataset(dataset.version, dataset.url, dataset.sha256, dataset.size, unlabelled)
    finished = await told(dispatcher, other, View(score="log_loss"))
    assert finished.error is not None
    assert finished.error.code == "question_refused"
    assert finished.resident == (dataset.version,)
    assert len(runners()) == 2
    assert store.gets.count(dataset.sha256) == 1


@pytest.mark.asyncio
async def test_an_export_is_put_where_the_job_says(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    dataset = made(store, tmp_path)
    put = Put("key", store.url("export"), "text/csv")
    job = await dispatcher.assign(Ask(dataset, Export(View()), put), seconds=PATIENCE)
    finished = await dispatcher.finished(job, PATIENCE)
    assert finished.made is not None
    answer = answered(finished.made)
    assert isinstance(answer, ExportAnswer)
    assert answer.rows == 2000
    assert len(store.files["export"]) == answer.size
    assert store.files["export"].startswith(b'"y","p","x","site","segment","score:A"\n')


@pytest.mark.asyncio
async def test_a_child_that_was_killed_is_replaced(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    dataset = made(store, tmp_path)
    assert (await told(dispatcher, dataset, View())).error is None
    (child,) = runners()
    await dispatcher.until(lambda: dispatcher.beats()[-1].resident == (dataset.version,))
    psutil.Process(child).kill()
    await dispatcher.until(lambda: dispatcher.beats()[-1].resident == ())
    assert (await told(dispatcher, dataset, View())).error is None
    assert child not in runners()


@pytest.mark.asyncio
async def test_a_question_that_meets_a_dying_child_is_asked_of_another(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    dataset = made(store, tmp_path)
    assert (await told(dispatcher, dataset, View())).error is None
    (child,) = runners()
    psutil.Process(child).suspend()
    job = await dispatcher.assign(Ask(dataset, View(measure="kl")), seconds=PATIENCE)
    await dispatcher.until(lambda: dispatcher.started(job))
    psutil.Process(child).kill()
    assert (await dispatcher.finished(job, PATIENCE)).error is None
    assert child not in runners()


@pytest.mark.asyncio
async def test_a_question_beyond_its_time_is_stopped(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    dataset = made(store, tmp_path)
    assert (await told(dispatcher, dataset, View())).error is None
    (child,) = runners()
    psutil.Process(child).suspend()
    finished = await dispatcher.finished(await dispatcher.assign(Ask(dataset, FindSlices("A")), seconds=5.0))
    assert finished.error is not None
    assert finished.error.code == "deadline_exceeded"
    assert (await told(dispatcher, dataset, View())).error is None
    assert child not in runners()


@pytest.mark.asyncio
async def test_one_that_was_cancelled_leaves_the_child_after_a_grace(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "CANCEL_GRACE", 0.1)
    dataset = made(store, tmp_path)
    assert (await told(dispatcher, dataset, View())).error is None
    (child,) = runners()
    psutil.Process(child).suspend()
    job = await dispatcher.assign(Ask(dataset, View(segments=ByTree("A"))), seconds=PATIENCE)
    waiting = await dispatcher.assign(Ask(dataset, View(measure="kl")), seconds=PATIENCE)
    await dispatcher.until(lambda: dispatcher.started(job) and dispatcher.started(waiting))
    await dispatcher.send(Cancel(waiting, 1))
    assert (await dispatcher.finished(waiting)).error is not None
    await dispatcher.send(Cancel(job, 1))
    cancelled = await dispatcher.finished(job)
    assert cancelled.error is not None
    assert cancelled.error.code == "cancelled"
    assert (await told(dispatcher, dataset, View())).error is None
    assert child not in runners()


MIB = 2**20


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> int:
    """Bytes of memory that a child has after a question: its libraries take more where there are more cores."""
    path = tmp_path_factory.mktemp("taken") / "small.parquet"
    columns = stored(path, {"x": numbers(np.arange(2000.0)), "y": numbers(np.arange(2000.0) % 2)}, {"y": "label"})
    path.chmod(0o644)
    with closing(Resident(path, columns, limits=Limits(memory=2**30))) as child:
        child.start()
        child.ask(View(segments=ByColumn("y"), rows=None))
        return child.resident()


def held(pid: int) -> int:
    """Bytes of memory that the system cannot drop."""
    full = psutil.Process(pid).memory_info()
    return int(full.rss - full.shared)


@pytest_asyncio.fixture
async def small(settings: Settings, dispatcher: Dispatcher, taken: int) -> AsyncIterator[Worker]:
    """Room for one table: two together need more."""
    worker = Worker(replace(settings, tables=taken + 79 * MIB))
    task = asyncio.create_task(worker.run())
    await dispatcher.until(lambda: dispatcher.beats())
    yield worker
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_the_longest_idle_goes_where_memory_is_short(
    small: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    first, second, third = (made(store, tmp_path, 60_000, seed) for seed in range(3))
    for dataset in (first, second, third):
        finished = await told(dispatcher, dataset, View(rows=None))
        assert finished.error is None, finished.error
        assert dataset.version in finished.resident
    assert first.version not in finished.resident
    assert (await told(dispatcher, first, View(rows=None))).error is None


@pytest.mark.asyncio
async def test_two_asked_at_once_are_held_within_the_memory(
    small: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path, taken: int
) -> None:
    datasets = [made(store, tmp_path, 60_000, seed) for seed in range(2)]
    jobs = [await dispatcher.assign(Ask(dataset, View(rows=None)), seconds=PATIENCE) for dataset in datasets]
    for job in jobs:
        finished = await dispatcher.finished(job, PATIENCE)
        assert finished.error is None, finished.error
    assert sum(held(child) for child in runners()) <= taken + 79 * MIB


@pytest.mark.asyncio
async def test_what_works_at_once_shares_what_is_free(
    settings: Settings, dispatcher: Dispatcher, store: Store, tmp_path: Path, taken: int
) -> None:
    """However often each is asked: what a table may have beside what it holds is never promised twice."""
    budget = 2 * taken + 358 * MIB
    datasets = [made(store, tmp_path, seed=seed) for seed in range(2)]
    worker = Worker(replace(settings, tables=budget))
    task = asyncio.create_task(worker.run())
    try:
        await dispatcher.until(lambda: dispatcher.beats())
        for dataset in datasets:
            assert (await told(dispatcher, dataset, View())).error is None
        children = runners()
        for child in children:
            psutil.Process(child).suspend()
        jobs = [await dispatcher.assign(Ask(one, View(measure="kl")), seconds=PATIENCE) for one in datasets]
        tables = list(worker._tables._held.values())
        await dispatcher.until(lambda: not any(table.idle for table in tables))
        assert sum(table.memory for table in tables) <= budget
        assert all(table.memory > table.resident.resident() for table in tables)
        for child in children:
            psutil.Process(child).resume()
        for job in jobs:
            assert (await dispatcher.finished(job, PATIENCE)).error is None
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_one_that_is_larger_than_its_file_tells_is_mapped_beside_the_others(
    settings: Settings, dispatcher: Dispatcher, store: Store, tmp_path: Path, taken: int
) -> None:
    """The second would take 200 MiB for its columns; a half of what is left beside the first is less by 50."""
    budget = 3 * taken + 297 * MIB
    first = made(store, tmp_path)
    path = tmp_path / "swollen.parquet"
    columns = {f"x{place}": numbers(np.arange(500_000) % 2) for place in range(100)}
    described = await asyncio.to_thread(stored, path, columns)  # seconds, in which the dispatcher must hear
    url, digest = await asyncio.to_thread(lambda: store.put(path.read_bytes()))
    second = Dataset(uuid4(), url, digest, path.stat().st_size, described)
    task = asyncio.create_task(Worker(replace(settings, tables=budget)).run())
    try:
        await dispatcher.until(lambda: dispatcher.beats())
        assert (await told(dispatcher, first, View(rows=None))).error is None
        finished = await told(dispatcher, second, View(segments=ByColumn("x0"), rows=None, features=1))
        assert finished.error is None, finished.error
        assert finished.resident == (first.version, second.version)
        assert sum(held(child) for child in runners()) <= budget
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_a_store_that_has_lost_it_is_our_failure(
    worker: Worker, dispatcher: Dispatcher, store: Store, tmp_path: Path
) -> None:
    dataset = made(store, tmp_path)
    del store.files[dataset.sha256]
    finished = await told(dispatcher, dataset, View())
    assert finished.error is not None
    assert finished.error.code == "unavailable"
    assert finished.resident == ()
