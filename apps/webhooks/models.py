"""Where a project tells programs of others what happened, and what became of each telling."""

from django.db import models

from apps.projects.models import Project
from apps.teams.models import Membership
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Webhook(TeamModel):
    """An address that is told of events. secret: encrypted; earlier_secret: the one before, which signs beside it until
    `earlier_until`. failing_since: of the first telling that was given up since one arrived. off_because: why it is off
    where nobody switched it off. busy_until: one telling at a time, so that a slow receiver waits for itself alone.
    """

    project = TeamForeignKey(Project, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    note = models.CharField(max_length=80, blank=True)
    events = models.JSONField(default=list)
    secret = models.TextField()
    earlier_secret = models.TextField(blank=True)
    earlier_until = models.DateTimeField(null=True)
    is_on = models.BooleanField(default=True)
    off_because = models.CharField(max_length=300, blank=True)
    failing_since = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    made_by = TeamForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE


class Delivery(TeamModel):
    """One telling. body: ids and addresses of pages only, as it is sent. problem: of the last attempt, in words.
    next_at: None where it ended, or was passed over and waits for others of its team.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"

    hook = TeamForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(null=True)
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["team_id", "hook", "-id"], name="delivery_log"),
            models.Index(fields=["next_at"], condition=models.Q(state="pending"), name="delivery_pending"),
        ]

    class Tenancy:
        retention = Retention.DAYS
        export = None
        deletion = Deletion.REMOVE

    @property
    def message_id(self) -> str:
        """As the header webhook-id says it."""
        return f"msg_{self.pk.hex}"
