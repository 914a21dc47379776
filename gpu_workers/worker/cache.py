"""Models and tables on disk, named by their sha256, fetched by presigned URLs and verified before anybody sees them.

What is on disk is verified too, each time that it is asked for: a disk fails, and a folder is tidied by others.
"""

import asyncio
import hashlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import httpx

log = logging.getLogger(__name__)

CHUNK = 2**20
HASHED_A_SECOND = 25e6
"""Bytes, by a store whose machine is busy."""
TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class FetchFailed(Exception):
    """code: `artifact_damaged` where bytes differ from what was promised, `unavailable` where none came.

    passing: the store itself is away, so that trying again may help; not where it refused.
    """

    def __init__(self, code: str, message: str, detail: str = "", *, passing: bool = False) -> None:
        self.code, self.message, self.detail, self.passing = code, message, detail, passing
        super().__init__(message)


class Cache:
    """At most `limit` bytes of files in `folder`; the least recently used go first, those in use never."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in folder.glob("*.part"):
            left_over.unlink(missing_ok=True)
        self._fetching: dict[str, asyncio.Task[Path]] = {}
        self._used: dict[str, int] = {}
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="fetch")
        self._client = httpx.Client(timeout=TIMEOUT, trust_env=False)
        self._closing = threading.Event()

    async def fetch(self, url: str, sha256: str, size: int) -> Path:
        """The verified file, from disk or store; concurrent calls for one share the work. Raises FetchFailed."""
        path = self._path(sha256)
        task = self._fetching.get(sha256)
        if task is None:
            task = asyncio.ensure_future(self._obtain(url, sha256, size, path))
            self._fetching[sha256] = task
            task.add_done_callback(lambda _: self._fetching.pop(sha256, None))
        # One who gives up waiting must not end the download of the others.
        return await asyncio.shield(task)

    async def fetch_anew(self, url: str, sha256: str, size: int) -> Path:
        """The verified file, read from the store even where a file of that name is held: a checksum that somebody
        announces must not lend them bytes that they never uploaded. Raises FetchFailed."""
        return await self._download(url, sha256, size, self._path(sha256))

    def make_room(self, size: int) -> None:
        """For so many bytes more: what was least recently used goes. Raises FetchFailed where the disk lacks them."""
        self._shrink(keep="", limit=max(self._limit - size, 0))
        free = shutil.disk_usage(self._folder).free
        if free < size:
            what = f"{size / 2**30:.1f} GiB are needed and {free / 2**30:.1f} are free"
            raise FetchFailed("unavailable", f"The worker's disk has no room for this file: {what}. Tell the operator.")

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty file of no checksum yet, gone at the end."""
        with NamedTemporaryFile(dir=self._folder, suffix=".part") as part:
            yield Path(part.name)

    def keep(self, made: Path, sha256: str) -> None:
        """Holds a scratch file under its checksum, so that it need not be fetched."""
        made.chmod(0o644)
        with suppress(FileExistsError):
            os.link(made, self._path(sha256))
        self._shrink(keep=sha256, limit=self._limit)

    def drop(self, sha256: str) -> None:
        """Removes a file that nobody holds."""
        if sha256 not in self._used:
            self._path(sha256).unlink(missing_ok=True)

    @contextmanager
    def using(self, sha256: str) -> Iterator[None]:
        """Within it the file stays, from before it is fetched: else another's coming could take it away again."""
        self.hold(sha256)
        try:
            yield
        finally:
            self.release(sha256)

    def hold(self, sha256: str) -> None:
        """Keeps the file until as many `release`."""
        self._used[sha256] = self._used.get(sha256, 0) + 1

    def release(self, sha256: str) -> None:
        left = self._used.get(sha256, 0) - 1
        if left > 0:
            self._used[sha256] = left
        else:
            self._used.pop(sha256, None)

    def forget(self, life: float) -> None:
        """Removes the files that nobody asked for in so many seconds."""
        for status, path in self._files():
            if time.time() - status.st_mtime > life and path.name not in self._used:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        self._closing.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def _obtain(self, url: str, sha256: str, size: int, path: Path) -> Path:
        # Not on the threads of downloads: a store that is away must not keep what is here.
        if await asyncio.to_thread(_is_whole, path, sha256):
            with suppress(FileNotFoundError):
                os.utime(path)
            return path
        return await self._download(url, sha256, size, path)

    async def _download(self, url: str, sha256: str, size: int, path: Path) -> Path:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._threads, self._stream, url, sha256, size, path)
        self._shrink(keep=sha256, limit=self._limit)
        return path

    def _stream(self, url: str, sha256: str, size: int, path: Path) -> None:
        hashed, received = hashlib.sha256(), 0
        self._folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self._folder, suffix=".part") as part:
            try:
                with self._client.stream("GET", url, timeout=_patience(size)) as response:
                    response.raise_for_status()
                    for chunk in response.iter_raw(CHUNK):
                        received += len(chunk)
                        if received > size or self._closing.is_set():
                            break
                        hashed.update(chunk)
                        part.write(chunk)
            except httpx.HTTPStatusError as error:
                raise _unreachable(f"the store answered {error.response.status_code}", error) from error
            except httpx.HTTPError as error:
                raise _unreachable(type(error).__name__, error) from error
            if received != size or hashed.hexdigest() != sha256:
                raise FetchFailed(
                    "artifact_damaged",
                    "The stored file differs from what was uploaded; upload it again.",
                    f"{received} of {size} bytes, sha256 {hashed.hexdigest()} instead of {sha256}",
                )
            part.flush()
            # The confined child runs as another user; the folder itself may stay closed.
            os.fchmod(part.fileno(), 0o644)
            # At once and in the place of what may be damaged; who has that open keeps it.
            whole = f"{part.name}.part"
            os.link(part.name, whole)
            os.replace(whole, path)

    def _shrink(self, keep: str, limit: int) -> None:
        files = self._files()
        total = sum(status.st_size for status, _ in files)
        for status, path in sorted(files, key=lambda file: file[0].st_mtime):
            if total <= limit:
                return
            if path.name != keep and path.name not in self._used:
                path.unlink(missing_ok=True)
                total -= status.st_size

    def _files(self) -> list[tuple[os.stat_result, Path]]:
        found = []
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                if len(entry.name) == 64:
                    with suppress(FileNotFoundError):
                        found.append((entry.stat(), Path(entry.path)))
        return found

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise FetchFailed("artifact_damaged", "The stored file has no valid checksum.")
        return self._folder / sha256


def _patience(size: int) -> httpx.Timeout:
    """A store may read a whole object for its hash before it begins to answer, as the embedded one does."""
    return httpx.Timeout(30.0 + size / HASHED_A_SECOND, connect=10.0)


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return False
    except OSError as error:
        log.warning("the file %s cannot be read: %s", path.name, error)
        return False
    if found != sha256:
        log.warning("the file %s was damaged on disk", path.name)
    return found == sha256


def _unreachable(detail: str, error: httpx.HTTPError) -> FetchFailed:
    message = "The stored file could not be fetched; try again later."
    return FetchFailed("unavailable", message, detail, passing=is_passing(error))


def is_passing(error: httpx.HTTPError) -> bool:
    """Whether the store was away, and did not refuse."""
    return not isinstance(error, httpx.HTTPStatusError) or error.response.status_code >= 500
