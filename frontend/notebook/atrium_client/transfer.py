"""A model file on its way to storage: presigned parts, each tried again by itself, at most one chunk in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from .connection import ATTEMPTS, Connection, backoff, outside_client, unreachable
from .errors import AtriumError, Conflict, NotFound, Unavailable
from .progress import Progress
from .records import UploadRecord

CHUNK = 1 << 20  # bytes read, hashed and sent at a time
_EXPIRED = frozenset({400, 401, 403})
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class _UrlExpired(Exception):
    """A presigned URL is no longer good; fresh ones are to be had."""


class _UploadGone(Exception):
    """The store has forgotten the unfinished upload; it has to start anew."""


@dataclass
class _Part:
    number: int
    url: str
    done: bool = False
    etag: str = ""


def send(
    connection: Connection, model: str, file: Path, body: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Create a version and send its file, or go on with an unfinished upload of the same; the completed version.

    body: format, size, sha256, notes, card, interface, example, as the API takes them.
    Raises Unavailable where storage stays out of reach: calling it again goes on where it stopped.
    """
    record = UploadRecord(connection.url, model, body)
    version, size, parts = _resumed(connection, record) or _created(connection, model, body, record)
    already = sum(_length(part, size, body["size"]) for part in parts if part.done)
    if already:
        progress.add(already)
        progress.note("resumed")
    try:
        etags = _put_all(connection, version, file, size, parts, progress)
    except _UploadGone:
        record.forget()
        progress.add(-progress.done)
        progress.note("storage has lost the unfinished upload; starting anew")
        version, size, parts = _created(connection, model, body, record)
        try:
            etags = _put_all(connection, version, file, size, parts, progress)
        except _UploadGone:
            raise Unavailable("Storage loses uploads before they are complete; tell the operator.") from None
    completed: Mapping[str, Any] = connection.post(
        f"versions/{version}/complete", {"parts": etags}, action="complete the upload"
    )
    record.forget()
    return completed


def _created(
    connection: Connection, model: str, body: Mapping[str, Any], record: UploadRecord
) -> tuple[str, int, list[_Part]]:
    answer = connection.post(f"models/{model}/versions", body, action="create the version")
    version = str(answer["version"]["id"])
    record.remember(version)
    return version, *_plan(answer["upload"])


def _resumed(connection: Connection, record: UploadRecord) -> tuple[str, int, list[_Part]] | None:
    version = record.version()
    if version is None:
        return None
    try:
        return version, *_plan(connection.get(f"versions/{version}/upload", action="resume the upload"))
    except (NotFound, Conflict):  # swept, completed or deleted since
        record.forget()
        return None


def _plan(upload: Mapping[str, Any]) -> tuple[int, list[_Part]]:
    parts = [
        _Part(int(part["number"]), str(part["url"]), bool(part.get("done")), str(part.get("etag") or ""))
        for part in upload["parts"]
    ]
    return int(upload["part_size"]), parts


def _put_all(
    connection: Connection, version: str, file: Path, size: int, parts: list[_Part], progress: Progress
) -> list[dict[str, Any]]:
    with outside_client(parts[0].url) as client:
        for part in parts:
            refreshed = 0
            while not part.done:
                try:
                    part.etag = _put(connection, client, part, file, size, progress)
                    part.done = True
                except _UrlExpired:
                    refreshed += 1
                    if refreshed > 2:
                        raise Unavailable(
                            "Storage refuses the addresses that the server signs; tell the operator."
                        ) from None
                    _refresh(connection, version, parts)
    return [{"number": part.number, "etag": part.etag} for part in parts]


def _refresh(connection: Connection, version: str, parts: list[_Part]) -> None:
    try:
        _, fresh = _plan(connection.get(f"versions/{version}/upload", action="renew the upload's addresses"))
    except (NotFound, Conflict):
        raise _UploadGone from None
    by_number = {part.number: part for part in fresh}
    for part in parts:
        part.url = by_number[part.number].url


def _put(connection: Connection, client: httpx.Client, part: _Part, file: Path, size: int, progress: Progress) -> str:
    """Send one part until storage has it; its ETag."""
    total = file.stat().st_size
    start, length = (part.number - 1) * size, _length(part, size, total)
    for attempt in range(ATTEMPTS):
        sent = _Counter(progress)
        problem: AtriumError
        try:
            response = client.put(
                part.url, content=_chunks(file, start, length, sent), headers={"Content-Length": str(length)}
            )
        except httpx.TransportError as error:
            problem = unreachable(part.url, error, f"send part {part.number}")
        else:
            if response.is_success and response.headers.get("ETag"):
                return str(response.headers["ETag"])
            sent.take_back()
            if response.status_code == 404:
                raise _UploadGone
            if response.status_code in _EXPIRED:
                raise _UrlExpired
            problem = Unavailable(
                f"Could not send part {part.number}: storage answered {response.status_code}. Run the upload again; "
                "it goes on where it stopped.",
                code="storage",
            )
            if response.status_code not in _AGAIN and not response.is_success:
                raise problem
        sent.take_back()
        if attempt == ATTEMPTS - 1:
            raise problem
        progress.note(f"part {part.number} is sent again")
        connection.pause(backoff(attempt))
    raise AssertionError("unreachable")


class _Counter:
    """Bytes of one attempt, which are taken back where the attempt fails."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._sent = 0

    def add(self, count: int) -> None:
        self._sent += count
        self._progress.add(count)

    def take_back(self) -> None:
        self._progress.add(-self._sent)
        self._sent = 0


def _chunks(file: Path, start: int, length: int, sent: _Counter) -> Iterator[bytes]:
    with file.open("rb") as stream:
        stream.seek(start)
        left = length
        while left:
            chunk = stream.read(min(CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
            sent.add(len(chunk))


def _length(part: _Part, size: int, total: int) -> int:
    return min(size, total - (part.number - 1) * size)
