"""Judgements of predictions, gathered by case into threads."""

from django.db import models

from apps.endpoints.models import Endpoint, Prediction
from apps.projects.models import Project
from apps.registry.models import Version
from apps.teams.models import Membership
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Thread(TeamModel):
    """The conversation about a case = one endpoint and one original; it gathers the flags on it.

    waiting: the last word is a reviewer's, so the team owes an answer.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        RESOLVED = "resolved"

    project = TeamForeignKey(Project, models.CASCADE, related_name="threads")
    endpoint = TeamForeignKey(Endpoint, models.CASCADE, related_name="threads")
    original_sha256 = models.BinaryField(max_length=32)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    waiting = models.BooleanField(default=True)
    assignee = TeamForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    resolved_version = TeamForeignKey(Version, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "endpoint", "original_sha256"], name="thread_once_a_case")
        ]
        indexes = [models.Index(fields=["team_id", "project", "status", "-updated_at"], name="thread_inbox")]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE


class Flag(TeamModel):
    """One reviewer's judgement of a prediction. correction: by output name. marks: in fractions of the original.

    findings: `{output, id, verdict, correction?}` of single findings; added: what the model missed. See `findings.py`.
    """

    class Verdict(models.TextChoices):
        RIGHT = "right", "Right"
        RIGHT_WRONG_REASON = "right_wrong_reason", "Right, wrong reason"
        WRONG = "wrong", "Wrong"
        UNSURE = "unsure", "Unsure"

    thread = TeamForeignKey(Thread, models.CASCADE, related_name="flags")
    prediction = TeamForeignKey(Prediction, models.PROTECT, related_name="flags")
    reviewer_kind = models.CharField(max_length=8)
    reviewer_id = models.UUIDField()
    reviewer_name = models.CharField(max_length=120, blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    correction = models.JSONField(null=True)
    marks = models.JSONField(default=list)
    findings = models.JSONField(default=list, db_default=[])
    added = models.JSONField(default=list, db_default=[])
    message = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "prediction", "reviewer_id"], name="flag_once_a_reviewer")
        ]
        ordering = ["created_at"]

    class Tenancy:
        retention = Retention.PARENT
        export = "flags"
        deletion = Deletion.REMOVE


class Message(TeamModel):
    """A sentence in a thread. internal: for the team only. to_reviewer: for one reviewer; None for all of them."""

    thread = TeamForeignKey(Thread, models.CASCADE, related_name="messages")
    author_kind = models.CharField(max_length=8)
    author_id = models.UUIDField()
    author_name = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    internal = models.BooleanField(default=False)
    to_reviewer = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]

    class Tenancy:
        retention = Retention.PARENT
        export = "messages"
        deletion = Deletion.REMOVE


class SavedView(TeamModel):
    """The inbox's search and filters, kept by name. owner: whose it is; None where the whole project shares it.

    query: the parts of the page's address. What it says of “mine” is about whoever looks.
    """

    project = TeamForeignKey(Project, models.CASCADE, related_name="+")
    owner = TeamForeignKey(Membership, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=60)
    query = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team_id", "project", "owner", "name"], name="saved_view_once_a_name", nulls_distinct=False
            )
        ]
        ordering = ["name", "pk"]

    class Tenancy:
        retention = Retention.TEAM
        export = "saved_views"
        deletion = Deletion.REMOVE
