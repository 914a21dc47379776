"""Durable units of work, what they cost, and what may still be spent."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from uuid6 import uuid7

from atrium.tenancy.models import Deletion, Retention, TeamModel
from gpu_workers.protocol.pools import Place


class Job(TeamModel):
    """One unit of work for a pool. The row is the truth; every message about it is a hint.

    attempt is the fencing token: a result counts only for the attempt that runs. subject: the domain row that `kind`
    writes to. input: what the worker needs; emptied when the job ends. solo: it died with a batch and is tried alone.
    given_back: attempts that a notebook gave back as it left, and did not fail at.
    progress: the share of it that is done, within a second of what was told; None where nothing was told.
    reserved_ms: device time taken from the quota. request: the id under which web's log knows what asked for it.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Priority(models.IntegerChoices):
        INTERACTIVE = 1
        BATCH = 2

    pool = models.CharField(max_length=60, default="default")
    kind = models.CharField(max_length=20)
    subject = models.UUIDField()
    project_id = models.UUIDField(null=True)
    version_id = models.UUIDField(null=True)
    link_id = models.UUIDField(null=True)
    priority = models.SmallIntegerField(choices=Priority.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.SmallIntegerField(default=0)
    given_back = models.SmallIntegerField(default=0, db_default=0)
    solo = models.BooleanField(default=False)
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField()
    cancel_requested = models.BooleanField(default=False)
    input = models.JSONField()
    error = models.JSONField(null=True)
    timings = models.JSONField(null=True)
    progress = models.FloatField(null=True)
    reserved_ms = models.PositiveIntegerField(default=0)
    request = models.CharField(max_length=36, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["pool", "created_at"], name="job_open", condition=models.Q(state__in=["queued", "running"])
            ),
            models.Index(fields=["team_id", "priority"], name="job_waiting", condition=models.Q(state="queued")),
            models.Index(fields=["subject"], name="job_subject"),
        ]

    class Tenancy:
        retention = Retention.DAYS
        export = None
        deletion = Deletion.REMOVE


class UsageEntry(TeamModel):
    """The ledger: what was taken on, answered from the store or found no place, one row each, which outlives the job.

    Plain ids; no text. What was refused before, as malformed or by a limit of requests, is in the metrics alone.
    outcome: succeeded, failed, cancelled, refused or stored.
    """

    job_id = models.UUIDField(null=True)
    project_id = models.UUIDField(null=True)
    version_id = models.UUIDField(null=True)
    link_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10)
    device_ms = models.PositiveIntegerField(default=0)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job_id"], name="usage_once")]
        indexes = [
            models.Index(fields=["team_id", "day"], name="usage_day"),
            models.Index(fields=["team_id", "version_id", "-id"], name="usage_of_version"),
        ]

    class Tenancy:
        retention = Retention.AUDIT
        export = None
        deletion = Deletion.REMOVE


class Quota(TeamModel):
    """What a subject may still spend: a link its cases, a team its device-milliseconds of a day."""

    class Unit(models.TextChoices):
        CASES = "cases"
        DEVICE_MS = "device_ms"

    subject = models.UUIDField()
    unit = models.CharField(max_length=10, choices=Unit.choices)
    day = models.DateField(null=True)
    limit = models.BigIntegerField()
    used = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team_id", "subject", "unit", "day"], name="quota_once", nulls_distinct=False
            )
        ]

    class Tenancy:
        retention = Retention.PARENT
        export = None
        deletion = Deletion.REMOVE


class IdempotencyKey(TeamModel):
    """A creation that may be repeated for 24 h: the same key with the same body names the same subject."""

    actor = models.UUIDField()
    key = models.CharField(max_length=200)
    body_sha256 = models.BinaryField(max_length=32)
    subject = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "actor", "key"], name="idempotency_once")]

    class Tenancy:
        retention = Retention.DAYS
        export = None
        deletion = Deletion.REMOVE


class Pool(TeamModel):
    """Workers that a team runs on machines of its own, for its own endpoints. turn: which of its keys counts.

    Endpoints and jobs name it by `Place.name`. Its key is made of SECRET_KEY (`bridges.secret_of`) and not kept.
    """

    name = models.CharField(max_length=80)
    turn = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "name"], name="pool_once_a_name")]
        ordering = ["name", "pk"]

    class Tenancy:
        retention = Retention.TEAM
        export = None
        deletion = Deletion.REMOVE

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        return Place(self.pk, self.turn)


class Worker(models.Model):
    """A worker that the dispatcher of its pool knows now; rewritten with each heartbeat. It holds no team's data."""

    SILENT = timedelta(seconds=settings.LEASE_SECONDS)
    """One that has not been heard for so long is lost: what it runs goes to another, and its dispatcher forgets it.
    While no dispatcher is there, which would write what it hears, all are lost."""

    name = models.CharField(max_length=80, primary_key=True)
    pool = models.CharField(max_length=60)
    device = models.CharField(max_length=40)
    memory = models.BigIntegerField()
    floor = models.CharField(max_length=10)
    credit = models.PositiveIntegerField()
    running = models.PositiveIntegerField(default=0)
    resident = models.PositiveIntegerField(default=0)
    joined_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    @property
    def state(self) -> str:
        """`healthy` or `lost`."""
        return "healthy" if timezone.now() - self.seen_at < self.SILENT else "lost"

    @property
    def own_name(self) -> str:
        """As people know it: of a team's own, what its machine calls it."""
        return self.name.rpartition(":")[2]

    @property
    def places(self) -> int:
        """How many jobs it holds at once; one that drains gives no credit and still has what it runs."""
        return max(self.credit, self.running)


class WorkerOrder(models.Model):
    """What an operator wants of a worker; the dispatcher of its pool obeys within a second. It holds no team's data.

    The row is the order, because a message could be anybody's who reaches Valkey. ended_at: None while it stands. One
    to drain stands until the worker is gone, one to requeue until it is done, a quarantine until it is taken back.
    """

    class What(models.TextChoices):
        DRAIN = "drain"
        QUARANTINE = "quarantine"
        REQUEUE = "requeue"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pool = models.CharField(max_length=60)
    worker = models.CharField(max_length=80)
    what = models.CharField(max_length=10, choices=What.choices)
    user_id = models.UUIDField()
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "what"], name="worker_order_once", condition=models.Q(ended_at=None)
            )
        ]
