"""The dispatcher's statements about what operators want of workers. As `rows`, they run as `atrium_dispatcher`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from apps.jobs.models import Job, Worker, WorkerOrder


@dataclass(frozen=True, slots=True)
class Order:
    """One that stands. what: drain, quarantine or requeue."""

    id: UUID
    worker: str
    what: str


def standing(pool: str) -> list[Order]:
    """In the order in which they were given; what wanted a worker to drain ends here when that worker is gone."""
    found = WorkerOrder.objects.filter(pool=pool, ended_at=None)
    gone = found.filter(what=WorkerOrder.What.DRAIN).exclude(worker__in=Worker.objects.values("name"))
    gone.update(ended_at=timezone.now())
    return [Order(*row) for row in found.order_by("made_at").values_list("pk", "worker", "what")]


def end(orders: Sequence[UUID]) -> None:
    WorkerOrder.objects.filter(pk__in=orders, ended_at=None).update(ended_at=timezone.now())


def running_at(worker: str) -> list[tuple[UUID, int]]:
    """(job, attempt) pairs that this worker holds."""
    return list(Job.objects.filter(worker=worker, state=Job.State.RUNNING).values_list("pk", "attempt"))
