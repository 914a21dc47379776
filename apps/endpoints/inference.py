"""The kind of job that answers a prediction, and how its result reaches the row."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from apps.artifacts.models import Artifact
from apps.jobs.kinds import JobKind, Prepared, Result
from apps.jobs.payload import value_from
from apps.registry.models import Version
from atrium import storage
from atrium.tenancy.statements import jsonb, run
from gpu_workers.protocol.interface import ImageAnswer, Interface
from gpu_workers.protocol.messages import Model, Predict, Put

from .models import PredictionArtifact

MODEL_URL_SECONDS = 7 * 24 * 3600


def _build(payload: dict[str, Any], model: Model | None, prepared: Prepared) -> Predict:
    if model is None:
        raise KeyError("a prediction's version is gone")
    return Predict(
        model=model,
        inputs={name: value_from(value, prepared) for name, value in payload["inputs"].items()},
        puts={name: Put(key, prepared.put(key)) for name, key in payload["puts"].items()},
    )


def _load_models(versions: Sequence[UUID]) -> dict[UUID, Model]:
    """Their address lives as long as the dispatcher may cache it; the worker fetches a file once and verifies it."""
    found = Version.objects.filter(pk__in=versions).select_related("artifact")
    return {
        version.pk: Model(
            version=version.pk,
            url=storage.presign_get(version.artifact.key, MODEL_URL_SECONDS),
            sha256=bytes(version.artifact.sha256).hex(),
            size=version.artifact.size,
            format=version.format,
            interface=msgspec.convert(version.interface, Interface),
            batch_axis=version.batch_axis,
        )
        for version in found
    }


def _artifact_id(key: str) -> str:
    """A picture is put under a key that ends in the id of its artifact to be."""
    return key.rpartition("/")[2]


def _answers(result: Result) -> dict[str, Any] | None:
    """As the row holds them: a picture by its artifact's id."""
    if result.answers is None:
        return None
    answers: dict[str, Any] = msgspec.to_builtins(result.answers)
    for answer in answers.values():
        if answer["kind"] == "image":
            answer["artifact"] = _artifact_id(answer.pop("key"))
    return answers


def _keep_answered_pictures(results: Sequence[Result]) -> None:
    pictures = [
        (result, answer)
        for result in results
        for answer in (result.answers or {}).values()
        if isinstance(answer, ImageAnswer) and answer.key.startswith(f"team/{result.team_id}/")
    ]
    if not pictures:
        return
    Artifact.objects.bulk_create(
        Artifact(
            id=UUID(_artifact_id(answer.key)),
            team_id=result.team_id,
            sha256=bytes.fromhex(answer.sha256),
            size=answer.size,
            content_type="image/png",
        )
        for result, answer in pictures
    )
    PredictionArtifact.objects.bulk_create(
        PredictionArtifact(
            team_id=result.team_id, prediction_id=result.subject, artifact_id=UUID(_artifact_id(answer.key))
        )
        for result, answer in pictures
    )


FINISH = """
    UPDATE endpoints_prediction p SET state = r.state, answer = r.answer, error = r.error, timings = r.timings,
        finished_at = now()
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::jsonb[], %s::jsonb[], %s::jsonb[])
        AS r(id, team_id, state, answer, error, timings)
    WHERE p.id = r.id AND p.team_id = r.team_id AND p.state IN ('queued', 'running')
    RETURNING p.id
"""


def _finish_many(results: Sequence[Result]) -> None:
    rows = run(
        FINISH,
        [result.subject for result in results],
        [result.team_id for result in results],
        [result.state for result in results],
        [jsonb(_answers(result)) for result in results],
        [jsonb(result.error) for result in results],
        [jsonb(result.timings) for result in results],
    )
    ended = {row[0] for row in rows}
    _keep_answered_pictures([result for result in results if result.subject in ended])


PREDICT = JobKind("predict", timedelta(minutes=5), _build, _load_models, _finish_many)
