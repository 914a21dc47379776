"""A file on its way to storage: presigned parts, each tried again by itself, at most one chunk in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from .connection import ATTEMPTS, Connection, backoff, outside_client, unreachable
from .errors import AtriumError, Conflict, NotFound, Unavailable
from .progress import Progress
from .records import UploadRecord

CHUNK = 1 << 20  # bytes read and sent at a time
_EXPIRED = frozenset({400, 401, 403})
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class _UrlExpired(Exception):
    """A presigned URL is no longer good; fresh ones are to be had."""


class _UploadGone(Exception):
    """The store or the server has forgotten the unfinished upload; it has to start anew."""


@dataclass(frozen=True)
class Place:
    """Where versions of something are made and where they are found, as the API has them; moving: the states in which
    one is after its upload, until it is ready."""

    made: str
    found: str
    moving: str

    @classmethod
    def model(cls, model: str) -> "Place":
        return cls(f"models/{model}/versions", "versions", "inspecting")

    @classmethod
    def dataset(cls, dataset: str) -> "Place":
        return cls(f"datasets/{dataset}/versions", "dataset-versions", "reading")


@dataclass
class _Part:
    """url is empty where the part has arrived."""

    number: int
    url: str
    done: bool = False
    etag: str = ""


@dataclass
class _Plan:
    """What has to be sent for a version, in parts of `size` bytes (the last is shorter). version: its address."""

    version: str
    size: int
    parts: list[_Part]
    notices: tuple[str, ...] = ()

    def span(self, part: _Part, total: int) -> tuple[int, int]:
        """Where the part begins in a file of `total` bytes, and its length."""
        start = (part.number - 1) * self.size
        return start, min(self.size, total - start)

    def etags(self) -> list[dict[str, Any]]:
        return [{"number": part.number, "etag": part.etag} for part in self.parts]


def send(
    connection: Connection, place: Place, file: Path, body: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Create a version and send its file, or go on with an unfinished upload of the same.

    Gives the completed version, with `notices`: what the server says of other versions with the same file.

    body: format, size, sha256 and what else the API takes to make a version there.
    Raises Unavailable where storage stays out of reach: calling it again goes on where it stopped.
    """
    record = UploadRecord(connection.url, place.made, body)
    for _ in range(2):
        try:
            plan = _resumed(connection, place, record) or _created(connection, place, body, record)
            version = _sent(connection, plan, file, progress)
        except _UploadGone:
            record.forget()
            progress.add(-progress.done)
            progress.note("storage has lost the unfinished upload; starting anew")
        else:
            record.forget()
            return {**version, "notices": plan.notices}
    raise Unavailable("Storage loses uploads before they are complete; tell the operator.", code="storage")


def _created(connection: Connection, place: Place, body: Mapping[str, Any], record: UploadRecord) -> _Plan:
    try:
        answer = connection.post(place.made, body, action="create the version")
    except NotFound as error:
        if error.code != "upload_gone":
            raise
        raise _UploadGone from None
    version = str(answer["version"]["id"])
    record.remember(version)
    plan = _plan(f"{place.found}/{version}", answer["upload"])
    plan.notices = tuple(map(str, answer.get("notices") or ()))
    return plan


def _resumed(connection: Connection, place: Place, record: UploadRecord) -> _Plan | None:
    known = record.version()
    if known is None:
        return None
    version = f"{place.found}/{known}"
    plan = _listed(connection, version)
    if not plan.parts and _state(connection, version) not in (place.moving, "ready"):
        raise _UploadGone
    return plan


def _sent(connection: Connection, plan: _Plan, file: Path, progress: Progress) -> Mapping[str, Any]:
    if not plan.parts:  # completed before; only the answer was lost
        completed: Mapping[str, Any] = connection.get(plan.version, action="read the version")
        return completed
    _account(plan, file, progress)
    if progress.done:
        progress.note("resumed")
    _put_all(connection, plan, file, progress)
    try:
        return _complete(connection, plan)
    except Conflict as error:
        if error.code != "upload_incomplete":
            raise
    plan.parts = _listed(connection, plan.version).parts  # what the server says it has is what counts
    progress.add(-progress.done)
    _account(plan, file, progress)
    _put_all(connection, plan, file, progress)
    return _complete(connection, plan)


def _account(plan: _Plan, file: Path, progress: Progress) -> None:
    total = file.stat().st_size
    progress.add(sum(plan.span(part, total)[1] for part in plan.parts if part.done))


def _complete(connection: Connection, plan: _Plan) -> Mapping[str, Any]:
    try:
        completed: Mapping[str, Any] = connection.post(
            f"{plan.version}/complete", {"parts": plan.etags()}, action="complete the upload"
        )
    except NotFound:
        raise _UploadGone from None
    return completed


def _listed(connection: Connection, version: str) -> _Plan:
    try:
        return _plan(version, connection.get(f"{version}/upload", action="resume the upload"))
    except (NotFound, Conflict):  # swept, deleted or lost by the store
        raise _UploadGone from None


def _state(connection: Connection, version: str) -> str:
    try:
        return str(connection.get(version, action="read the version").get("state"))
    except NotFound:
        return ""


def _plan(version: str, upload: Mapping[str, Any]) -> _Plan:
    parts = [
        _Part(int(part["number"]), str(part.get("url") or ""), bool(part.get("done")), str(part.get("etag") or ""))
        for part in upload["parts"]
    ]
    return _Plan(version, int(upload["part_size"]), parts)


def _put_all(connection: Connection, plan: _Plan, file: Path, progress: Progress) -> None:
    waiting = [part for part in plan.parts if not part.done]
    if not waiting:
        return
    with outside_client(waiting[0].url) as client:
        for part in waiting:
            for _ in range(3):
                try:
                    part.etag = _put(connection, client, plan, part, file, progress)
                    part.done = True
                    break
                except _UrlExpired:
                    _refresh(connection, plan)
            else:
                raise Unavailable(
                    "Storage refuses the addresses that the server signs; tell the operator.", code="storage"
                )


def _refresh(connection: Connection, plan: _Plan) -> None:
    fresh = {part.number: part.url for part in _listed(connection, plan.version).parts}
    for part in plan.parts:
        part.url = fresh.get(part.number) or part.url


def _put(connection: Connection, client: httpx.Client, plan: _Plan, part: _Part, file: Path, progress: Progress) -> str:
    """Send one part until storage has it; its ETag."""
    start, length = plan.span(part, file.stat().st_size)
    problem: AtriumError | None = None
    for attempt in range(ATTEMPTS):
        if problem is not None:
            progress.note(f"part {part.number} is sent again")
            connection.pause(backoff(attempt - 1))
        before = progress.done
        try:
            response = client.put(
                part.url, content=_chunks(file, start, length, progress), headers={"Content-Length": str(length)}
            )
        except httpx.TransportError as error:
            problem = unreachable(part.url, error, f"send part {part.number}")
        else:
            if response.is_success and response.headers.get("ETag"):
                return str(response.headers["ETag"])
            problem = Unavailable(
                f"Could not send part {part.number}: storage answered {response.status_code}. Run the upload again; "
                "it goes on where it stopped.",
                code="storage",
            )
            if response.status_code == 404:
                raise _UploadGone
            if response.status_code in _EXPIRED:
                progress.add(before - progress.done)
                raise _UrlExpired
            if response.status_code not in _AGAIN and not response.is_success:
                raise problem
        progress.add(before - progress.done)
    assert problem is not None
    raise problem


def _chunks(file: Path, start: int, length: int, progress: Progress) -> Iterator[bytes]:
    with file.open("rb") as stream:
        stream.seek(start)
        left = length
        while left:
            chunk = stream.read(min(CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
            progress.add(len(chunk))
