"""Large files straight from a client to the store, in parts. Nothing here touches the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from uuid6 import uuid7

from atrium import storage
from atrium.errors import FieldError, Invalid, Problem, Unavailable

from .models import Artifact

MAX_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """url: where to PUT it; empty when it has arrived. size in bytes."""

    number: int
    size: int
    url: str
    etag: str = ""


def _part_size(size: int) -> int:
    """Parts of at least PART_BYTES, and never more than MAX_PARTS of them."""
    return max(settings.PART_BYTES, -(-size // MAX_PARTS))


def check_size(size: int, limit: int) -> None:
    if not 1 <= size <= limit:
        raise Invalid(FieldError("size", "range", f"A file holds between 1 byte and {limit / 2**30:.0f} GiB."))


def begin(team_id: UUID, size: int, digest: bytes, content_type: str, limit: int) -> Artifact:
    """Open a multipart upload for a file of a known size and hash; the caller saves the row. limit in bytes."""
    check_size(size, limit)
    artifact = Artifact(id=uuid7(), team_id=team_id, sha256=digest, size=size, content_type=content_type)
    artifact.part_size = _part_size(size)
    artifact.upload = storage.begin_upload(artifact.key, content_type)
    return artifact


def parts(artifact: Artifact) -> list[Part]:
    """Every part, with a fresh URL for those that have not arrived. Raises upload_gone where the store forgot."""
    arrived = storage.listed_parts(artifact.key, artifact.upload)
    count = -(-artifact.size // artifact.part_size)
    listed = []
    for number in range(1, count + 1):
        size = min(artifact.part_size, artifact.size - (number - 1) * artifact.part_size)
        etag, have = arrived.get(number, ("", -1))
        if have == size:
            listed.append(Part(number, size, "", etag))
        else:
            listed.append(Part(number, size, storage.presign_part(artifact.key, artifact.upload, number, size)))
    return listed


def complete(artifact: Artifact, etags: dict[int, str]) -> None:
    """Close the upload. etags: what the client was answered for each part; they must be those that the store lists.

    The caller saves the row. Asked again after success it does nothing, also where the first answer was lost on its
    way; parts that are missing are named.
    """
    if not artifact.upload:
        return
    try:
        listed = parts(artifact)
    except Problem as problem:  # forgotten by the store, or joined by a call whose caller did not learn of it
        if problem.code != "upload_gone" or storage.size(artifact.key) != artifact.size:
            raise
        artifact.upload = ""
        return
    missing = [str(part.number) for part in listed if not part.etag]
    if missing:
        told = ", ".join(missing[:10])
        raise Problem("upload_incomplete", f"Not arrived yet: part {told}. Send it, then complete.")
    differing = [
        str(part.number) for part in listed if etags.get(part.number, part.etag).strip('"') != part.etag.strip('"')
    ]
    if differing:
        told = ", ".join(differing[:10])
        raise Problem("upload_incomplete", f"Parts {told} are not those that you sent. Send them again.")
    storage.finish_upload(artifact.key, artifact.upload, {part.number: part.etag for part in listed})
    artifact.upload = ""


def abandon(artifacts: Iterable[Artifact]) -> None:
    """Drop the parts of uploads that never became a file; a store that is away forgets them by its own rule."""
    for artifact in artifacts:
        try:
            storage.abort_upload(artifact.key, artifact.upload)
        except Unavailable:
            return
