"""The kind of job that answers a prediction, and how its result reaches the row."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Cursor

from apps.artifacts.models import Artifact
from apps.jobs.kinds import JobKind, Presigned, Result
from apps.jobs.payload import value_from
from apps.registry.models import Version
from atrium import storage
from atrium.tenancy.statements import Row, insert, jsonb, send
from gpu_workers.protocol.answers import FILES, Answer, FileAnswer
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Model, Outcome, Predict

from .models import Prediction, PredictionArtifact

log = logging.getLogger("atrium.dispatcher")
MODEL_URL_SECONDS = 7 * 24 * 3600


def build(payload: dict[str, Any], model: Model | None, presigned: Presigned) -> Predict:
    if model is None:
        raise KeyError("a prediction's version is gone")
    types = {field.name: FILES[type(field)].content_type for field in model.interface.outputs if type(field) in FILES}
    return Predict(
        model=model,
        inputs={name: value_from(value, presigned) for name, value in payload["inputs"].items()},
        puts={name: presigned.put(key, types[name]) for name, key in payload["puts"].items()},
    )


def load_models(versions: Sequence[UUID], public: bool = False) -> dict[UUID, Model]:
    """Their address lives as long as the dispatcher may cache it; the worker fetches a file once and verifies it."""
    models = {}
    for version in Version.objects.filter(pk__in=versions).select_related("artifact"):
        try:
            models[version.pk] = _model(version, public)
        except Exception:
            log.exception("version %s cannot be served", version.pk)
    return models


def _model(version: Version, public: bool) -> Model:
    return Model(
        version=version.pk,
        url=storage.presign_get(version.artifact.key, MODEL_URL_SECONDS, public=public),
        sha256=bytes(version.artifact.sha256).hex(),
        size=version.artifact.size,
        format=version.format,
        interface=msgspec.convert(version.interface, Interface),
        batch_axis=version.batch_axis,
    )


def _artifact_id(key: str) -> str:
    """A file is put under a key that ends in the id of its artifact to be."""
    return key.rpartition("/")[2]


def _written(given: dict[str, Answer] | None) -> dict[str, Any] | None:
    """Answers as the row holds them: a file by its artifact's id."""
    if given is None:
        return None
    answers: dict[str, Any] = msgspec.to_builtins(given)
    for answer in answers.values():
        if "key" in answer:
            answer["artifact"] = _artifact_id(answer.pop("key"))
    return answers


def _keep_answered_files(results: Sequence[Result], finished: "Cursor[Row]") -> None:
    """Only of predictions whose row took the result."""
    files = [
        (result, answer)
        for result in results
        for answer in (result.answers or {}).values()
        if isinstance(answer, FileAnswer) and answer.key.startswith(f"team/{result.team_id}/")
    ]
    if not files:
        return
    ended = {row[0] for row in finished.fetchall()}
    files = [(result, answer) for result, answer in files if result.subject in ended]
    for result, answer in files:
        artifact = Artifact(
            id=UUID(_artifact_id(answer.key)),
            team_id=result.team_id,
            sha256=bytes.fromhex(answer.sha256),
            size=answer.size,
            content_type=answer.content_type,
        )
        held = PredictionArtifact(team_id=result.team_id, prediction_id=result.subject, artifact_id=artifact.pk)
        insert(artifact, held)


FINISH = """
    UPDATE endpoints_prediction p SET state = r.state, answer = r.answer, error = r.error, timings = r.timings,
        finished_at = now()
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::jsonb[], %s::jsonb[], %s::jsonb[])
        AS r(id, team_id, state, answer, error, timings)
    WHERE p.id = r.id AND p.team_id = r.team_id AND p.state = 'queued'
    RETURNING p.id
"""


def finish_many(results: Sequence[Result]) -> None:
    finished = send(
        FINISH,
        [result.subject for result in results],
        [result.team_id for result in results],
        [result.state for result in results],
        [jsonb(_written(result.answers)) for result in results],
        [jsonb(result.error) for result in results],
        [jsonb(result.timings) for result in results],
    )
    _keep_answered_files(results, finished)


def take(prediction: Prediction, state: str, outcome: Outcome) -> None:
    """Give a prediction that is held in memory what was written to its row."""
    prediction.state, prediction.finished_at = state, outcome.finished_at
    prediction.answer = _written(outcome.answers)
    prediction.error = msgspec.to_builtins(outcome.error)
    prediction.timings = outcome.timings


PREDICT = JobKind("predict", timedelta(minutes=5), build, finish_many, load_models)
