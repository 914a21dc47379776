"""Deleting bytes: the rows in the caller's transaction, the objects once that is committed."""

import logging
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from atrium import storage
from atrium.errors import Unavailable

from .models import Artifact

log = logging.getLogger("atrium.artifacts")


def remove(artifact_ids: Iterable[UUID]) -> int:
    """Delete artifacts of the open context; returns how many. Objects that the store did not give up are logged."""
    artifacts = list(Artifact.objects.filter(pk__in=list(artifact_ids)).defer("inline"))
    keys = [artifact.key for artifact in artifacts]
    Artifact.objects.filter(pk__in=[artifact.pk for artifact in artifacts]).delete()
    transaction.on_commit(lambda: _delete(keys))
    return len(artifacts)


def _delete(keys: list[str]) -> None:
    try:
        storage.delete(*keys)
    except Unavailable:
        log.warning("%d objects outlive their rows: %s", len(keys), ", ".join(keys))
