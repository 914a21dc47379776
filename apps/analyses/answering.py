"""The kind of job that answers a question, and how its end reaches the row."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from apps.artifacts.models import Artifact, key_of
from apps.datasets.models import DatasetVersion
from apps.datasets.tables import held, held_payload
from apps.jobs.kinds import JobKind, Presigned, Result
from atrium.tenancy.statements import insert, jsonb, send
from gpu_workers.protocol.datasets import Column
from gpu_workers.protocol.debugger import Ask, Export, ExportAnswer, Question, TakeAnswer, answered
from gpu_workers.protocol.messages import Model

FORMATS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
"""An export's content type by its format."""
PICTURES = "application/octet-stream"
"""Of the file that the pictures of rows are put in, one after the other."""


def payload_of(
    version: DatasetVersion, columns: Sequence[Column], question: Mapping[str, Any], file_id: UUID | None
) -> dict[str, Any]:
    """What the job's row holds. columns: with the roles that count now, without facts. file_id: of the file that
    the answer makes."""
    put = None if file_id is None else key_of(version.team_id, file_id)
    return {"dataset": held_payload(version, columns), "question": question, "put": put}


def _build(payload: dict[str, Any], model: Model | None, presigned: Presigned) -> Ask:
    question: Question = msgspec.convert(payload["question"], Question)
    content_type = FORMATS[question.format] if isinstance(question, Export) else PICTURES
    put = presigned.put(payload["put"], content_type) if payload["put"] else None
    return Ask(held(payload["dataset"], presigned), question, put)


FINISH = """
    UPDATE analyses_answer a SET state = r.state, answer = r.answer, error = r.error
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[], %s::jsonb[]) AS r(id, team_id, state, answer, error)
    WHERE a.id = r.id AND a.team_id = r.team_id AND a.state = 'queued'
    RETURNING a.team_id, a.state, a.answer, a.file_id, a.question->>'format'
"""
"""One that nobody waits for any more, as it was cancelled or deleted, takes no result."""


def _finish_many(results: Sequence[Result]) -> None:
    taken = send(
        FINISH,
        [result.subject for result in results],
        [result.team_id for result in results],
        [result.state for result in results],
        [result.made for result in results],
        [jsonb(result.error) for result in results],
    )
    for team_id, state, answer, file_id, format in taken.fetchall():
        if file_id is not None and state == "succeeded":
            insert(_file(team_id, file_id, FORMATS.get(format, PICTURES), bytes(answer)))


def _file(team_id: UUID, file_id: UUID, content_type: str, answer: bytes) -> Artifact:
    """The row of what the worker put."""
    told = answered(answer)
    if not isinstance(told, ExportAnswer | TakeAnswer):
        raise TypeError("what was asked for a file was answered with something else")
    return Artifact(
        id=file_id, team_id=team_id, sha256=bytes.fromhex(told.sha256), size=told.size, content_type=content_type
    )


ASK = JobKind("ask", timedelta(minutes=10), _build, _finish_many, at_once=8)
