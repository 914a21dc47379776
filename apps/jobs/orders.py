"""What operators ask of workers: to drain, to be left alone, to give back what they run. Needs no team context."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.users.models import User
from atrium.access.principals import Person
from atrium.audit.services import record_account
from atrium.errors import Conflict, NotFound

from .models import Worker, WorkerOrder

SHOWN = 20
DONE = {
    WorkerOrder.What.DRAIN: "operator.drained_worker",
    WorkerOrder.What.QUARANTINE: "operator.quarantined_worker",
    WorkerOrder.What.REQUEUE: "operator.requeued_cases",
}
GONE = "This worker is gone. Nothing was asked of it."


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order as operators read it. by: "" for somebody whose account is closed."""

    worker: str
    pool: str
    what: str
    by: str
    made_at: datetime
    ended_at: datetime | None


def ask_of_worker(person: Person, name: str, what: WorkerOrder.What) -> None:
    """Asked for twice, it stands once. Raises Conflict for a worker that is not there any more."""
    _operates(person)
    worker = Worker.objects.filter(name=name).first()
    if worker is None:
        raise Conflict(GONE)
    try:
        with transaction.atomic():
            WorkerOrder.objects.create(pool=worker.pool, worker=name, what=what, user_id=person.user_id)
            record_account(person.user_id, DONE[what])
    except IntegrityError:
        return


def take_back(person: Person, name: str) -> None:
    """End a quarantine, also that of a worker which is gone. Raises Conflict where there is none."""
    _operates(person)
    standing = WorkerOrder.objects.filter(worker=name, what=WorkerOrder.What.QUARANTINE, ended_at=None)
    with transaction.atomic():
        if not standing.update(ended_at=timezone.now()):
            raise Conflict("It was taken back already.")
        record_account(person.user_id, "operator.took_back_worker")


def orders_shown(person: Person) -> list[OrderLine]:
    """Those that stand, then those that ended; of each the newest first, 20 in all."""
    _operates(person)
    found = list(WorkerOrder.objects.order_by("-made_at")[:SHOWN])
    standing = WorkerOrder.objects.filter(ended_at=None).exclude(pk__in=[order.pk for order in found])
    orders = sorted([*standing, *found], key=lambda order: (order.ended_at is not None, -order.made_at.timestamp()))
    names = {user.pk: user.name or user.email for user in User.objects.filter(pk__in=[o.user_id for o in orders])}
    return [OrderLine(o.worker, o.pool, o.what, names.get(o.user_id, ""), o.made_at, o.ended_at) for o in orders]


def _operates(person: Person) -> None:
    if not person.operator:
        raise NotFound
