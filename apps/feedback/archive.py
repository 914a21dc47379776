"""What people take away: made on the disk and sent from there, so that no archive lies in memory whole."""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO

from django.http import FileResponse

from apps.artifacts.models import Artifact
from apps.artifacts.services import read
from atrium.errors import Problem

IN_MEMORY = 16 * 2**20
"""Bytes up to which a file needs no disk."""


class Download(FileResponse):
    """A file to keep, sent piece by piece: an asynchronous server would read the whole of Django's own first."""

    block_size = 64 * 2**10

    def __init__(self, file: IO[bytes], name: str, content_type: str) -> None:
        """Reads the file from its beginning, and closes it in the end."""
        file.seek(0)
        self._file = file
        super().__init__(file, as_attachment=True, filename=name, content_type=content_type)
        self["Cache-Control"] = "no-store"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await asyncio.to_thread(self._file.read, self.block_size):
            yield piece


def spool() -> IO[bytes]:
    """A file in memory while it is small, else on the disk without a name."""
    return SpooledTemporaryFile(IN_MEMORY)


def archive(name: str, entries: Iterable[tuple[str, bytes | IO[bytes]]]) -> Download:
    """A zip of `entries`, each with its name in it; taken one after the other, so that one at a time is in memory."""
    out = spool()
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as written:
            for entry, content in entries:
                if isinstance(content, bytes):
                    written.writestr(entry, content)
                    continue
                content.seek(0)
                with written.open(entry, "w") as there:
                    copyfileobj(content, there)
    except BaseException:
        out.close()
        raise
    return Download(out, name, "application/zip")


def intact(pictures: Iterable[tuple[str, Artifact]], damaged: list[str]) -> Iterator[tuple[str, bytes]]:
    """The bytes of each; the name of one that is damaged goes into `damaged` instead.

    Called without an open transaction: it reads from the store.
    """
    for name, artifact in pictures:
        try:
            yield name, read(artifact)
        except Problem as problem:
            if problem.code != "artifact_damaged":
                raise
            damaged.append(name)
