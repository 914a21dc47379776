"""Mail to members who are named in a message; the sweep of what can no longer be undone."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from apps.projects.addresses import project_url
from atrium.access.door import system
from atrium.chores.sweeps import sweep_teams
from atrium.chores.trying import PATIENT
from atrium.pages.letters import letter

from .bulk import UNDONE_WITHIN
from .models import BulkChange, Mention
from .replays import replay_ended


@app.task(name="feedback.mail_mention", retry=PATIENT)
def mail_mention(team_id: str, mention_id: str) -> None:
    """One member, who belongs to the team still."""
    with system(UUID(team_id), "mail a mention"):
        beside = ("message", "member__user", "thread__project", "thread__endpoint")
        mention = Mention.objects.select_related(*beside).filter(pk=mention_id).first()
        if mention is None or not mention.member.user.is_active:
            return
        author = " ".join(mention.message.author_name.split())
        endpoint = " ".join(mention.thread.endpoint.name.split())
        mail = letter(
            subject=f"{author} named you on a case of {endpoint}",
            text=(
                f"{author} wrote, for the team:\n\n{mention.message.body}\n\n"
                f"The case:\n{project_url(mention.thread.project)}inbox/{mention.thread_id}/\n\n"
                "Whether you get these mails is set under Your account.\n"
            ),
            to=[mention.member.user.email],
        )
    mail.send()


@app.task(name="feedback.replay_ended", retry=PATIENT)
def note_replay(team_id: str, prediction_id: str) -> None:
    """Deferred by the dispatcher (`atrium.replay_ended`), in the transaction of the prediction's end."""
    with system(UUID(team_id), "a case was asked anew") as principal:
        replay_ended(principal, UUID(prediction_id))


@app.periodic(cron="40 3 * * *")
@app.task(name="feedback.sweep", queueing_lock="feedback.sweep")
def sweep(timestamp: int) -> None:
    """Every night."""
    sweep_teams(sweep_team)


def sweep_team() -> bool:
    """What was done to many cases at once, of the open team: it can be undone for some days."""
    BulkChange.objects.filter(made_at__lt=timezone.now() - timedelta(days=UNDONE_WITHIN)).delete()
    return False
