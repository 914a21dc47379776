"""Sweeps: live drafts within the hour, unflagged predictions by their project's retention, examples without an end."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from apps.projects.models import Project
from atrium.access.principals import System
from atrium.audit.services import record
from atrium.chores.sweeps import BATCH, sweep_teams
from atrium.tenancy.context import current_team_id

from .deletion import delete_predictions, unneeded
from .first_example import SHOWABLE
from .models import OPEN, Example, Prediction, Quarantined
from .quarantine import delete as delete_quarantined

DRAFT_LIFE = timedelta(hours=1)


@app.periodic(cron="*/10 * * * *")
@app.task(name="endpoints.sweep", queueing_lock="endpoints.sweep")
def sweep(timestamp: int) -> None:
    """Every ten minutes."""
    sweep_teams(sweep_team)


def sweep_team() -> bool:
    """One batch, in the open context of one team; returns whether there is more."""
    _remove_dead_examples()
    now = timezone.now()
    drafts = Prediction.objects.filter(kept=False, created_at__lt=now - DRAFT_LIFE)
    over = Quarantined.objects.filter(ends_at__lt=now).values_list("pk", flat=True)[:BATCH]
    counts = [delete_quarantined(Quarantined.objects.filter(pk__in=list(over)))]
    counts += [delete_predictions(_ended(drafts))]
    for project in Project.objects.all():
        ends = now - timedelta(days=project.retention_days)
        old = Prediction.objects.filter(endpoint__project=project, created_at__lt=ends)
        counts.append(delete_predictions(_ended(old)))
    return max(counts) >= BATCH


def _remove_dead_examples() -> None:
    """Those that were shown before their answer was there, and never got one: nobody has seen them."""
    sweep = System(current_team_id(), "retention")
    for example in Example.objects.exclude(prediction__state__in=SHOWABLE).select_related("endpoint")[:BATCH]:
        record(sweep, "example.removed", example, project_id=example.endpoint.project_id)
        example.delete()


def _ended(predictions: "QuerySet[Prediction]") -> "QuerySet[Prediction]":
    """A batch of those that nothing hangs on any more."""
    over = unneeded(predictions.exclude(state__in=OPEN))
    return Prediction.objects.filter(pk__in=list(over.values_list("pk", flat=True)[:BATCH]))
