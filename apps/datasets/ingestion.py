"""The kind of job that has an uploaded file read, and how what was found reaches the version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from uuid6 import uuid7

from apps.artifacts.models import Artifact, key_of
from apps.jobs.kinds import JobKind, Presigned, Result
from atrium import storage
from atrium.tenancy.statements import insert, jsonb, run, send
from gpu_workers.protocol import datasets
from gpu_workers.protocol.datasets import Column, Ingest, Reading
from gpu_workers.protocol.messages import Failure, Model
from gpu_workers.protocol.texts import storable

from .models import DatasetVersion
from .roles import faults, field_of, read_all, yielded

PARQUET = "application/vnd.apache.parquet"
FILE_OF_ONE_PIECE = 2**30
"""Bytes of a file up to which its table is put in one piece; that of a larger one goes to the store in parts."""
PIECE_BYTES = 5 * 2**30
"""What a store takes in one piece."""
PART_BYTES = 256 * 2**20
TABLE_BYTES = 16 * 2**30
"""Of a table in parts."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table will lie: the artifact that it will be, and an upload of parts for each attempt at its reading;
    none where it goes there in one piece."""

    id: UUID
    uploads: tuple[str, ...] = ()


def place_for(file: Artifact) -> Place:
    """A place for the table of a file, opened in the store. What stays open is swept. Raises Unavailable."""
    place = uuid7()
    if file.size <= FILE_OF_ONE_PIECE:
        return Place(place)
    key = key_of(file.team_id, place)
    return Place(place, tuple(storage.begin_upload(key, PARQUET) for _ in range(settings.ATTEMPTS)))


def payload(version: DatasetVersion, uploads: Sequence[str] = ()) -> dict[str, Any]:
    """What a job's row holds. `version.place` says where the table will lie; uploads: as in `Place`."""
    if version.place is None:
        raise LookupError(f"{version.pk} has no place for its table")
    file = version.file
    return {
        "key": file.key,
        "sha256": bytes(file.sha256).hex(),
        "size": file.size,
        "format": version.format,
        "put": key_of(version.team_id, version.place),
        "uploads": list(uploads),
    }


def _build(payload: dict[str, Any], model: Model | None, presigned: Presigned) -> Ingest:
    key, uploads = payload["put"], payload.get("uploads", ())
    if uploads:
        put, limit = presigned.put_in_parts(key, uploads, PART_BYTES, TABLE_BYTES, PARQUET), TABLE_BYTES
    else:
        put, limit = presigned.put(key, PARQUET), PIECE_BYTES
    return Ingest(
        url=presigned.get(payload["key"]),
        sha256=payload["sha256"],
        size=payload["size"],
        format=payload["format"],
        put=put,
        limit=limit,
    )


def settled(columns: tuple[Column, ...], declared: dict[str, Any]) -> tuple[tuple[Column, ...], list[str]]:
    """The columns with the roles that came with the upload, and what could not be done as it said, in sentences."""
    names = {column.name for column in columns}
    missing = [name for name in declared if name not in names]
    remarks = [f"A role was given for “{name}”, and the file has no such column." for name in missing[:10]]
    if len(missing) > 10:
        remarks.append(f"So it is with {len(missing) - 10} more columns.")
    given = {name: role for name, role in read_all(declared).items() if name in names}
    while True:
        chosen = yielded(columns, given)
        wrong = {fault.field: fault.message for fault in faults(chosen)}
        refused = [name for name in given if field_of(name) in wrong]
        if not refused:
            return chosen, remarks
        for name in refused:
            remarks.append(f"The role given for “{name}” was not taken. {wrong[field_of(name)]}")
            del given[name]


SELECT = """
    SELECT place, declared FROM datasets_datasetversion WHERE id = %s AND team_id = %s AND state = 'reading' FOR UPDATE
"""
READY = """
    UPDATE datasets_datasetversion SET state = 'ready', table_id = %s, place = NULL, rows = %s, columns = %s::jsonb,
        preview = %s::jsonb, remarks = %s::jsonb, roles_set_at = %s, error = NULL, decided_at = %s
    WHERE id = %s AND team_id = %s
"""
REJECTED = """
    UPDATE datasets_datasetversion SET state = 'rejected', place = NULL, rule = %s, reason = %s, error = NULL,
        decided_at = %s
    WHERE id = %s AND team_id = %s
"""
FAILED = "UPDATE datasets_datasetversion SET state = 'failed', error = %s::jsonb WHERE id = %s AND team_id = %s"


def _finish_many(results: Sequence[Result]) -> None:
    for result in results:
        found = run(SELECT, result.subject, result.team_id)
        if not found:  # deleted meanwhile
            continue
        [(place, declared)] = found
        if result.made is None:
            failure = result.error or Failure("internal", "The reading ended and told nothing.")
            _fail(result, failure)
            continue
        reading = datasets.reading(result.made)
        if reading.verdict == "rejected":
            values = storable(reading.rule)[:60], storable(reading.reason), result.finished_at
            send(REJECTED, *values, result.subject, result.team_id)
        else:
            _keep(result, reading, place, msgspec.json.decode(declared))


def _fail(result: Result, failure: Failure) -> None:
    told = {"code": failure.code, "message": failure.message}
    send(FAILED, jsonb(told), result.subject, result.team_id)


def _keep(result: Result, reading: Reading, place: UUID, declared: dict[str, Any]) -> None:
    columns, remarks = settled(reading.columns, declared)
    table = Artifact(
        id=place,
        team_id=result.team_id,
        sha256=bytes.fromhex(reading.sha256),
        size=reading.size,
        content_type=PARQUET,
    )
    insert(table)
    said_at: datetime | None = result.finished_at if declared else None
    send(
        READY,
        table.pk,
        reading.rows,
        _storable_json(columns),
        _storable_json(reading.preview),
        _storable_json([*reading.notes, *remarks]),
        said_at,
        result.finished_at,
        result.subject,
        result.team_id,
    )


def _storable_json(value: Any) -> str:
    text = jsonb(value) or "null"
    # an escaped backslash before "u0000" is no escaped NUL: it is set apart by a NUL, of which JSON holds none
    return text.replace("\\\\", "\\\\\x00").replace("\\u0000", "\\ufffd").replace("\x00", "")


INGEST = JobKind("ingest", timedelta(hours=2), _build, _finish_many, at_once=2)
