"""What was asked of a dataset and answered, and what people saved of it."""

from django.db import models

from apps.datasets.models import Dataset, DatasetVersion
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Answer(TeamModel):
    """The answer to one question about one version, kept for whoever asks the same again.

    question: as `gpu_workers.protocol.debugger.Question`. asked_sha256: what makes it the same question, see
    `questions.digest_of`. answer: the worker's JSON, handed on unread. error: {code, message, detail}. file_id: the
    artifact that an export, or the pictures of rows, are, which is there once it is answered. last_asked_at: within the
    hour. asker_id: the person who alone asked, and so may stop it; None where several did.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    version = TeamForeignKey(DatasetVersion, models.CASCADE, related_name="answers")
    asked_sha256 = models.BinaryField(max_length=32)
    question = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    answer = models.BinaryField(null=True)
    error = models.JSONField(null=True)
    file_id = models.UUIDField(null=True)
    asker_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "version", "asked_sha256"], name="answer_once")]
        indexes = [models.Index(fields=["team_id", "last_asked_at"], name="answer_asked")]

    class Tenancy:
        retention = Retention.DAYS
        export = None
        deletion = Deletion.REMOVE


class Slice(TeamModel):
    """Rows that somebody gave a name, for every version of a dataset.

    where: a `Condition` as JSON. sentence, rows: how the view told it and how many it counted when it was saved.
    author_id: a person's; None when the account is gone.
    """

    dataset = TeamForeignKey(Dataset, models.CASCADE, related_name="slices")
    name = models.CharField(max_length=80)
    where = models.JSONField()
    sentence = models.CharField(max_length=1000, blank=True)
    note = models.TextField(blank=True)
    rows = models.BigIntegerField(null=True)
    author_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "dataset", "name"], name="slice_name_once")]

    class Tenancy:
        retention = Retention.TEAM
        export = "slices"
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name


class SavedAnalysis(TeamModel):
    """A view of a version under a name, to be opened again by a link. question: a `View` as JSON."""

    version = TeamForeignKey(DatasetVersion, models.CASCADE, related_name="analyses")
    name = models.CharField(max_length=80)
    note = models.TextField(blank=True)
    question = models.JSONField()
    author_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Tenancy:
        retention = Retention.TEAM
        export = "analyses"
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name
