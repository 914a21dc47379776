"""Deleting predictions with the pictures that nothing else holds."""

from uuid import UUID

from django.db.models import QuerySet

from apps.artifacts.deletion import remove

from .models import Prediction, PredictionArtifact


def orphaned_by(predictions: "QuerySet[Prediction]") -> list[UUID]:
    """Artifacts that only these predictions hold."""
    mine = PredictionArtifact.objects.filter(prediction__in=predictions)
    others = PredictionArtifact.objects.exclude(prediction__in=predictions).values("artifact_id")
    return list(mine.exclude(artifact_id__in=others).values_list("artifact_id", flat=True))


def delete_predictions(predictions: "QuerySet[Prediction]") -> int:
    """Delete rows and pictures, in the open context; returns how many rows."""
    ids = list(predictions.values_list("pk", flat=True))
    wanted = Prediction.objects.filter(pk__in=ids)
    orphans = orphaned_by(wanted)
    Prediction.objects.filter(original_id__in=ids).update(original=None)
    wanted.delete()
    remove(orphans)
    return len(ids)
