"""Asking why, and stopping it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from uuid6 import uuid7

from apps.endpoints.authors import author_of, link_of
from apps.endpoints.models import Prediction
from apps.jobs.models import Job, Quota
from apps.jobs.services import cancel as cancel_job
from apps.jobs.services import note_usage, reserve, submit
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Unavailable, require
from atrium.tenancy.context import team_context

from .explaining import payload_of
from .models import Explanation
from .permissions import can_explain, can_stop
from .questions import Cost, Question, cost_of, question_about
from .selectors import explanation_for, prediction_to_explain

NEEDS = "Asking why needs the role of a member, and for tokens the scope predict."
TRIES = 3
State = Explanation.State


def cost_before(principal: TeamPrincipal, prediction_id: UUID, body: Mapping[str, Any]) -> Cost:
    """What it would come to. body: as for `explain`."""
    with team_context(principal):
        prediction = prediction_to_explain(principal, prediction_id)
        require(can_explain(principal, prediction.endpoint), NEEDS)
        return cost_of(prediction, question_about(prediction, body))


def explain(principal: TeamPrincipal, prediction_id: UUID, body: Mapping[str, Any]) -> Explanation:
    """What was found to the same question, one that is being made, or a new one; `stored` says which.

    body: `{method, options?, target?}`. A new one draws on the team's device time by its calls, and is one of a link's
    cases. Raises Invalid, not_explainable, quota_exceeded and queue_full; then nothing is kept.
    """
    with team_context(principal), transaction.atomic():
        prediction = prediction_to_explain(principal, prediction_id)
        require(can_explain(principal, prediction.endpoint), NEEDS)
        question = question_about(prediction, body)
        found = _found_or_new(principal, prediction, question)
        found.prediction = prediction
        return found


def _found_or_new(principal: TeamPrincipal, prediction: Prediction, question: Question) -> Explanation:
    same = Explanation.objects.filter(prediction=prediction, asked_sha256=question.digest)
    for _ in range(TRIES):
        found = same.first()
        if found is not None and found.state in (State.QUEUED, State.SUCCEEDED):
            found.stored = True
            _note_stored(prediction)
            return found
        if found is not None:  # it failed or was stopped: asked anew, under an id that its old job does not know
            same.filter(pk=found.pk).delete()
        row = _new(principal, prediction, question)
        Explanation.objects.bulk_create([row], ignore_conflicts=True)  # waits for a twin that asks just now
        if same.filter(pk=row.pk).exists():
            _submit(principal, row)
            return row
    raise Unavailable("The same is being asked and stopped again and again. Try again in a moment.")


def _new(principal: TeamPrincipal, prediction: Prediction, question: Question) -> Explanation:
    kind, author_id = author_of(principal)
    cost = cost_of(prediction, question)
    return Explanation(
        prediction=prediction,
        question=question.as_json,
        asked_sha256=question.digest,
        calls=cost.calls,
        expected_ms=cost.ms,
        overlay_id=uuid7(),
        asker_kind=kind,
        asker_id=author_id,
    )


def _submit(principal: TeamPrincipal, explanation: Explanation) -> None:
    prediction, link_id = explanation.prediction, link_of(principal)
    if link_id is not None:
        reserve(link_id, Quota.Unit.CASES, 1)
    project_id = prediction.endpoint.project_id
    method = explanation.question["method"]["method"]
    record(principal, "prediction.explained", prediction, project_id=project_id, method=method, calls=explanation.calls)
    submit(
        "explain",
        explanation.pk,
        payload_of(explanation),
        pool=prediction.endpoint.pool,
        priority=Job.Priority.BATCH,
        project_id=project_id,
        version_id=prediction.version_id,
        link_id=link_id,
        reserve_ms=explanation.expected_ms,
    )


def _note_stored(prediction: Prediction) -> None:
    note_usage("explain", "stored", project_id=prediction.endpoint.project_id, version_id=prediction.version_id)


def cancel(principal: TeamPrincipal, explanation_id: UUID) -> Explanation:
    """Nobody needs it any more; one that has ended stays as it is. The same question is then asked anew."""
    with team_context(principal), transaction.atomic():
        found = explanation_for(principal, explanation_id)
        require(can_stop(principal, found), "A guest stops what it asked itself.")
        if Explanation.objects.filter(pk=found.pk, state=State.QUEUED).update(state=State.CANCELLED):
            cancel_job(found.pk)
            record(
                principal,
                "prediction.explanation_cancelled",
                found.prediction,
                project_id=found.prediction.endpoint.project_id,
            )
        return explanation_for(principal, explanation_id)
