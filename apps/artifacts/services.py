"""Keeping bytes, and finding them again."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Self
from uuid import UUID

from django.conf import settings
from uuid6 import uuid7

from atrium import storage
from atrium.errors import Problem, Unavailable
from atrium.tenancy.context import current_team_id
from atrium.tenancy.statements import insert

from .models import Artifact, key_of

log = logging.getLogger("atrium.artifacts")


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes on their way to a row: small ones go into it, large ones lie in the store before it is there."""

    artifact_id: UUID
    data: bytes
    content_type: str
    sha256: bytes

    @classmethod
    def of(cls, data: bytes, content_type: str) -> Self:
        return cls(uuid7(), data, content_type, sha256(data).digest())

    @property
    def is_inline(self) -> bool:
        return len(self.data) <= settings.INLINE_BYTES


def stage(team_id: UUID, data: bytes, content_type: str) -> Bytes:
    """Bytes that `keep` can take: outside any transaction, since large ones are put to the store."""
    staged = Bytes.of(data, content_type)
    store(team_id, [staged])
    return staged


def store(team_id: UUID, many: Iterable[Bytes]) -> None:
    """Put the large ones to the store. Who then finds that they are not needed discards them."""
    for each in many:
        if not each.is_inline:
            storage.put(key_of(team_id, each.artifact_id), each.data, each.content_type)


def discard(team_id: UUID, many: Iterable[Bytes]) -> None:
    """Take bytes out of the store that will have no row; where it is away, the nightly sweep does."""
    keys = [key_of(team_id, each.artifact_id) for each in many if not each.is_inline]
    try:
        storage.delete(*keys)
    except Unavailable:
        log.warning("%d objects have no row: %s", len(keys), ", ".join(keys))


@contextmanager
def unless_refused(team_id: UUID, many: Sequence[Bytes]) -> Iterator[None]:
    """Around the transaction that keeps staged bytes: where that is refused, they are discarded."""
    try:
        yield
    except Problem:
        discard(team_id, many)
        raise


def keep(many: Iterable[Bytes]) -> list[Artifact]:
    """Insert the rows of staged bytes, in the open context."""
    rows = rows_of(many)
    insert(*rows)
    return rows


def rows_of(many: Iterable[Bytes]) -> list[Artifact]:
    """The rows of staged bytes, for who inserts them with others."""
    return [
        Artifact(
            id=each.artifact_id,
            team_id=current_team_id(),
            sha256=each.sha256,
            size=len(each.data),
            content_type=each.content_type,
            inline=each.data if each.is_inline else None,
        )
        for each in many
    ]


def read_part(artifact: Artifact, start: int, length: int) -> bytes:
    """So many bytes from `start` on, as they lie there: a part has no hash of its own. Touches no database."""
    if artifact.inline is not None:
        return bytes(artifact.inline[start : start + length])
    try:
        return storage.get_part(artifact.key, start, length)
    except FileNotFoundError as error:
        raise Problem("artifact_damaged", "What was stored is gone from the store.") from error


def read(artifact: Artifact) -> bytes:
    """The bytes, verified against their hash; touches no database, so no transaction need be open."""
    if artifact.inline is not None:
        return bytes(artifact.inline)
    try:
        data = storage.get(artifact.key)
    except FileNotFoundError as error:
        raise Problem("artifact_damaged", "What was stored is gone from the store.") from error
    if sha256(data).digest() != bytes(artifact.sha256):
        raise Problem("artifact_damaged")
    return data
