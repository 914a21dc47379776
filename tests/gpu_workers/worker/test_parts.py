"""A table too large for one piece: put in parts, each tried again by itself, and nothing of it left where it ends."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from msgspec.structs import replace

from gpu_workers.protocol.messages import Cancel
from gpu_workers.worker.cache import FetchFailed
from gpu_workers.worker.parts import PartedFile
from gpu_workers.worker.worker import Worker
from tests.gpu_workers.confined import interpreters
from tests.gpu_workers.worker.pool import Dispatcher, Store
from tests.gpu_workers.worker.test_ingest import CSV, ingest, made

DATA = bytes(range(250)) * 10


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "table"
    path.write_bytes(DATA)
    return path


def parted(client: httpx.AsyncClient, store: Store, *, before: tuple[str, ...] = ()) -> PartedFile:
    parts = store.begin("mine", "table", 1000, 5, before).parts
    assert parts is not None
    return PartedFile(client, parts)


@pytest.mark.asyncio
async def test_parts_are_joined_in_their_order(client: httpx.AsyncClient, store: Store, path: Path) -> None:
    upload = parted(client, store)
    await upload.put(path, len(DATA))
    await upload.drop()
    assert store.puts == ["mine/parts/1", "mine/parts/2", "mine/parts/3"]
    assert store.files == {"table": DATA}


@pytest.mark.asyncio
async def test_a_store_that_was_away_is_sent_what_it_lacks(client: httpx.AsyncClient, store: Store, path: Path) -> None:
    upload = parted(client, store)
    store.away.set()
    with pytest.raises(FetchFailed) as failed:
        await upload.put(path, len(DATA))
    assert failed.value.passing
    store.away.clear()
    await upload.put(path, len(DATA))
    assert store.files == {"table": DATA}

    again = parted(client, store)
    again._parts = replace(again._parts, join=store.url("elsewhere/join"))
    with pytest.raises(FetchFailed) as failed:
        await again.put(path, len(DATA))
    assert not failed.value.passing
    assert store.puts[3:] == ["mine/parts/1", "mine/parts/2", "mine/parts/3"]
    again._parts = replace(again._parts, join=store.url("mine/join"))
    await again.put(path, len(DATA))
    assert len(store.puts) == 6  # joined alone, and no part sent again


@pytest.mark.asyncio
async def test_an_answer_that_was_lost_is_no_failure(client: httpx.AsyncClient, store: Store, path: Path) -> None:
    upload = parted(client, store)
    store.mute.set()
    with pytest.raises(FetchFailed):
        await upload.put(path, len(DATA))
    await upload.put(path, len(DATA))
    assert store.files == {"table": DATA}


@pytest.mark.asyncio
async def test_what_an_earlier_attempt_left_cannot_be_joined(
    client: httpx.AsyncClient, store: Store, path: Path
) -> None:
    """A worker that was taken for lost may still be at it."""
    store.begin("theirs", "table", 1000, 5)
    earlier = PartedFile(client, store.begin("theirs", "table", 1000, 5).parts)  # type: ignore[arg-type]
    earlier._tags = [await earlier._sent(0, path, 0, 1000)]
    await parted(client, store, before=("theirs",)).put(path, len(DATA))
    with pytest.raises(FetchFailed):
        await earlier.put(path, len(DATA))
    assert store.files == {"table": DATA}


@pytest.mark.asyncio
async def test_a_table_is_put_in_parts(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    put = store.begin("mine", "table", 400, 50)
    found = await made(dispatcher, await dispatcher.assign(replace(ingest(store, CSV), put=put)))
    assert found.verdict == "ready"
    assert len(store.files["table"]) == found.size
    assert len(store.puts) == -(-found.size // 400) > 1


@pytest.mark.asyncio
async def test_a_refused_file_leaves_no_upload(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    work = ingest(store, b"a,b\n1,2\n3\n")
    found = await made(dispatcher, await dispatcher.assign(replace(work, put=store.begin("mine", "table", 400, 50))))
    assert found.verdict == "rejected"
    assert not store.uploads


@pytest.mark.asyncio
async def test_a_cancelled_reading_leaves_no_upload(worker: Worker, dispatcher: Dispatcher, store: Store) -> None:
    rows = b"".join(b"%d,%d\n" % (row, row * row) for row in range(600_000))
    work = ingest(store, b"a,b\n" + rows, limit=1 << 30)
    job = await dispatcher.assign(replace(work, put=store.begin("mine", "table", 400, 50)))
    await dispatcher.until(lambda: list(interpreters()))
    await dispatcher.send(Cancel(job, 1))
    finished = await dispatcher.finished(job)
    assert finished.error is not None
    assert not store.uploads
