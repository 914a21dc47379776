"""Deleting predictions with their jobs, and with the pictures that nothing else holds."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from apps.artifacts.deletion import remove
from apps.jobs.models import Job
from apps.jobs.services import cancel

from .models import OPEN, Prediction, PredictionArtifact


def orphaned_by(predictions: "QuerySet[Prediction]") -> list[UUID]:
    """Artifacts that only these predictions hold."""
    mine = PredictionArtifact.objects.filter(prediction__in=predictions)
    others = PredictionArtifact.objects.exclude(prediction__in=predictions).values("artifact_id")
    return list(mine.exclude(artifact_id__in=others).values_list("artifact_id", flat=True))


def delete_predictions(predictions: "QuerySet[Prediction]") -> int:
    """Delete rows and pictures, in the open context; returns how many rows.

    One that still runs is cancelled: its job, and what that holds, go with the job's end.
    """
    ids = list(predictions.values_list("pk", flat=True))
    wanted = Prediction.objects.filter(pk__in=ids)
    for waiting in wanted.filter(state__in=OPEN).values_list("pk", flat=True):
        cancel(waiting)
    delete_jobs(ids)
    orphans = orphaned_by(wanted)
    Prediction.objects.filter(original_id__in=ids).update(original=None)
    wanted.delete()
    remove(orphans)
    return len(ids)


def delete_jobs(subjects: Iterable[UUID]) -> None:
    """Those that ended: the error of one can carry words of its input. What still runs is cancelled, and swept."""
    ended = Job.objects.filter(subject__in=list(subjects)).exclude(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    ended.delete()
