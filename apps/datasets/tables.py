"""A version's columns as values, and the message by which a worker finds its table."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from apps.jobs.kinds import Presigned
from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.datasets import Dataset as Held

from .models import DatasetVersion


def columns_of(version: DatasetVersion) -> tuple[Column, ...]:
    """In the order of the file, with the roles that count."""
    return msgspec.convert(version.columns, tuple[Column, ...])


def as_json(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """As `DatasetVersion.columns` holds them."""
    return [msgspec.to_builtins(column) for column in columns]


def held_payload(version: DatasetVersion, columns: Iterable[Column]) -> dict[str, Any]:
    """What the row of a job about a ready version holds. columns: with the roles that count for it."""
    table = version.table
    if table is None:
        raise LookupError(f"{version.pk} has no table")
    return {
        "version": str(version.pk),
        "key": table.key,
        "sha256": bytes(table.sha256).hex(),
        "size": table.size,
        "columns": as_json(columns),
    }


def held(payload: Mapping[str, Any], presigned: Presigned) -> Held:
    """What a worker needs to hold it."""
    return Held(
        version=UUID(payload["version"]),
        url=presigned.get(payload["key"]),
        sha256=payload["sha256"],
        size=payload["size"],
        columns=msgspec.convert(payload["columns"], tuple[Column, ...]),
    )
