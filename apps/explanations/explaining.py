"""The kind of job that explains an answer, and how its end reaches the row."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from apps.artifacts.models import Artifact, key_of
from apps.endpoints.inference import load_models
from apps.endpoints.models import PredictionArtifact
from apps.endpoints.preparation import payload_again
from apps.jobs.kinds import JobKind, Presigned, Result
from apps.jobs.payload import value_from
from apps.registry.interfaces import read_interface
from atrium.tenancy.statements import insert, jsonb, send
from gpu_workers.protocol.explained import Explained
from gpu_workers.protocol.explanations import Method, Target
from gpu_workers.protocol.messages import Explain, Model

from .models import Explanation

PNG = "image/png"


def payload_of(explanation: Explanation) -> dict[str, Any]:
    """What the job's row holds; the explanation with its prediction. In the open context."""
    prediction = explanation.prediction
    return {
        "subject": str(explanation.pk),
        "inputs": payload_again(read_interface(prediction.version.interface), prediction.inputs, prediction.edits),
        "question": explanation.question,
        "put": key_of(prediction.team_id, explanation.overlay_id),
    }


def _build(payload: dict[str, Any], model: Model | None, presigned: Presigned) -> Explain:
    if model is None:
        raise KeyError("an explanation's version is gone")
    return Explain(
        subject=UUID(payload["subject"]),
        model=model,
        inputs={name: value_from(value, presigned) for name, value in payload["inputs"].items()},
        method=msgspec.convert(payload["question"]["method"], Method),
        target=msgspec.convert(payload["question"]["target"], Target),
        put=presigned.put(payload["put"], PNG),
    )


FINISH = """
    UPDATE explanations_explanation e SET state = r.state, result = r.result, error = r.error, timings = r.timings,
        finished_at = now()
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::jsonb[], %s::jsonb[], %s::jsonb[])
        AS r(id, team_id, state, result, error, timings)
    WHERE e.id = r.id AND e.team_id = r.team_id AND e.state = 'queued'
    RETURNING e.id, e.prediction_id, e.overlay_id
"""
"""One that nobody waits for any more, as it was cancelled or deleted, takes no result."""


def _finish_many(results: Sequence[Result]) -> None:
    told = {
        result.subject: msgspec.msgpack.decode(result.made, type=Explained)
        for result in results
        if result.made is not None
    }
    teams = {result.subject: result.team_id for result in results}
    taken = send(
        FINISH,
        [result.subject for result in results],
        [result.team_id for result in results],
        [result.state for result in results],
        [jsonb(told[result.subject].result if result.subject in told else None) for result in results],
        [jsonb(result.error) for result in results],
        [jsonb(result.timings) for result in results],
    )
    if not any(each.overlay for each in told.values()):
        return
    for explanation_id, prediction_id, overlay_id in taken.fetchall():
        overlay = told[explanation_id].overlay if explanation_id in told else None
        if overlay is not None:
            team_id = teams[explanation_id]
            digest = bytes.fromhex(overlay.sha256)
            picture = Artifact(id=overlay_id, team_id=team_id, sha256=digest, size=overlay.size, content_type=PNG)
            insert(picture, PredictionArtifact(team_id=team_id, prediction_id=prediction_id, artifact_id=overlay_id))


EXPLAIN = JobKind(
    "explain", timedelta(hours=1), _build, _finish_many, load_models, at_once=2, suspects_what_is_made=True
)
