"""Keeping bytes, and finding them again."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from uuid6 import uuid7

from atrium import storage
from atrium.errors import Problem
from atrium.tenancy.context import current_team_id
from atrium.tenancy.statements import insert

from .models import Artifact


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes on their way to a row: `artifact_id` and, for large ones, the object are there before the row is."""

    artifact_id: UUID
    data: bytes
    content_type: str
    sha256: bytes

    @property
    def is_inline(self) -> bool:
        return len(self.data) <= settings.INLINE_BYTES


def stage(team_id: UUID, data: bytes, content_type: str) -> Bytes:
    """Put large bytes to the store, outside any transaction; small ones go into the row. Then `keep` them."""
    staged = Bytes(uuid7(), data, content_type, sha256(data).digest())
    if not staged.is_inline:
        storage.put(f"team/{team_id}/{staged.artifact_id}", data, content_type)
    return staged


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
