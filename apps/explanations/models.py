"""Why a model answered a case as it did, as far as a method can tell."""

from django.db import models

from apps.endpoints.models import Prediction
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Explanation(TeamModel):
    """One question of why about one prediction, and what was found; kept for whoever asks the same again.

    question: `{method, target}` as `gpu_workers.protocol.explanations` has them. asked_sha256: of that. calls: how
    often the model is asked. expected_ms: of the device, told before. result: as a `Result`. overlay_id: of the picture
    that is laid over what the model saw, which the prediction then holds. asker_kind, asker_id: as an author's.
    stored: no column; True on what was asked before.
    """

    stored = False

    class State(models.TextChoices):
        QUEUED = "queued"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    prediction = TeamForeignKey(Prediction, models.CASCADE, related_name="explanations")
    question = models.JSONField()
    asked_sha256 = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    calls = models.PositiveIntegerField()
    expected_ms = models.PositiveIntegerField()
    result = models.JSONField(null=True)
    overlay_id = models.UUIDField()
    error = models.JSONField(null=True)
    timings = models.JSONField(null=True)
    asker_kind = models.CharField(max_length=8)
    asker_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team_id", "prediction", "asked_sha256"], name="explanation_once")
        ]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE
