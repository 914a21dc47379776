"""Running a model over a version: what fills its inputs, how far it is, and what it made."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.datasets.models import DatasetVersion, PredictionRun
from apps.datasets.permissions import can_run_models
from apps.datasets.plans import NEEDS, Plan, field_of, plan_of, rows_a_part
from apps.datasets.runs import cancel_run, progress_of, resume_run, start_run
from apps.datasets.selectors import run_for
from apps.registry.functions import LIVE
from apps.registry.selectors import models_for
from atrium.access.views import see
from atrium.errors import Invalid, NotFound, Problem, require
from atrium.pages.forms import optional_id
from atrium.pages.shell import Place
from atrium.tenancy.context import team_context
from gpu_workers.protocol.mapping import Mapping, Slot, column_of, put, slots

from .base import DatasetsBase

CHOSEN_FROM = 200
"""Columns up to which they are offered; of more the name is typed."""
SHOWN = 60
"""Inputs up to which all are shown; of more those that need a look."""
FOLDED = 6
"""Inputs from which on those that are found by name are folded away."""


@dataclass(frozen=True, slots=True)
class Line:
    """An input as the form shows it. index: its place among all. options: columns that fit; none of many.

    lacks: a sentence where no column of the dataset fits, else "".
    """

    index: int
    title: str
    takes: str
    needed: bool
    column: str
    options: tuple[str, ...]
    lacks: str
    error: str


class RunsBase(DatasetsBase):
    run: PredictionRun

    def find_run(self, project: str, dataset: str, number: int, run_id: UUID) -> None:
        """Inside the team's context."""
        self.find(project, dataset, number)
        self.run = run_for(self.member, run_id)
        if self.run.source_id != self.version.pk:
            raise NotFound

    @property
    def run_url(self) -> str:
        return f"{self.version_url}runs/{self.run.pk}/"

    @property
    def stage(self) -> str:
        """Its state; that of the version that it made while a worker reads that."""
        made = self.run.made
        reading = DatasetVersion.State.READING
        return str(reading if made is not None and made.state == reading else self.run.state)

    def told(self) -> dict[str, Any]:
        run = self.run
        return {
            "run": run,
            "stage": self.stage,
            "moves": self.stage in (*PredictionRun.OPEN, DatasetVersion.State.READING),
            "here": self.run_url,
            "rows": run.source.rows,
            "progress": progress_of(run),
            "elapsed": _span(timezone.now() - run.created_at),
            "is_open": run.state in PredictionRun.OPEN,
        }


class StartRun(DatasetsBase):
    """GET shows what a run would make, POST begins it."""

    def get(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        self.find(project, dataset, number)
        return self.page(request, None, {})

    def post(self, request: HttpRequest, project: str, dataset: str, number: int) -> HttpResponseBase:
        self.find(project, dataset, number)
        require(can_run_models(self.member), NEEDS)
        try:
            plan = self.plan(request)
            if plan is None:
                return see(f"{self.version_url}run/")
            given = _given(plan, request)
            run = start_run(
                self.member,
                self.version.pk,
                version_id=plan.version.pk,
                mapping=given,
                model=request.POST.get("name", ""),
                dataset=request.POST.get("dataset", ""),
            )
        except Invalid as invalid:
            return self.page(request, request.POST, {error.field: error.message for error in invalid.errors}, 400)
        except Problem as problem:
            if problem.status not in (409, 429):
                raise
            messages.error(request, problem.message)
            return see(f"{self.version_url}run/")
        return see(f"{self.version_url}runs/{run.pk}/")

    def plan(self, request: HttpRequest, given: Mapping | None = None) -> Plan | None:
        """Of the version that the address names, else of the newest that can be run; None where there is none."""
        named = optional_id(request.GET.get("version", ""), "version", "There is no such version.")
        chosen = named or next((pk for pk, _ in self.choices()), None)
        if chosen is None:
            return None
        model = request.POST.get("name", "")
        return plan_of(self.member, self.version.pk, chosen, given=given, model=model)

    def choices(self) -> list[tuple[UUID, str]]:
        """The project's versions that can be run, by model, the newest first."""
        return [
            (version.pk, f"{model.name} v{version.number}")
            for model in models_for(self.member, self.project)
            for version in model.versions.all()
            if version.servable and version.format != LIVE and version.archived_at is None
        ]

    def page(self, request: HttpRequest, posted: Any, wrong: dict[str, str], status: int = 200) -> HttpResponseBase:
        require(can_run_models(self.member), NEEDS)
        choices = self.choices()
        context: dict[str, Any] = {
            "shell": self.shell(
                "Run a model", *self.way(), Place(f"v{self.version.number}", self.version_url), of=str(self.version)
            ),
            "version": self.version,
            "here": self.version_url,
            "choices": choices,
            "rows": self.version.rows,
            "target": self.dataset.name if posted is None else posted.get("dataset", ""),
        }
        try:
            plan = self.plan(request)
            if plan is not None and posted is not None:
                plan = self.plan(request, _given(plan, request))
        except Problem as problem:
            if problem.status not in (400, 409):
                raise
            sentences = [error.message for error in problem.errors] or [problem.message]
            context |= {"refusal": " ".join(sentences), "chosen": request.GET.get("version", "")}
            return self.respond(request, "datasets/start_run.html", context, problem.status, uploads=False)
        if plan is not None:
            context |= _planned(plan, wrong)
        return self.respond(request, "datasets/start_run.html", context, status, uploads=False)


def _given(plan: Plan, request: HttpRequest) -> Mapping:
    """What a form says: slot-3 is the column of the fourth place."""
    given: Mapping = {}
    for index, slot in enumerate(slots(plan.interface)):
        column = request.POST.get(f"slot-{index}")
        if column is not None:
            put(given, slot, column)
    return given


def _planned(plan: Plan, wrong: dict[str, str]) -> dict[str, Any]:
    places = slots(plan.interface)
    faults = {field_of(slot): sentence for slot, sentence in plan.faults} | wrong
    lines = [_line(plan, index, slot, faults.get(field_of(slot), "")) for index, slot in enumerate(places)]
    at_fault = [line for line in lines if line.error]
    sound = [line for line in lines if not line.error]
    hidden = len(sound) if len(places) > SHOWN else 0
    return {
        "chosen": plan.version.pk,
        "lines": at_fault[:SHOWN] if len(places) >= FOLDED else lines,
        "folded": sound if FOLDED <= len(places) <= SHOWN else [],
        "hidden": hidden,
        "found": sum(bool(line.column) for line in sound),
        "places": len(places),
        "lacks": next((line.lacks for line in at_fault if line.lacks and line.needed), ""),
        "wrong": bool(plan.faults),
        "name": plan.model,
        "name_error": wrong.get("name", plan.clash),
        "makes": plan.makes,
        "dropped": plan.dropped,
        "parts": -(-plan.source.rows // rows_a_part(plan.interface, plan.source.rows)),
    }


def _line(plan: Plan, index: int, slot: Slot, error: str) -> Line:
    fitting = tuple(column.name for column in plan.columns if column.kind in slot.kinds)
    options = fitting if len(plan.columns) <= CHOSEN_FROM else ()
    lacks = "" if fitting else f"This dataset has no column of {slot.takes}."
    return Line(index, slot.title, slot.takes, slot.needed, column_of(plan.mapping, slot), options, lacks, error)


def _span(time: timedelta) -> str:
    """As “40 s”, “3 min 20 s” or “2 h 5 min”."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


class RunPage(RunsBase):
    def get(self, request: HttpRequest, project: str, dataset: str, number: int, run_id: UUID) -> HttpResponseBase:
        self.find_run(project, dataset, number, run_id)
        run, made = self.run, self.run.made
        filled = [
            (f"{name} · {part}" if part else name, column)
            for name, said in sorted(run.mapping.items())
            for part, column in (sorted(said.items()) if isinstance(said, dict) else [("", said)])
            if column
        ]
        context = {
            **self.told(),
            "shell": self.shell(
                "Run", *self.way(), Place(f"v{self.version.number}", self.version_url), of=str(self.version)
            ),
            "version": self.version,
            "made": made,
            "made_url": "" if made is None else f"{self.datasets_url}{made.dataset.slug}/v{made.number}/",
            "filled": filled,
            "may_resume": can_run_models(self.member)
            and run.version_id is not None
            and run.state in (PredictionRun.State.FAILED, PredictionRun.State.CANCELLED),
        }
        return self.respond(request, "datasets/run.html", context, uploads=False)


class RunProgress(RunsBase):
    """The progress while it goes on: asked every 2 s; once it is another state the page loads itself anew."""

    def get(self, request: HttpRequest, project: str, dataset: str, number: int, run_id: UUID) -> HttpResponseBase:
        self.find_run(project, dataset, number, run_id)
        if self.stage != request.GET.get("was", PredictionRun.State.RUNNING):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "datasets/parts/run_progress.html", self.told())


class RunActs(RunsBase):
    """Cancelling and going on; the services open their own context."""

    holds_context = False

    def post(self, request: HttpRequest, project: str, dataset: str, number: int, run_id: UUID) -> HttpResponseBase:
        with team_context(self.member):
            self.find_run(project, dataset, number, run_id)
        acts = {"cancel": cancel_run, "resume": resume_run}
        act = acts.get(request.POST.get("act", ""))
        if act is None:
            raise Problem("malformed", "There is no such button.")
        try:
            act(self.member, run_id)
        except Problem as problem:
            if problem.status not in (409, 429):
                raise
            messages.error(request, problem.message)
        return see(self.run_url)
