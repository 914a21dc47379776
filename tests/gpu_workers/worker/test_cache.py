"""Model files on disk: fetched once, verified, thrown out by age of use."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gpu_workers.worker.cache import Cache, FetchFailed, _patience
from tests.gpu_workers.worker.pool import Store


@pytest_asyncio.fixture
async def cache(tmp_path: Path) -> AsyncIterator[Cache]:
    """Room for three files of 1,000 bytes."""
    cache = Cache(tmp_path / "cache", 3_000)
    yield cache
    cache.close()


def held(tmp_path: Path) -> set[str]:
    return set(os.listdir(tmp_path / "cache"))


@pytest.mark.asyncio
async def test_fetches_once_and_keeps_it(cache: Cache, store: Store) -> None:
    data = os.urandom(3_000_000)
    url, digest = store.put(data)
    path = await cache.fetch(url, digest, len(data))
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o777 == 0o644
    assert await cache.fetch("http://127.0.0.1:1/nobody", digest, len(data)) == path
    assert store.gets == [digest]


@pytest.mark.asyncio
async def test_concurrent_fetches_are_joined(cache: Cache, store: Store) -> None:
    url, digest = store.put(b"a" * 1000)
    store.gate.clear()
    fetches = [asyncio.create_task(cache.fetch(url, digest, 1000)) for _ in range(5)]
    async with asyncio.timeout(10):
        while not store.gets:  # noqa: ASYNC110 - the store answers on a thread of its own
            await asyncio.sleep(0.01)
    fetches[0].cancel()
    store.gate.set()
    paths = await asyncio.gather(*fetches[1:])
    assert len(set(paths)) == 1
    assert store.gets == [digest]


@pytest.mark.asyncio
@pytest.mark.parametrize("stored", [b"a" * 999 + b"b", b"a" * 999, b"a" * 1001, b""])
async def test_other_bytes_are_damage_and_nothing_is_kept(
    cache: Cache, store: Store, tmp_path: Path, stored: bytes
) -> None:
    url, digest = store.put(b"a" * 1000)
    store.files[digest] = stored
    with pytest.raises(FetchFailed) as failed:
        await cache.fetch(url, digest, 1000)
    assert failed.value.code == "artifact_damaged"
    assert held(tmp_path) == set()
    store.files[digest] = b"a" * 1000
    assert (await cache.fetch(url, digest, 1000)).read_bytes() == b"a" * 1000


@pytest.mark.asyncio
@pytest.mark.parametrize("stored", [b"a" * 999 + b"b", b"a" * 999, b"", None], ids=["other", "short", "empty", "gone"])
async def test_what_was_damaged_on_disk_is_fetched_again(cache: Cache, store: Store, stored: bytes | None) -> None:
    url, digest = store.put(b"a" * 1000)
    path = await cache.fetch(url, digest, 1000)
    if stored is None:
        path.unlink()
        path.parent.rmdir()
    else:
        path.write_bytes(stored)
    assert (await cache.fetch(url, digest, 1000)).read_bytes() == b"a" * 1000
    assert store.gets == [digest] * 2


@pytest.mark.asyncio
async def test_what_was_read_anew_takes_the_place_of_the_damaged(cache: Cache, store: Store, tmp_path: Path) -> None:
    url, digest = store.put(b"a" * 1000)
    path = await cache.fetch(url, digest, 1000)
    path.write_bytes(b"b" * 1000)
    assert (await cache.fetch_anew(url, digest, 1000)).read_bytes() == b"a" * 1000
    assert held(tmp_path) == {digest}


@pytest.mark.asyncio
async def test_a_folder_that_is_gone_is_nothing_to_forget(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "cache").rmdir()
    cache.forget(0)


@pytest.mark.asyncio
@pytest.mark.parametrize("url", ["gone", "http://127.0.0.1:1/nobody"])
async def test_no_answer_is_not_damage(cache: Cache, store: Store, url: str) -> None:
    with pytest.raises(FetchFailed) as failed:
        await cache.fetch(url if "/" in url else store.url(url), "0" * 64, 1000)
    assert failed.value.code == "unavailable"
    assert "nobody" not in failed.value.detail


@pytest.mark.asyncio
@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "g" * 64])
async def test_a_name_that_is_no_checksum_reaches_no_file(cache: Cache, sha256: str) -> None:
    with pytest.raises(FetchFailed, match="no valid checksum"):
        await cache.fetch("http://127.0.0.1:1/", sha256, 1)


@pytest.mark.asyncio
async def test_the_least_recently_used_goes_and_never_one_in_use(cache: Cache, store: Store, tmp_path: Path) -> None:
    digests = []
    for index in range(5):
        url, digest = store.put(bytes([index]) * 1000)
        path = await cache.fetch(url, digest, 1000)
        os.utime(path, (index, index))
        digests.append(digest)
        if index == 0:
            cache.hold(digest)
    assert held(tmp_path) == {digests[0], digests[3], digests[4]}
    cache.release(digests[0])
    url, digest = store.put(b"x" * 1000)
    await cache.fetch(url, digest, 1000)
    assert held(tmp_path) == {digests[3], digests[4], digest}


@pytest.mark.asyncio
async def test_leftovers_of_a_killed_worker_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "half.part").write_bytes(b"half")
    Cache(folder, 1).close()
    assert os.listdir(folder) == []


@pytest.mark.asyncio
async def test_what_nobody_asks_for_is_forgotten(cache: Cache, store: Store, tmp_path: Path) -> None:
    """A deleted model is asked by nobody; one that is in use stays however old."""
    digests = []
    for letter in (b"a", b"b", b"c"):
        url, digest = store.put(letter * 1000)
        path = await cache.fetch(url, digest, 1000)
        os.utime(path, (0, 0) if letter != b"c" else None)
        digests.append(digest)
    cache.hold(digests[0])
    cache.forget(3600)
    assert held(tmp_path) == {digests[0], digests[2]}
    cache.release(digests[0])
    cache.forget(3600)
    assert held(tmp_path) == {digests[2]}


@pytest.mark.asyncio
async def test_room_is_made_for_what_is_to_come(cache: Cache, store: Store, tmp_path: Path) -> None:
    paths = [await cache.fetch(*store.put(bytes([place]) * 1000), 1000) for place in range(3)]
    for age, path in enumerate(reversed(paths)):
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    cache.make_room(1_500)
    assert held(tmp_path) == {paths[2].name}


@pytest.mark.asyncio
async def test_a_disk_without_room_is_told(cache: Cache) -> None:
    with pytest.raises(FetchFailed, match=r"1048576\.0 GiB are needed and .* free") as failed:
        cache.make_room(2**50)
    assert not failed.value.passing


def test_a_large_file_is_waited_for() -> None:
    """A store that hashes it before it answers is not away."""
    assert _patience(0).read == 30
    assert _patience(10 * 10**9).read == 430
