"""A version's columns as values, and the message by which a worker finds its table."""

from collections.abc import Iterable
from typing import Any

import msgspec

from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.datasets import Dataset as Held

from .models import DatasetVersion


def columns_of(version: DatasetVersion) -> tuple[Column, ...]:
    """In the order of the file, with the roles that count."""
    return msgspec.convert(version.columns, tuple[Column, ...])


def as_json(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """As `DatasetVersion.columns` holds them."""
    return [msgspec.to_builtins(column) for column in columns]


def held(version: DatasetVersion, url: str, columns: Iterable[Column] | None = None) -> Held:
    """What a worker needs to hold a ready version. url: of `version.table.key`, presigned. columns: its own, unless
    those of the time when something was asked count."""
    table = version.table
    if table is None:
        raise LookupError(f"{version.pk} has no table")
    chosen = columns_of(version) if columns is None else tuple(columns)
    return Held(version.pk, url, bytes(table.sha256).hex(), table.size, chosen)
