"""The tables of what was done: a team's events, and what concerns an account alone."""

from django.db import models
from uuid6 import uuid7

from atrium.tenancy.models import Deletion, Retention, TeamModel


class Event(TeamModel):
    """One act inside a team. The application's role may insert and read; columns are plain ids and classes, no text.

    who: `member`, `token`, `guest` or `system`. what: `noun.past_verb`. data: numbers, ids and roles.
    """

    who = models.CharField(max_length=12)
    who_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    what = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    project_id = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["team_id", "-at"], name="audit_team_at"),
            models.Index(fields=["team_id", "subject_id"], name="audit_subject"),
            models.Index(fields=["team_id", "who_id"], name="audit_guest", condition=models.Q(who="guest")),
            models.Index(
                fields=["at"],
                name="audit_member_changed",
                condition=models.Q(what__in=["member.removed", "member.changed_role"]),
            ),
        ]

    class Tenancy:
        retention = Retention.AUDIT
        export = None
        deletion = Deletion.OUTLIVE


class AccountEvent(models.Model):
    """One act on an account: signed in, address confirmed, password changed. Shown to that person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    what = models.CharField(max_length=60)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user_id", "-at"], name="audit_account_at")]
