"""Ingest to reading: an upload is fetched, read and put as Parquet. What is read is the subject of the ingestion's
tests."""

import asyncio
import io
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gpu_workers.protocol.datasets import Format, Ingest, Kind, Reading, Role, reading
from gpu_workers.protocol.messages import Cancel
from gpu_workers.protocol.transfers import Put
from gpu_workers.worker.cache import Cache
from gpu_workers.worker.ingestions import Ingestions
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.worker.pool import Dispatcher, Store, runners

CSV = b"x,label,prob_A\n1.5,cat,0.25\n,dog,0.5\n-inf,cat,1\n"


def ingest(store: Store, data: bytes, fmt: Format = "csv", limit: int = 1 << 20) -> Ingest:
    url, digest = store.put(data)
    return Ingest(url, digest, len(data), fmt, Put("tables/made", store.url("made")), limit)


async def made(dispatcher: Dispatcher, job: UUID) -> Reading:
    finished = await dispatcher.finished(job)
    assert finished.error is None
    assert finished.made is not None
    return reading(finished.made)


@pytest.mark.asyncio
async def test_a_csv_file_becomes_parquet(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    found = await made(dispatcher, await dispatcher.assign(ingest(store, CSV)))
    assert (found.verdict, found.rows) == ("ready", 3), found.reason
    assert [(column.name, column.kind, column.role, column.model) for column in found.columns] == [
        ("x", Kind.NUMBER, Role.FEATURE, ""),
        ("label", Kind.CATEGORY, Role.LABEL, ""),
        ("prob_A", Kind.NUMBER, Role.PROBABILITY, "A"),
    ]
    table = store.files["made"]
    assert (found.sha256, found.size) == (sha256(table).hexdigest(), len(table))
    assert pq.read_table(io.BytesIO(table)).to_pydict() == {
        "x": [1.5, None, float("-inf")],
        "label": ["cat", "dog", "cat"],
        "prob_A": [0.25, 0.5, 1.0],
    }


@pytest.mark.asyncio
async def test_a_parquet_file_is_written_anew(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    held = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array(range(1000), pa.int16()), "day": pa.array([0] * 1000, pa.date32())}), held)
    found = await made(dispatcher, await dispatcher.assign(ingest(store, held.getvalue(), "parquet")))
    assert [(column.kind, column.role) for column in found.columns] == [
        (Kind.NUMBER, Role.ID),
        (Kind.TIME, Role.TIME),
    ]
    schema = pq.read_schema(io.BytesIO(store.files["made"]))
    assert schema.types == [pa.int64(), pa.timestamp("us", "UTC")]


@pytest.mark.asyncio
async def test_the_table_is_held_and_the_upload_is_not(
    worker: Worker, dispatcher: Dispatcher, store: Store, settings: object
) -> None:
    work = ingest(store, CSV)
    found = await made(dispatcher, await dispatcher.assign(work))
    folder = worker._cache._folder
    assert {path.name for path in folder.iterdir()} == {found.sha256}
    assert (folder / found.sha256).read_bytes() == store.files["made"]


@pytest.mark.asyncio
async def test_a_broken_file_is_rejected_and_nothing_is_put(
    worker: Worker, dispatcher: Dispatcher, store: Store
) -> None:
    found = await made(dispatcher, await dispatcher.assign(ingest(store, b"a,b\n1,2\n3\n")))
    assert (found.verdict, found.rule) == ("rejected", "ragged_row")
    assert "Row 3" in found.reason
    assert "made" not in store.files
    assert not list(worker._cache._folder.iterdir())


@pytest.mark.asyncio
async def test_a_flipped_byte_is_refused(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    work = ingest(store, CSV)
    store.files[work.sha256] = CSV.replace(b"1.5", b"2.5")
    found = await made(dispatcher, await dispatcher.assign(work))
    assert (found.verdict, found.rule) == ("rejected", "hash_mismatch")


@pytest.mark.asyncio
async def test_a_store_that_is_away_is_waited_for(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    work = ingest(store, CSV)
    store.away.set()
    job = await dispatcher.assign(work, seconds=600)
    await dispatcher.until(lambda: store.gets.count(work.sha256) > 1)
    assert not dispatcher.results(job)
    store.away.clear()
    assert (await made(dispatcher, job)).verdict == "ready"


@pytest.mark.asyncio
async def test_a_table_beyond_its_limit_is_rejected(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    found = await made(dispatcher, await dispatcher.assign(ingest(store, CSV, limit=100)))
    assert (found.verdict, found.rule) == ("rejected", "table_too_large")


@pytest.mark.asyncio
async def test_a_cancelled_one_ends_with_its_child(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    rows = b"".join(b"%d,%d\n" % (row, row * row) for row in range(600_000))
    job = await dispatcher.assign(ingest(store, b"a,b\n" + rows, limit=1 << 30))
    await dispatcher.until(runners)
    await dispatcher.send(Cancel(job, 1))
    finished = await dispatcher.finished(job)
    assert finished.error is not None
    assert finished.error.code == "cancelled"
    await dispatcher.until(lambda: not runners())


@pytest.mark.asyncio
async def test_a_file_that_is_fetched_is_taken_away_by_nobody(store: Store, tmp_path: Path) -> None:
    """Of two readings of one upload the first to end drops it, while the second has just fetched it."""
    cache = Cache(tmp_path / "cache", 1 << 20)
    work = ingest(store, CSV)
    store.gate.clear()
    with cache.scratch() as out:
        second = asyncio.create_task(Ingestions(cache, 60.0).read(work, out, asyncio.get_running_loop().time() + 60))
        while not store.gets:  # noqa: ASYNC110 - the store answers on a thread of its own
            await asyncio.sleep(0.01)
        fetched = tmp_path / "cache" / work.sha256
        fetched.write_bytes(CSV)
        cache.drop(work.sha256)
        assert fetched.exists()
        store.gate.set()
        assert (await second).verdict == "ready"
    assert not list((tmp_path / "cache").iterdir())
    cache.close()
