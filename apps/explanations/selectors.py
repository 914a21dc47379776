"""Reads of explanations, inside the team's context."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from apps.endpoints.models import Endpoint, Prediction
from apps.endpoints.selectors import prediction_for
from apps.jobs.models import Job
from apps.registry.functions import LIVE
from apps.registry.interfaces import read_interface
from apps.registry.models import Version
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require

from .models import Explanation
from .permissions import can_see_explanations
from .words import methods_for

GUESTS = "The team has not opened this to guests, or your link does not allow to judge."
OPEN_JOBS = (Job.State.QUEUED, Job.State.RUNNING)


def prediction_to_explain(principal: TeamPrincipal, prediction_id: UUID) -> Prediction:
    prediction = prediction_for(principal, prediction_id)
    require(can_see_explanations(principal, prediction.endpoint), GUESTS)
    return prediction


def explanations_of(principal: TeamPrincipal, prediction_id: UUID) -> "QuerySet[Explanation]":
    """The newest last."""
    prediction = prediction_to_explain(principal, prediction_id)
    return Explanation.objects.filter(prediction=prediction)


def explanation_for(principal: TeamPrincipal, explanation_id: UUID) -> Explanation:
    """Raises NotFound for what is not there and for what the principal may not see, alike."""
    found = Explanation.objects.filter(pk=explanation_id).first()
    if found is None:
        raise NotFound
    found.prediction = prediction_to_explain(principal, found.prediction_id)
    return found


def offered(principal: TeamPrincipal, endpoint: Endpoint, version: Version) -> list[dict[str, Any]] | None:
    """The methods that suit a version, in words; None where the principal is shown no explanations."""
    if not can_see_explanations(principal, endpoint):
        return None
    return [] if version.format == LIVE else methods_for(read_interface(version.interface))


def progress_of(explanations: Sequence[Explanation]) -> dict[UUID, float | None]:
    """How far those are that a worker has: a share in 0..1; None while one waits."""
    waiting = [each.pk for each in explanations if each.state == Explanation.State.QUEUED]
    if not waiting:
        return {}
    jobs = Job.objects.filter(subject__in=waiting, state__in=OPEN_JOBS)
    return {
        subject: (progress or 0.0) if state == Job.State.RUNNING else None
        for subject, state, progress in jobs.values_list("subject", "state", "progress")
    }
