"""A file on its way to storage in parts, each tried again by itself; what is not joined at the end is dropped."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from xml.sax.saxutils import escape

import httpx

from gpu_workers.protocol.transfers import Parts

from .cache import FetchFailed, is_passing

log = logging.getLogger(__name__)

PIECE = 2**20
"""Bytes that are read and sent at a time."""
JOINING = httpx.Timeout(300.0, connect=10.0)
"""A store may copy all parts before it answers."""


class PartedFile:
    """One file of one attempt; `drop` once it is over, whatever happened."""

    def __init__(self, client: httpx.AsyncClient, parts: Parts) -> None:
        self._client, self._parts = client, parts
        self._tags: list[str] = []
        self._begun = self._asked_to_join = self._joined = False

    async def put(self, path: Path, size: int) -> None:
        """Sends the parts that the store does not have, then has them joined; called again, it goes on where it
        stopped. Raises FetchFailed."""
        if not self._begun:
            await self._forget(*self._parts.before)
            self._begun = True
        length = self._parts.size
        try:
            for place in range(len(self._tags), -(-size // length)):
                start = place * length
                self._tags.append(await self._sent(place, path, start, min(length, size - start)))
            await self._join()
        except httpx.HTTPError as error:
            message = "What was made could not be stored; try again later."
            raise FetchFailed("unavailable", message, type(error).__name__, passing=is_passing(error)) from error

    async def drop(self) -> None:
        """Where the parts were not joined, the store forgets them; what it does not hear is swept at night."""
        if not self._joined:
            await self._forget(self._parts.drop)

    async def _sent(self, place: int, path: Path, start: int, length: int) -> str:
        content, headers = pieces(path, start, length), {"Content-Length": str(length)}
        response = await self._client.put(self._parts.urls[place], content=content, headers=headers)
        response.raise_for_status()
        return response.headers["ETag"]

    async def _join(self) -> None:
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(tag)}</ETag></Part>"
            for number, tag in enumerate(self._tags, 1)
        )
        asked_before, self._asked_to_join = self._asked_to_join, True
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>"
        response = await self._client.post(self._parts.join, content=body, timeout=JOINING)
        if response.status_code == 404 and asked_before:
            log.info("the parts were joined before; the store's first answer was lost")
        else:
            response.raise_for_status()
            if "<Error>" in response.text:  # the store began its answer before it knew how that ends
                raise httpx.ReadError(f"parts could not be joined: {response.text[:300]}")
        self._joined = True

    async def _forget(self, *urls: str) -> None:
        for url in urls:
            try:
                await self._client.delete(url)
            except httpx.HTTPError as error:
                log.warning("parts were left in the store: %s", type(error).__name__)


async def pieces(path: Path, start: int, length: int) -> AsyncIterator[bytes]:
    """The file's bytes from `start` on, a piece at a time."""
    with path.open("rb") as file:
        file.seek(start)
        while length and (piece := await asyncio.to_thread(file.read, min(PIECE, length))):
            length -= len(piece)
            yield piece
