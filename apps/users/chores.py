"""Sweeps: sessions that have ended."""

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="40 3 * * *")
@app.task(name="users.sweep", queueing_lock="users.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
