"""Deleting versions with their bytes: rows in the caller's transaction, parts of open uploads once it is committed."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction

from apps.artifacts import uploads
from apps.artifacts.deletion import remove
from apps.jobs.services import cancel

from .models import DatasetVersion

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
    for forget in KEPT_ELSEWHERE:
        forget(ids)
    DatasetVersion.objects.filter(pk__in=ids).delete()
    remove([held for version in versions for held in (version.file_id, version.table_id) if held is not None])
    opened = [version.file for version in versions if version.file.upload]
    transaction.on_commit(lambda: uploads.abandon(opened))
