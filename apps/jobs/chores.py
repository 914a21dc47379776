"""Sweeps: ended jobs after a week, keys of repeated creations after a day, the ledger with the audit."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from atrium.audit.retention import AUDIT_LIFE
from atrium.chores.sweeps import sweep_teams

from .models import IdempotencyKey, Job, Quota, UsageEntry

JOB_LIFE = timedelta(days=7)
KEY_LIFE = timedelta(hours=24)


@app.periodic(cron="5 * * * *")
@app.task(name="jobs.sweep", queueing_lock="jobs.sweep")
def sweep(timestamp: int) -> None:
    """Every hour."""
    sweep_teams(sweep_team)


def sweep_team() -> bool:
    """All of the open team that is over. A day's quota goes with its jobs, which may still give time back to it."""
    now = timezone.now()
    Job.objects.filter(finished_at__lt=now - JOB_LIFE).delete()
    Quota.objects.filter(day__lt=(now - JOB_LIFE).date()).delete()
    IdempotencyKey.objects.filter(created_at__lt=now - KEY_LIFE).delete()
    UsageEntry.objects.filter(day__lt=(now - AUDIT_LIFE).date()).delete()
    return False
