"""Input files that do not travel in the message, and output files on their way to storage."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path

import httpx
from msgspec.structs import replace

from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.rendering import MAX_MADE
from gpu_workers.protocol.transfers import Put
from gpu_workers.runner.postprocess import Unplaced

from .cache import TIMEOUT, FetchFailed, is_passing
from .parts import PartedFile, pieces

AT_ONCE = 8


class Blobs:
    """Fetches inputs and puts outputs, a few at once."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def filled(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The same values, each file with its bytes. Raises FetchFailed."""
        return {
            name: await self._fetched(value) if isinstance(value, Blob) and value.data is None else value
            for name, value in values.items()
        }

    async def stored(self, answers: Mapping[str, Answer | Unplaced], puts: Mapping[str, Put]) -> dict[str, Answer]:
        """The same answers, each file at the key that was assigned to its output. Raises FetchFailed."""
        return {
            name: await self._put(name, answer, puts) if isinstance(answer, Unplaced) else answer
            for name, answer in answers.items()
        }

    @asynccontextmanager
    async def placing(self, put: Put) -> AsyncIterator[Callable[[Path, int], Awaitable[None]]]:
        """What puts a file of so many bytes where `put` says, in one piece or in parts; called again after FetchFailed
        it goes on where it stopped. Parts that it did not come to join are dropped at the end."""
        if put.parts is None:
            yield partial(self.put_file, put)
            return
        parted = PartedFile(self._client, put.parts)
        try:
            yield parted.put
        finally:
            await parted.drop()

    async def put(self, put: Put, data: bytes) -> None:
        """A few bytes at the key that was assigned to them. Raises FetchFailed."""
        async with self._slots:
            with _reaching("The answer's file could not be stored; try again later."):
                response = await self._client.put(put.url, content=data, headers={"Content-Type": put.content_type})
                response.raise_for_status()

    async def put_file(self, put: Put, path: Path, size: int) -> None:
        """A file at the key that was assigned to it, a piece at a time. Raises FetchFailed."""
        headers = {"Content-Type": put.content_type, "Content-Length": str(size)}
        async with self._slots:
            with _reaching("What was made could not be stored; try again later."):
                response = await self._client.put(put.url, content=pieces(path, 0, size), headers=headers)
                response.raise_for_status()

    async def close(self) -> None:
        await self._client.aclose()

    async def _fetched(self, blob: Blob) -> Blob:
        data = bytearray()
        async with self._slots:
            with _reaching("An input could not be fetched; try again later."):
                async with self._client.stream("GET", blob.url) as response:
                    response.raise_for_status()
                    async for chunk in response.aiter_raw():
                        data += chunk
                        if len(data) > MAX_MADE:
                            break
        if sha256(data).hexdigest() != blob.sha256:
            raise FetchFailed("artifact_damaged", "A stored input is damaged; send it again.")
        return replace(blob, data=bytes(data))

    async def _put(self, name: str, file: Unplaced, puts: Mapping[str, Put]) -> Answer:
        put = puts.get(name)
        if put is None:
            raise FetchFailed("internal", f"No place was assigned to the file “{name}”.")
        await self.put(put, file.data)
        return replace(file.answer, key=put.key, sha256=sha256(file.data).hexdigest(), size=len(file.data))


@contextmanager
def _reaching(message: str) -> Iterator[None]:
    """Raises FetchFailed with this sentence where the store does not answer, or refuses."""
    try:
        yield
    except httpx.HTTPError as error:
        raise FetchFailed("unavailable", message, type(error).__name__, passing=is_passing(error)) from error
