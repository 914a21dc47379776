"""Explanations end with the prediction that they are about."""

from collections.abc import Sequence
from uuid import UUID

from apps.endpoints.deletion import delete_jobs
from apps.jobs.services import cancel

from .models import Explanation


def forget_predictions(predictions: Sequence[UUID]) -> None:
    """In the open context. One that is being made is stopped; pictures go with those that the predictions hold."""
    found = Explanation.objects.filter(prediction__in=predictions)
    ids = list(found.values_list("pk", "state"))
    for explanation_id, state in ids:
        if state == Explanation.State.QUEUED:
            cancel(explanation_id)
    delete_jobs(explanation_id for explanation_id, _ in ids)
    found.delete()
