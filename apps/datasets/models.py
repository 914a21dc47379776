"""Datasets and their immutable versions."""

from django.db import models

from apps.artifacts.models import Artifact
from apps.projects.models import Project
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Dataset(TeamModel):
    """A table of a project, whose versions are numbered from 1."""

    project = TeamForeignKey(Project, models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "project", "slug"], name="dataset_slug_once")]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name


class DatasetVersion(TeamModel):
    """One uploaded file, and the table that a worker read from it. Rows never change; what columns are for may.

    file: as it was uploaded. table: our Parquet file; place: the artifact that the table will be, chosen when the
    reading was asked for. columns: `gpu_workers.protocol.datasets.Column` as JSON, in the order of the file, with the
    roles that count. declared: roles that came with the upload, {column: words of `roles.py`}. roles_set_at: when a
    person last said what columns are for; None while they are as the worker guessed them. remarks: sentences about the
    file. made_from: {"version", "name", "what"}, of one made from another: its id, its name then, what was done.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading"
        READING = "reading"
        READY = "ready"
        REJECTED = "rejected"
        FAILED = "failed"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        PARQUET = "parquet", "Parquet"
        ARROW = "arrow", "Arrow"
        JSONL = "jsonl", "JSON lines"

    dataset = TeamForeignKey(Dataset, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    file = TeamForeignKey(Artifact, models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=8, choices=Format.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADING)
    table = TeamForeignKey(Artifact, models.PROTECT, related_name="+", null=True)
    place = models.UUIDField(null=True)
    rows = models.BigIntegerField(default=0)
    columns = models.JSONField(default=list)
    preview = models.JSONField(default=list)
    declared = models.JSONField(default=dict)
    roles_set_at = models.DateTimeField(null=True)
    remarks = models.JSONField(default=list)
    rule = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    error = models.JSONField(null=True)
    made_from = models.JSONField(null=True)
    notes = models.TextField(blank=True)
    archived_at = models.DateTimeField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "dataset", "number"], name="dataset_version_number_once")
        ]
        ordering = ["-number"]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return f"{self.dataset.name} v{self.number}"
