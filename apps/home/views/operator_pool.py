"""The operators' page of pools, workers and queues: counts, and what may be asked of a worker."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from apps.jobs.models import Worker, WorkerOrder
from apps.jobs.orders import OrderLine, ask_of_worker, orders_shown, take_back
from apps.jobs.selectors import queues
from atrium.access.views import OperatorView, see
from atrium.errors import Conflict, Problem

FLOORS = {"full": ("good", "Full"), "reduced": ("warn", "Reduced"), "none": ("bad", "None")}
TOLD = {
    WorkerOrder.What.DRAIN: "It is told to drain: it ends what it runs, takes nothing new, and stops.",
    WorkerOrder.What.QUARANTINE: "In quarantine: it ends what it runs and gets nothing new until you take it back.",
    WorkerOrder.What.REQUEUE: "What it runs is queued again. An answer that it still sends is dropped.",
}
WHAT = {"drain": "Drain", "quarantine": "Quarantine", "requeue": "Queue again what it ran"}


@dataclass(slots=True)
class WorkerLine:
    """A worker with its sandbox as (tone, word). state: of the worker, unless an order says more."""

    worker: Worker
    floor: tuple[str, str]
    state: str


@dataclass(slots=True)
class PoolLine:
    """What a pool comes to. oldest: seconds for which the first of all teams has waited."""

    name: str
    workers: int = 0
    places: int = 0
    running: int = 0
    queued: int = 0
    oldest: float = 0.0
    teams: set[str] = field(default_factory=set)


class PoolView(OperatorView):
    """Counts only: an operator sees how much waits and for how long, never what."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        workers = list(Worker.objects.order_by("pool", "name"))
        waiting = queues(self.person)
        orders = orders_shown(self.person)
        standing = {(order.worker, order.what) for order in orders if order.ended_at is None}
        pools: dict[str, PoolLine] = {}
        for worker in workers:
            pool = pools.setdefault(worker.pool, PoolLine(worker.pool))
            if worker.state == "healthy":
                pool.workers += 1
                pool.places += 0 if (worker.name, "quarantine") in standing else worker.places
        for queue in waiting:
            pool = pools.setdefault(queue.pool, PoolLine(queue.pool))
            pool.running += queue.running
            pool.queued += queue.queued
            pool.oldest = max(pool.oldest, queue.oldest_seconds)
            pool.teams.add(queue.team)
        context = {
            "pools": sorted(pools.values(), key=lambda pool: pool.name),
            "workers": [line_of(worker, standing) for worker in workers],
            "queues": waiting,
            "orders": [(order, WHAT[order.what]) for order in orders],
            "absent": absent(orders, workers),
        }
        return TemplateResponse(request, "home/operator/pool.html", context)


def line_of(worker: Worker, standing: set[tuple[str, str]]) -> WorkerLine:
    state = worker.state
    if state == "healthy":
        words = {"drain": "draining", "quarantine": "quarantined"}
        state = next((word for what, word in words.items() if (worker.name, what) in standing), state)
    return WorkerLine(worker, FLOORS.get(worker.floor, ("", worker.floor)), state)


def absent(orders: list[OrderLine], workers: list[Worker]) -> list[OrderLine]:
    """Quarantines of workers that are not there."""
    there = {worker.name for worker in workers}
    return [o for o in orders if o.what == "quarantine" and o.ended_at is None and o.worker not in there]


class WorkerActs(OperatorView):
    """The buttons beside a worker. One that went meanwhile is told, not an error."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        name, act = request.POST.get("worker", ""), request.POST.get("act", "")
        try:
            if act == "take_back":
                take_back(self.person, name)
                messages.success(request, f"{name} gets cases again.")
            elif act in WHAT:
                ask_of_worker(self.person, name, WorkerOrder.What(act))
                messages.success(request, f"{name}: {TOLD[WorkerOrder.What(act)]}")
            else:
                raise Problem("malformed", "There is no such button.")
        except Conflict as problem:
            messages.warning(request, problem.message)
        return see("/operator/pool/")
