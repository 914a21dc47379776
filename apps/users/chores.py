"""Mail about accounts. Sweeps: sessions that ended, mail that was given up, second factors under an old key."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from atrium.chores.trying import PATIENT

from . import seeds
from .mail import write_mail
from .models import UnsentMail

GIVEN_UP = timedelta(days=7)
"""After a day no chore tries a mail any more."""


@app.task(name="users.send_mail", retry=PATIENT)
def send_mail(mail_id: str) -> None:
    mail = UnsentMail.objects.select_related("user").filter(pk=mail_id).first()
    if mail is None:
        return
    message = write_mail(mail)
    if message is not None:
        message.send()
    mail.delete()


@app.periodic(cron="40 3 * * *")
@app.task(name="users.sweep", queueing_lock="users.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    UnsentMail.objects.filter(created_at__lt=timezone.now() - GIVEN_UP).delete()
    seeds.renew()
