"""The kinds of job of a run: one asks a model of some rows, the last one joins the answers to the table."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from apps.artifacts.models import Artifact, key_of
from apps.endpoints.inference import load_models
from apps.jobs.kinds import JobKind, Presigned, Result
from atrium.tenancy.statements import insert, jsonb, run, send
from gpu_workers.protocol.datasets import AnswerFile, Join, applied, joined
from gpu_workers.protocol.interface import Interface, LabelOutput, NumberOutput, TextOutput
from gpu_workers.protocol.messages import Apply, Failure, Model
from gpu_workers.protocol.texts import storable

from .ingestion import PARQUET, PIECE_BYTES
from .models import PredictionRun, RunPart
from .tables import held, held_payload

ANSWERS = "application/vnd.msgpack"
ADVANCE = "datasets.advance_run"
Outputs = tuple[tuple[LabelOutput | NumberOutput | TextOutput, str], ...]


def outputs_of(interface: Interface, model: str) -> Outputs:
    """The outputs that become columns, each with the name under which they appear: of the first it is the model's own,
    since a model has one prediction."""
    kept = [field for field in interface.outputs if isinstance(field, LabelOutput | NumberOutput | TextOutput)]
    names: list[str] = []
    for place, field in enumerate(kept):
        name = f"{model} {field.name}".replace(":", " ")[:80] if place else model
        names.append(name if name not in names else f"{name[:76]} {place + 1}")
    return tuple(zip(kept, names, strict=True))


_DROPPED = {
    "image": "is a picture",
    "mask": "is a mask",
    "boxes": "says where things are",
    "points": "says where things are",
    "spans": "says where things are",
    "json": "is of any form",
    "vector": "is a vector",
    "table": "answers the rows of a file",
}


def dropped_words(interface: Interface) -> list[str]:
    """Why each of the other outputs becomes no column, a sentence each."""
    kept = LabelOutput | NumberOutput | TextOutput
    others = [msgspec.to_builtins(field) for field in interface.outputs if not isinstance(field, kept)]
    return [f"“{each['name']}” {_DROPPED.get(each['kind'], 'is a file')}, which no column holds." for each in others]


def part_payload(part: RunPart) -> dict[str, Any]:
    """What the row of a job about some rows holds; the part with its run and that one's source."""
    if part.place is None:
        raise LookupError(f"{part.pk} has no place for its answers")
    return {
        "dataset": held_payload(part.run.source, ()),
        "first": part.first,
        "count": part.count,
        "mapping": part.run.mapping,
        "put": key_of(part.team_id, part.place),
    }


def join_payload(run: PredictionRun, interface: Interface, parts: Sequence[RunPart]) -> dict[str, Any]:
    """What the row of the last job holds. parts: all of them, done, in their order, with their answers."""
    if run.place is None:
        raise LookupError(f"{run.pk} has no place for its table")
    files = [
        {
            "key": part.answers.key,
            "sha256": bytes(part.answers.sha256).hex(),
            "size": part.answers.size,
            "rows": part.count,
        }
        for part in parts
        if part.answers is not None
    ]
    return {
        "dataset": held_payload(run.source, ()),
        "files": files,
        "outputs": msgspec.to_builtins(outputs_of(interface, run.model)),
        "put": key_of(run.team_id, run.place),
    }


def _build_part(payload: dict[str, Any], model: Model | None, presigned: Presigned) -> Apply:
    if model is None:
        raise KeyError("the run's version is gone")
    return Apply(
        model=model,
        dataset=held(payload["dataset"], presigned),
        first=payload["first"],
        count=payload["count"],
        mapping=payload["mapping"],
        put=presigned.put(payload["put"], ANSWERS),
    )


def _build_join(payload: dict[str, Any], model: Model | None, presigned: Presigned) -> Join:
    return Join(
        dataset=held(payload["dataset"], presigned),
        files=tuple(
            AnswerFile(presigned.get(file["key"]), file["sha256"], file["size"], file["rows"])
            for file in payload["files"]
        ),
        outputs=msgspec.convert(payload["outputs"], Outputs),
        put=presigned.put(payload["put"], PARQUET),
        limit=PIECE_BYTES,
    )


LOCK = "SELECT state, place FROM datasets_predictionrun WHERE id = %s AND team_id = %s AND {} FOR UPDATE"
RUN_OF = "SELECT run_id FROM datasets_runpart WHERE id = %s AND team_id = %s AND job_id = %s AND state = 'queued'"
DONE = """
    UPDATE datasets_runpart SET state = 'done', answers_id = place, place = NULL, job_id = NULL, unanswered = %s::jsonb
    WHERE id = %s AND team_id = %s AND job_id = %s AND state = 'queued' RETURNING answers_id
"""
WAITS = """
    UPDATE datasets_runpart SET state = 'waiting', job_id = NULL, place = NULL
    WHERE id = %s AND team_id = %s AND job_id = %s AND state = 'queued'
"""
JOINED = "UPDATE datasets_predictionrun SET joined = %s::jsonb, job_id = NULL WHERE id = %s AND team_id = %s"
DEFER = "SELECT atrium.defer_run(%s, %s)"
FAILED = """
    UPDATE datasets_predictionrun SET state = 'failed', error = %s::jsonb, job_id = NULL, ended_at = %s
    WHERE id = %s AND team_id = %s AND state IN ('running', 'joining')
"""


def _finish_parts(results: Sequence[Result]) -> None:
    """The run's row is locked before its part's, as chores do."""
    for result in results:
        found = run(RUN_OF, result.subject, result.team_id, result.job_id)
        if not found:  # cancelled, or deleted meanwhile
            continue
        [(run_id,)] = found
        run(LOCK.format("true"), run_id, result.team_id)
        if result.made is None:
            send(WAITS, result.subject, result.team_id, result.job_id)
            if result.state != "cancelled":
                _fail(result, run_id)
        else:
            told = applied(result.made)
            unanswered = [[storable(each.value), each.rows] for each in told.unanswered]
            done = run(DONE, jsonb(unanswered), result.subject, result.team_id, result.job_id)
            for (place,) in done:
                insert(_artifact(result, place, told.sha256, told.size, ANSWERS))
        _go_on(result, run_id)


def _finish_joins(results: Sequence[Result]) -> None:
    for result in results:
        waits = LOCK.format("state = 'joining' AND job_id = %s")
        found = run(waits, result.subject, result.team_id, result.job_id)
        if not found:
            continue
        [(_, place)] = found
        if result.made is None:
            _fail(result, result.subject)
            _go_on(result, result.subject)
            continue
        told = joined(result.made)
        insert(_artifact(result, place, told.sha256, told.size, PARQUET))
        send(JOINED, jsonb(told), result.subject, result.team_id)
        _go_on(result, result.subject)


def _artifact(result: Result, place: UUID, sha256: str, size: int, content_type: str) -> Artifact:
    return Artifact(
        id=place, team_id=result.team_id, sha256=bytes.fromhex(sha256), size=size, content_type=content_type
    )


def _fail(result: Result, run_id: UUID) -> None:
    failure = result.error or Failure("internal", "It ended and told nothing.")
    told = {"code": failure.code, "message": storable(failure.message)}
    send(FAILED, jsonb(told), result.finished_at, run_id, result.team_id)


def _go_on(result: Result, run_id: UUID) -> None:
    """A chore of the name ADVANCE; procrastinate's own way waits for an answer, which the dispatcher does not."""
    send(DEFER, result.team_id, run_id)


APPLY = JobKind("apply", timedelta(hours=6), _build_part, _finish_parts, load_models, at_once=2)
JOIN = JobKind("join", timedelta(hours=2), _build_join, _finish_joins, at_once=1)
