"""Deleting versions with their bytes: rows in the caller's transaction, parts of open uploads once it is committed."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.artifacts import uploads
from apps.artifacts.deletion import remove
from apps.jobs.services import cancel

from .models import DatasetVersion, PredictionRun, RunPart

Forget = Callable[[Sequence[UUID]], None]
KEPT_ELSEWHERE: list[Forget] = []
"""How apps above forget what they keep of versions beyond rows that fall with them."""


def register(forget: Forget) -> None:
    """Called once by an app when it is ready. forget: called inside the team's context, with the versions' ids."""
    KEPT_ELSEWHERE.append(forget)


def delete_versions(versions: Sequence[DatasetVersion]) -> None:
    """In the open context; each with its `file`. What hangs on them goes too. Raises ProtectedError."""
    for version in versions:
        cancel(version.pk)
    ids = [version.pk for version in versions]
    delete_runs(PredictionRun.objects.filter(source__in=ids))
    for forget in KEPT_ELSEWHERE:
        forget(ids)
    DatasetVersion.objects.filter(pk__in=ids).delete()
    remove([held for version in versions for held in (version.file_id, version.table_id) if held is not None])
    opened = [version.file for version in versions if version.file.upload]
    transaction.on_commit(lambda: uploads.abandon(opened))


def delete_runs(runs: "QuerySet[PredictionRun]") -> int:
    """In the open context, with what their parts answered; returns how many. One that goes on is stopped."""
    ids = list(runs.values_list("pk", flat=True))
    parts = RunPart.objects.filter(run__in=ids)
    for subject in [*ids, *parts.filter(state=RunPart.State.QUEUED).values_list("pk", flat=True)]:
        cancel(subject)
    tables = PredictionRun.objects.filter(pk__in=ids, made=None).values_list("place", flat=True)
    held = [*parts.values_list("answers_id", flat=True), *tables]
    PredictionRun.objects.filter(pk__in=ids).delete()
    remove([artifact for artifact in held if artifact is not None])
    return len(ids)
