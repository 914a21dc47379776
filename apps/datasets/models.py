"""Datasets and their immutable versions."""

from django.db import models

from apps.artifacts.models import Artifact
from apps.projects.models import Project
from apps.registry.models import Version
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
    file. made_from: {"version", "name", "what", "notes"}, of one made from another: its id, its name then, what was
    done, sentences about that; also "run" and "model_version", ids, where a model was run over it.
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


class PredictionRun(TeamModel):
    """A model's version that is run over every row of a dataset's, whose answers become columns of another.

    source: whose rows. version: the model's; None where it was deleted since; version_name: as it was called. model:
    the name under which its columns appear. mapping: `gpu_workers.protocol.mapping.Mapping`. dataset: gets the version
    that is `made`. job_id, place: of the job that joins the parts, and of the artifact that the table will be. joined:
    `gpu_workers.protocol.datasets.Joined` once it is. error: {code, message}.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        JOINING = "joining"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    source = TeamForeignKey(DatasetVersion, models.CASCADE, related_name="runs")
    version = TeamForeignKey(Version, models.SET_NULL, null=True, related_name="+")
    version_name = models.CharField(max_length=100)
    model = models.CharField(max_length=80)
    mapping = models.JSONField()
    dataset = TeamForeignKey(Dataset, models.CASCADE, related_name="runs")
    notes = models.TextField(blank=True)
    made = TeamForeignKey(DatasetVersion, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    job_id = models.UUIDField(null=True)
    place = models.UUIDField(null=True)
    joined = models.JSONField(null=True)
    error = models.JSONField(null=True)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    OPEN = (State.RUNNING, State.JOINING)

    class Meta:
        indexes = [models.Index(fields=["team_id"], name="run_open", condition=models.Q(ended_at=None))]

    class Tenancy:
        retention = Retention.DAYS
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return f"{self.version_name} over {self.source}"


class RunPart(TeamModel):
    """Some of a run's rows, asked by one job. job_id: the one whose end counts. place: the artifact that its answers
    will be. unanswered: [[why rows have no answer, how many rows]]."""

    class State(models.TextChoices):
        WAITING = "waiting"
        QUEUED = "queued"
        DONE = "done"

    run = TeamForeignKey(PredictionRun, models.CASCADE, related_name="parts")
    first = models.BigIntegerField()
    count = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    job_id = models.UUIDField(null=True)
    place = models.UUIDField(null=True)
    answers = TeamForeignKey(Artifact, models.PROTECT, related_name="+", null=True)
    unanswered = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "run", "first"], name="run_part_once")]
        ordering = ["first"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE
