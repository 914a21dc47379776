"""Sweeps: sessions that have ended, and where they came from; seeds of second factors under the newest key."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from . import seeds


@app.periodic(cron="40 3 * * *")
@app.task(name="users.sweep", queueing_lock="users.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    seeds.renew()
