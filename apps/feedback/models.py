"""Judgements of predictions, gathered by case into threads."""

from django.db import models
from django.db.models.functions import Lower

from apps.endpoints.models import Endpoint, Prediction
from apps.projects.models import Project
from apps.registry.models import Version
from apps.teams.models import Membership
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Thread(TeamModel):
    """The conversation about a case = one endpoint and one original; it gathers the flags on it.

    waiting: the last word is a reviewer's, so the team owes an answer. due_on: the day, in UTC, by which it is to be.
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
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "endpoint", "original_sha256"], name="thread_once_a_case")
        ]
        indexes = [
            models.Index(fields=["team_id", "project", "status", "-updated_at"], name="thread_inbox"),
            models.Index(
                fields=["team_id", "project", "status", "-waiting", "-updated_at"], name="thread_waiting_first"
            ),
        ]

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


class Replay(TeamModel):
    """What a version answers to what was judged of another. answered: its prediction; None where it could not be asked,
    for the reason `refused`, or where that went. tells: whether the reviewers see it: a version that resolved the case.
    """

    thread = TeamForeignKey(Thread, models.CASCADE, related_name="replays")
    judged = TeamForeignKey(Prediction, models.CASCADE, related_name="replayed")
    version = TeamForeignKey(Version, models.CASCADE, related_name="+")
    answered = TeamForeignKey(Prediction, models.SET_NULL, null=True, related_name="replays")
    refused = models.CharField(max_length=300, blank=True)
    tells = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "judged", "version"], name="replay_once_a_version")]
        ordering = ["pk"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class Mention(TeamModel):
    """A member who is named in a message for the team."""

    message = TeamForeignKey(Message, models.CASCADE, related_name="mentions")
    thread = TeamForeignKey(Thread, models.CASCADE, related_name="mentions")
    member = TeamForeignKey(Membership, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "message", "member"], name="mention_once")]
        indexes = [models.Index(fields=["team_id", "member"], name="mention_of_member")]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class Label(TeamModel):
    """A word of the project's own that cases are sorted by."""

    class Colour(models.TextChoices):
        """The categorical colours of charts: they are told apart by people who see few colours, too."""

        BLUE = "blue"
        ORANGE = "orange"
        TEAL = "teal"
        PLUM = "plum"
        SKY = "sky"
        OLIVE = "olive"
        VIOLET = "violet"
        GREY = "grey"

    project = TeamForeignKey(Project, models.CASCADE, related_name="labels")
    name = models.CharField(max_length=40)
    colour = models.CharField(max_length=8, choices=Colour.choices, default=Colour.BLUE)

    class Meta:
        constraints = [models.UniqueConstraint("team_id", "project", Lower("name"), name="label_once_a_name")]
        ordering = [Lower("name"), "pk"]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name


class ThreadLabel(TeamModel):
    """A label on a case."""

    thread = TeamForeignKey(Thread, models.CASCADE, related_name="labelled")
    label = TeamForeignKey(Label, models.CASCADE, related_name="labelled")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "thread", "label"], name="label_once_a_thread")]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class BulkChange(TeamModel):
    """One act on many cases at once, kept for a while so that it can be undone.

    was: by case, what it had before: ids, states and times only. became: what all of them have since.
    """

    project = TeamForeignKey(Project, models.CASCADE, related_name="+")
    act = models.CharField(max_length=10)
    was = models.JSONField()
    became = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Tenancy:
        retention = Retention.DAYS
        export = None
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
