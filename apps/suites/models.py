"""Flagged cases that every version of a model must answer as they should be, and how each version did."""

from django.db import models

from apps.endpoints.models import Prediction
from apps.feedback.models import Thread
from apps.registry.models import Model, Version
from atrium.tenancy.models import Deletion, Retention, TeamForeignKey, TeamModel


class Suite(TeamModel):
    """A model's. refuses: whether a version that fails in it cannot be promoted; else that is only told."""

    model = TeamForeignKey(Model, models.CASCADE, related_name="suites")
    refuses = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "model"], name="suite_once_a_model")]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE


class SuiteCase(TeamModel):
    """A flagged case. judged: the prediction whose inputs, with their edits, are asked anew. expected: by output,
    `{is: label|text, value}`, `{is: number, value, tolerance}` (in its unit) or `{is: as_before, tolerance?}`."""

    suite = TeamForeignKey(Suite, models.CASCADE, related_name="cases")
    thread = TeamForeignKey(Thread, models.CASCADE, related_name="suite_cases")
    judged = TeamForeignKey(Prediction, models.CASCADE, related_name="suite_cases")
    expected = models.JSONField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "suite", "judged"], name="suite_case_once")]
        ordering = ["pk"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class SuiteRun(TeamModel):
    """A version asked all cases of its model's suite. The rows of the run and of its results are its state."""

    class State(models.TextChoices):
        RUNNING = "running"
        FINISHED = "finished"
        CANCELLED = "cancelled"

    suite = TeamForeignKey(Suite, models.CASCADE, related_name="runs")
    version = TeamForeignKey(Version, models.CASCADE, related_name="suite_runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "suite", "version"], name="suite_run_once_a_version")]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class SuiteResult(TeamModel):
    """What a version said of a case. outcome: waiting and asked until it is known; changed: it should be as before and
    is not; unanswered: for the reason `problem`."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        ASKED = "asked"
        PASSED = "passed"
        FAILED = "failed"
        CHANGED = "changed"
        UNANSWERED = "unanswered"

    run = TeamForeignKey(SuiteRun, models.CASCADE, related_name="results")
    case = TeamForeignKey(SuiteCase, models.CASCADE, related_name="results")
    answered = TeamForeignKey(Prediction, models.SET_NULL, null=True, related_name="suite_results")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "run", "case"], name="suite_result_once")]
        ordering = ["case"]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE
