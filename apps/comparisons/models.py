"""Several versions asked the same cases, and what readers prefer who do not know which version said what."""

from django.db import models

from apps.endpoints.models import Endpoint, Prediction
from apps.registry.models import Version
from apps.teams.models import Membership
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Comparison(TeamModel):
    """Of an endpoint's versions. question: what readers are asked. is_blind: whether it is offered to readers, who do
    not learn the versions' names before they have read it. closed_at: since when nobody reads and nothing is added."""

    endpoint = TeamForeignKey(Endpoint, models.CASCADE, related_name="comparisons")
    name = models.CharField(max_length=120)
    question = models.CharField(max_length=500, blank=True)
    is_blind = models.BooleanField(default=False)
    created_by = TeamForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name


class ComparedVersion(TeamModel):
    """One of a comparison's versions, in the order in which the team sees them. The version cannot be deleted."""

    comparison = TeamForeignKey(Comparison, models.CASCADE, related_name="versions")
    version = TeamForeignKey(Version, models.PROTECT, related_name="compared")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "comparison", "version"], name="compared_once")]
        ordering = ["position"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return str(self.version)


class ComparedCase(TeamModel):
    """asked: the stored prediction whose inputs, with their edits, every version is asked."""

    comparison = TeamForeignKey(Comparison, models.CASCADE, related_name="cases")
    asked = TeamForeignKey(Prediction, models.CASCADE, related_name="compared_cases")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "comparison", "asked"], name="compared_case_once")]
        ordering = ["position"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class ComparedAnswer(TeamModel):
    """What one version says of one case. asked_at: None while it is not asked yet. problem: why it could not be asked;
    how it ended otherwise the prediction itself says, as long as it is there."""

    case = TeamForeignKey(ComparedCase, models.CASCADE, related_name="answers")
    compared = TeamForeignKey(ComparedVersion, models.CASCADE, related_name="answers")
    answered = TeamForeignKey(Prediction, models.SET_NULL, null=True, related_name="compared_answers")
    asked_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "case", "compared"], name="compared_answer_once")]
        indexes = [models.Index(fields=["case"], condition=models.Q(asked_at=None), name="compared_answer_waits")]
        ordering = ["case__position", "compared__position"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class Reading(TeamModel):
    """One reader's. reader_id: a guest's, or a member's user. seed: from which the order of the answers was drawn."""

    comparison = TeamForeignKey(Comparison, models.CASCADE, related_name="readings")
    reader_kind = models.CharField(max_length=8)
    reader_id = models.UUIDField()
    reader_name = models.CharField(max_length=120, blank=True)
    link_id = models.UUIDField(null=True)
    seed = models.BigIntegerField()
    begun_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "comparison", "reader_id"], name="reading_once")]
        indexes = [models.Index(fields=["team_id", "reader_id"], name="reading_by")]
        ordering = ["pk"]

    class Tenancy:
        retention = Retention.PARENT
        export = "readings"
        deletion = Deletion.REMOVE


class CaseReading(TeamModel):
    """What a reader said of one case. shown: ids of the compared versions in the order in which this reader sees their
    answers, as A, B, …. verdicts: by such an id `right` or `wrong`."""

    class Choice(models.TextChoices):
        PREFERRED = "preferred"
        EQUAL = "equal"
        NEITHER = "neither"

    reading = TeamForeignKey(Reading, models.CASCADE, related_name="cases")
    case = TeamForeignKey(ComparedCase, models.CASCADE, related_name="readings")
    shown = models.JSONField()
    choice = models.CharField(max_length=10, choices=Choice.choices, blank=True)
    preferred = TeamForeignKey(ComparedVersion, models.CASCADE, null=True, related_name="+")
    verdicts = models.JSONField(default=dict)
    comment = models.CharField(max_length=2000, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "reading", "case"], name="case_reading_once")]
        ordering = ["case__position"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE
