"""Sweeps: objects and parts in the store that no row knows, as a crash between the store and the commit leaves them."""

import logging
from datetime import datetime, timedelta
from itertools import groupby, islice
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from atrium import storage
from atrium.access.door import system
from atrium.chores.sweeps import BATCH

from .models import Artifact

log = logging.getLogger("atrium.artifacts")
UNKNOWN_LIFE = timedelta(days=1)
"""Longer than anything lies in the store before its row: an input while it is asked, a picture until its job's end."""


@app.periodic(cron="45 3 * * *")
@app.task(name="artifacts.sweep", queueing_lock="artifacts.sweep")
def sweep(timestamp: int) -> None:
    """Every night: also below teams that are gone."""
    before = timezone.now() - UNKNOWN_LIFE
    forget_unknown(before)
    forget_parts(before)


def forget_unknown(before: datetime, prefix: str = "team/") -> int:
    """Delete the objects below a prefix that were put before then and have no row; returns how many."""
    old = (found for key, put_at in storage.listed(prefix) if put_at < before and (found := _named(key)))
    count = 0
    for team_id, named in groupby(old, key=lambda found: found[0]):
        try:
            while batch := {artifact_id: key for _, artifact_id, key in islice(named, BATCH)}:
                count += _forget(team_id, batch)
        except Exception:
            log.exception("objects of team %s could not be swept", team_id)
    return count


def forget_parts(before: datetime, prefix: str = "team/") -> int:
    """Drop the parts of uploads below a prefix that were begun before then and that no row goes on with, as a worker's
    are that died over a table; returns of how many."""
    old = [
        (*found, upload) for key, upload, at in storage.listed_uploads(prefix) if at < before and (found := _named(key))
    ]
    count = 0
    for team_id, named in groupby(sorted(old), key=lambda found: found[0]):
        with system(team_id, "retention"):
            going_on = set(Artifact.objects.exclude(upload="").values_list("upload", flat=True))
        for _, _, key, upload in named:
            if upload not in going_on:
                storage.abort_upload(key, upload)
                count += 1
    return count


def _forget(team_id: UUID, keys: dict[UUID, str]) -> int:
    with system(team_id, "retention"):
        known = set(Artifact.objects.filter(pk__in=keys).values_list("pk", flat=True))
    unknown = [key for artifact_id, key in keys.items() if artifact_id not in known]
    storage.delete(*unknown)
    return len(unknown)


def _named(key: str) -> tuple[UUID, UUID, str] | None:
    """The team and the artifact that a key names, with the key; None where it is none of ours."""
    try:
        _, team_id, artifact_id = key.split("/")
        return UUID(team_id), UUID(artifact_id), key
    except ValueError:
        return None
