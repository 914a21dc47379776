"""Deleting predictions with their jobs, and with the pictures that nothing else holds."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from apps.artifacts.deletion import remove
from apps.jobs.models import Job
from apps.jobs.services import cancel

from .models import OPEN, Example, Prediction, PredictionArtifact

Forget = Callable[[Sequence[UUID]], None]
KEPT_ELSEWHERE: list[Forget] = []
"""How apps above forget what they keep of predictions beyond rows that fall with them."""


HELD_BY: list[str] = []
"""Relations of apps above, as long as which hold a prediction no sweep takes it."""
ASKED_ANEW: list[str] = []
"""Of apps above, the ways from a prediction to the one whose inputs it asks anew."""


def held_by(*relations: str, asked_anew: str) -> None:
    """Called once by an app when it is ready, with names of HELD_BY and ASKED_ANEW."""
    HELD_BY.extend(relations)
    ASKED_ANEW.append(asked_anew)


def register(forget: Forget) -> None:
    """Called once by an app when it is ready. forget: called inside the team's context, with the predictions' ids."""
    KEPT_ELSEWHERE.append(forget)


def forget_elsewhere(predictions: Sequence[UUID]) -> None:
    """Also where the row stays and what was asked with it goes."""
    for forget in KEPT_ELSEWHERE:
        forget(predictions)


def unneeded(predictions: "QuerySet[Prediction]") -> "QuerySet[Prediction]":
    """Those that nothing of the apps above, no example and no attempt that stays hangs on."""
    attempts = Prediction.objects.filter(original=OuterRef("pk"))
    examples = Example.objects.filter(prediction=OuterRef("pk"))
    found = predictions.filter(**dict.fromkeys(HELD_BY))
    return found.exclude(Exists(examples)).exclude(Exists(attempts))


def orphaned_by(predictions: "QuerySet[Prediction]") -> list[UUID]:
    """Artifacts that only these predictions hold."""
    return list(held_only_by(predictions).values_list("artifact_id", flat=True))


def held_only_by(predictions: "QuerySet[Prediction]") -> "QuerySet[PredictionArtifact]":
    """Asked picture by picture, by its index: a sweep reads nothing of what the rest of the team has stored."""
    others = PredictionArtifact.objects.filter(artifact=OuterRef("artifact")).exclude(prediction__in=predictions)
    return PredictionArtifact.objects.filter(~Exists(others), prediction__in=predictions)


def delete_predictions(predictions: "QuerySet[Prediction]") -> int:
    """Delete rows and pictures, in the open context; returns how many rows.

    One that still runs is cancelled: its job, and what that holds, go with the job's end.
    """
    ids = list(predictions.values_list("pk", flat=True))
    wanted = Prediction.objects.filter(pk__in=ids)
    for waiting in wanted.filter(state__in=OPEN).values_list("pk", flat=True):
        cancel(waiting)
    delete_jobs(ids)
    forget_elsewhere(ids)
    orphans = orphaned_by(wanted)
    Prediction.objects.filter(original_id__in=ids).update(original=None)
    wanted.delete()
    remove(orphans)
    return len(ids)


def delete_jobs(subjects: Iterable[UUID]) -> None:
    """Those that ended: the error of one can carry words of its input. What still runs is cancelled, and swept."""
    ended = Job.objects.filter(subject__in=list(subjects)).exclude(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    ended.delete()
