"""Leading runs on; sweeps: files that were announced and never arrived, runs that ended."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from atrium import storage
from atrium.access.door import system
from atrium.audit.services import record
from atrium.chores.sweeps import BATCH, each_team, lead_on, sweep_teams
from atrium.chores.trying import PATIENT

from .deletion import delete_runs, delete_versions
from .models import DatasetVersion, PredictionRun
from .predicting import ADVANCE
from .runs import advance, open_runs

UPLOAD_LIFE = timedelta(days=7)
RUN_LIFE = timedelta(days=30)
"""After its end: of one that failed or was cancelled, with what its parts answered."""
UPLOADING = DatasetVersion.State.UPLOADING


@app.periodic(cron="25 3 * * *")
@app.task(name="datasets.sweep", queueing_lock="datasets.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    each_team(forget_uploads)
    sweep_teams(forget_runs)


@app.task(name=ADVANCE, retry=PATIENT)
def advance_run(team_id: str, run_id: str) -> None:
    """A part ended: ask the next one, or join them all, or make the version."""
    advance(UUID(team_id), UUID(run_id))


@app.periodic(cron="* * * * *")
@app.task(name="datasets.rescue_runs", queueing_lock="datasets.rescue_runs")
def rescue_runs(timestamp: int) -> None:
    """Every minute: those whose chore was killed, or for whose parts the queue had no room."""
    lead_on("run", open_runs(), advance)


def forget_runs() -> bool:
    """A batch of those that ended long ago, in the open context of one team; whether there is more."""
    over = PredictionRun.objects.filter(ended_at__lt=timezone.now() - RUN_LIFE).order_by("ended_at")[:BATCH]
    return delete_runs(PredictionRun.objects.filter(pk__in=list(over.values_list("pk", flat=True)))) >= BATCH


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
