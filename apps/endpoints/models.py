"""Stable names that serve a version, and what was asked of them."""

from django.db import models

from apps.projects.models import Project
from apps.registry.models import Version
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Endpoint(TeamModel):
    """Serves one version on a pool, under a name that stays when another version is promoted.

    pool: `default`, or one of the team's own by `Place.name`.
    """

    project = TeamForeignKey(Project, models.CASCADE, related_name="endpoints")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60)
    version = TeamForeignKey(Version, models.PROTECT, related_name="endpoints")
    pool = models.CharField(max_length=60, default="default")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "project", "slug"], name="endpoint_slug_once")]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name


class Prediction(TeamModel):
    """One input sent to an endpoint, with its edits and its answer.

    inputs: by name, `{kind, original, rendered, sha256, rendered_sha256, …}` of a file (artifact ids, and facts of its
    kind), or `{kind, value}`. request_sha256: of endpoint, version, inputs, edits and origin: the same request by the
    same author finds the stored answer. original_sha256: of the unedited inputs: the case. kept: False for a live
    draft. came_from: `{version, dataset, number, row}` of a case that is a row of a table, and of what is tried on it:
    the ids, its dataset's name and version's number then, and its place among the rows, from 0.
    author_id: a guest's, or a member's user. stored: no column; True on what an earlier, equal request had asked.
    """

    stored = False

    class State(models.TextChoices):
        QUEUED = "queued"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    endpoint = TeamForeignKey(Endpoint, models.CASCADE, related_name="predictions")
    version = TeamForeignKey(Version, models.PROTECT, related_name="+")
    original = TeamForeignKey("self", models.SET_NULL, null=True, related_name="attempts")
    author_kind = models.CharField(max_length=8)
    author_id = models.UUIDField()
    link_id = models.UUIDField(null=True)
    inputs = models.JSONField()
    edits = models.JSONField(default=list)
    came_from = models.JSONField(null=True)
    request_sha256 = models.BinaryField(max_length=32)
    original_sha256 = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    answer = models.JSONField(null=True)
    error = models.JSONField(null=True)
    timings = models.JSONField(null=True)
    kept = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["team_id", "author_id", "request_sha256"], name="prediction_same"),
            models.Index(fields=["team_id", "endpoint", "-created_at"], name="prediction_recent"),
            models.Index(fields=["team_id", "endpoint", "original_sha256"], name="prediction_case"),
            models.Index(
                fields=["team_id", "link_id"],
                name="prediction_of_link",
                condition=models.Q(kept=True, link_id__isnull=False),
            ),
            models.Index(fields=["team_id", "created_at"], name="prediction_draft", condition=models.Q(kept=False)),
        ]

    class Tenancy:
        retention = Retention.PROJECT
        export = "predictions"
        deletion = Deletion.REMOVE


OPEN = (Prediction.State.QUEUED,)
"""States of one that is not answered yet; whether it waits or is computed is its job's affair."""


class PredictionArtifact(TeamModel):
    """Which artifacts a prediction holds: its originals, what the model saw, pictures it answered."""

    prediction = TeamForeignKey(Prediction, models.CASCADE, related_name="artifacts")
    artifact = TeamForeignKey("artifacts.Artifact", models.CASCADE, related_name="+")

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class Quarantined(TeamModel):
    """A study in whose pixels somebody may be named, kept aside until it is covered, released, withdrawn or over.

    artifact: in our own bytes, its headers de-identified. input: the endpoint's. reasons: sentences. boxes: where text
    was found, `{x, y, w, h}` in fractions; frame: on which first. released_by: a member's user, who looked at it.
    Ready ones are named as `{quarantine: id}` by whoever sent them.
    """

    class State(models.TextChoices):
        HELD = "held"
        READY = "ready"

    endpoint = TeamForeignKey(Endpoint, models.CASCADE, related_name="quarantined")
    artifact = TeamForeignKey("artifacts.Artifact", models.CASCADE, related_name="+")
    author_kind = models.CharField(max_length=8)
    author_id = models.UUIDField()
    link_id = models.UUIDField(null=True)
    input = models.CharField(max_length=120)
    facts = models.JSONField()
    reasons = models.JSONField()
    boxes = models.JSONField(default=list)
    frame = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    released_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["team_id", "ends_at"], name="quarantined_over"),
            models.Index(fields=["team_id", "author_id"], name="quarantined_by"),
        ]

    class Tenancy:
        retention = Retention.DAYS
        export = "quarantined"
        deletion = Deletion.REMOVE


class Example(TeamModel):
    """A case that the team shows on an endpoint, with its stored answer."""

    endpoint = TeamForeignKey(Endpoint, models.CASCADE, related_name="examples")
    prediction = TeamForeignKey(Prediction, models.CASCADE, related_name="+")
    title = models.CharField(max_length=120, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE
