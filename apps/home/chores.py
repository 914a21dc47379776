"""Deletions that take longer than a request may. Each goes on where another was cut off."""

import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from apps.users.models import User
from atrium.access.door import system
from atrium.chores.sweeps import each_team
from atrium.chores.trying import PATIENT

from . import account_deletion, deletion

log = logging.getLogger("atrium.chores")
LEFT_BEHIND = timedelta(minutes=10)
"""A closed account whose chore has had so long is taken up again."""


@app.task(name="home.delete", retry=PATIENT)
def delete(team_id: str) -> None:
    """All that one team asked to delete, a transaction a batch."""
    more = True
    while more:
        with system(UUID(team_id), "deletion") as principal:
            more = deletion.delete_batch(principal)


@app.task(name="home.forget_account", retry=PATIENT)
def forget_account(user_id: str) -> None:
    account_deletion.forget_account(UUID(user_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="home.sweep", queueing_lock="home.sweep")
def sweep(timestamp: int) -> None:
    """Every ten minutes: what a chore that died left. The trouble of one team or account keeps no other waiting."""
    each_team(lambda team_id: delete(str(team_id)))
    for user in User.objects.filter(deleting_at__lt=timezone.now() - LEFT_BEHIND):
        try:
            account_deletion.forget_account(user.pk)
        except Exception:
            log.exception("account %s could not be deleted", user.pk)
