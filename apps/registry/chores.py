"""Sweeps: files that were announced and never arrived."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from apps.artifacts.deletion import remove
from atrium import storage
from atrium.access.door import system
from atrium.audit.services import record
from atrium.chores.sweeps import each_team
from atrium.chores.trying import PATIENT

from .deciding import act_on
from .examples import files_of
from .models import Version

UPLOAD_LIFE = timedelta(days=7)


@app.task(name="registry.version_decided", retry=PATIENT)
def version_decided(team_id: str, version_id: str) -> None:
    """Tell the apps above."""
    with system(UUID(team_id), "a version was decided") as principal:
        act_on(principal, UUID(version_id))


@app.periodic(cron="20 3 * * *")
@app.task(name="registry.sweep", queueing_lock="registry.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    each_team(forget_uploads)


def forget_uploads(team_id: UUID) -> None:
    """Parts first, outside any transaction, then the rows: who was cut off in between comes again the next night."""
    with system(team_id, "retention"):
        old = Version.objects.filter(state=Version.State.UPLOADING, created_at__lt=timezone.now() - UPLOAD_LIFE)
        abandoned = list(old.select_related("artifact", "model"))
    for version in abandoned:
        storage.abort_upload(version.artifact.key, version.artifact.upload)
        with system(team_id, "upload never completed") as principal:
            ended, _ = Version.objects.filter(pk=version.pk, state=Version.State.UPLOADING).delete()
            if ended:
                remove([version.artifact_id, *files_of(version)])
                record(principal, "version.deleted", version, project_id=version.model.project_id)
