"""Sweeps: files that were announced and never arrived."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from atrium import storage
from atrium.access.door import system
from atrium.audit.services import record
from atrium.chores.sweeps import each_team

from .deletion import delete_versions
from .models import DatasetVersion

UPLOAD_LIFE = timedelta(days=7)
UPLOADING = DatasetVersion.State.UPLOADING


@app.periodic(cron="25 3 * * *")
@app.task(name="datasets.sweep", queueing_lock="datasets.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    each_team(forget_uploads)


def forget_uploads(team_id: UUID) -> None:
    """Parts first, outside any transaction, then the rows: who was cut off in between comes again the next night."""
    with system(team_id, "retention"):
        old = DatasetVersion.objects.filter(state=UPLOADING, created_at__lt=timezone.now() - UPLOAD_LIFE)
        abandoned = list(old.select_related("file", "dataset"))
    for version in abandoned:
        storage.abort_upload(version.file.key, version.file.upload)
        with system(team_id, "upload never completed") as principal:
            mine = DatasetVersion.objects.select_for_update().filter(pk=version.pk, state=UPLOADING)
            if mine.first() is not None:
                version.file.upload = ""
                delete_versions([version])
                record(principal, "dataset.deleted_version", version, project_id=version.dataset.project_id)
