"""Sweeps: answers that nobody asked for again within a week, with the files of exports."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from atrium.chores.sweeps import BATCH, sweep_teams

from .deletion import delete_answers
from .models import Answer

ANSWER_LIFE = timedelta(days=7)


@app.periodic(cron="35 * * * *")
@app.task(name="analyses.sweep", queueing_lock="analyses.sweep")
def sweep(timestamp: int) -> None:
    """Every hour."""
    sweep_teams(sweep_team)


def sweep_team() -> bool:
    """One batch, in the open context of one team; returns whether there is more."""
    old = Answer.objects.filter(last_asked_at__lt=timezone.now() - ANSWER_LIFE).exclude(state=Answer.State.QUEUED)
    return delete_answers(old.order_by("last_asked_at")[:BATCH]) >= BATCH
