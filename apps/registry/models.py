"""Models and their immutable versions."""

from django.db import models

from apps.artifacts.models import Artifact
from apps.projects.models import Project
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Model(TeamModel):
    """A registered model of a project; its versions are numbered from 1."""

    project = TeamForeignKey(Project, models.CASCADE, related_name="models")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "project", "slug"], name="model_slug_once")]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name


class Version(TeamModel):
    """One uploaded file with what is known of it.

    interface: confirmed. proposed: made from the probe, not yet confirmed; it cannot be deployed. report: what the
    inspection found (see `gpu_workers.protocol.messages.Report`). card: purpose, not_for, validation, known_errors,
    contact, in the team's own words. batch_axis: None where cases are run one at a time.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading"
        INSPECTING = "inspecting"
        READY = "ready"
        REJECTED = "rejected"
        FAILED = "failed"

    model = TeamForeignKey(Model, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    artifact = TeamForeignKey(Artifact, models.PROTECT, related_name="+")
    format = models.CharField(max_length=12, default="onnx")
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADING)
    interface = models.JSONField(null=True)
    proposed = models.JSONField(null=True)
    declared = models.JSONField(null=True)
    example = models.JSONField(default=dict)
    report = models.JSONField(null=True)
    rule = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    error = models.JSONField(null=True)
    batch_axis = models.SmallIntegerField(null=True)
    card = models.JSONField(default=dict)
    notes = models.TextField(blank=True)
    archived_at = models.DateTimeField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "model", "number"], name="version_number_once")]
        ordering = ["-number"]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return f"{self.model.name} v{self.number}"

    @property
    def servable(self) -> bool:
        return self.state == self.State.READY and self.interface is not None
