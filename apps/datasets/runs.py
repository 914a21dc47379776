"""Running a model's version over a dataset's: begun and stopped by people, led on by chores, part after part.

The row and those of its parts say how far a run is, so whoever dies over it loses nothing: `advance` looks and does
what is next, as often as it is called.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.utils import timezone
from uuid6 import uuid7

from apps.artifacts.deletion import remove
from apps.artifacts.models import Artifact
from apps.jobs import idempotency
from apps.jobs.models import Job
from apps.jobs.services import cancel as cancel_job
from apps.jobs.services import expected_ms, submit
from atrium.access.door import system
from atrium.access.principals import System, TeamPrincipal
from atrium.audit.models import Event
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, Problem, require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.datasets import Joined
from gpu_workers.protocol.interface import Interface

from .models import PredictionRun, RunPart
from .permissions import can_change_data, can_run_models
from .plans import NEEDS, field_of, plan_of, rows_a_part
from .predicting import dropped_words, join_payload, part_payload
from .roles import words_of
from .selectors import run_for
from .services import VIEWERS, create_dataset
from .tables import columns_of
from .uploading import version_from

State, PartState = PredictionRun.State, RunPart.State
MOST_OPEN = 20
"""Runs of a team that are not over."""
WINDOW = 4
"""Parts of a run that wait for a worker or are at one."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. unanswered: (why rows have no answer, how many), the most frequent first."""

    parts: int
    parts_done: int
    rows_done: int
    unanswered: tuple[tuple[str, int], ...]

    @property
    def rows_without(self) -> int:
        return sum(rows for _, rows in self.unanswered)


# ---- beginning ----


def start_run(
    principal: TeamPrincipal,
    source_id: UUID,
    *,
    version_id: UUID,
    mapping: Any = None,
    model: str = "",
    dataset: str = "",
    notes: str = "",
    key: str = "",
    body: bytes = b"",
) -> PredictionRun:
    """Begin to make a version of the source's columns and a model's answers. mapping: corrects what is guessed.

    model: the name under which its columns appear, its own by default. dataset: the name of the one that gets the new
    version; the source's by default. key, body: the Idempotency-Key and the request's body. Raises Invalid with what is
    wrong with each input, quota_exceeded and queue_full; then nothing is kept.
    """
    with team_context(principal), transaction.atomic():  # a page's context goes on after a refusal
        plan = plan_of(principal, source_id, version_id, given=mapping, model=model)
        wrong = [FieldError(field_of(slot), "mapping", sentence) for slot, sentence in plan.faults]
        if plan.clash:
            wrong.append(FieldError("name", "taken", plan.clash))
        if wrong:
            raise Invalid(*wrong)
        run_id = uuid7()
        earlier = idempotency.claim(principal, key, body, run_id)
        if earlier is not None:
            return run_for(principal, earlier)
        _require_room()
        target, project_id = plan.source.dataset, plan.source.dataset.project_id
        if dataset.strip():
            target, _ = create_dataset(principal, project_id, name=dataset)
        run = PredictionRun.objects.create(
            id=run_id,
            source=plan.source,
            version=plan.version,
            version_name=str(plan.version)[:100],
            model=plan.model,
            mapping=plan.mapping,
            dataset=target,
            notes=notes,
            created_by=getattr(principal, "user_id", None),
        )
        rows, size = plan.source.rows, rows_a_part(plan.interface, plan.source.rows)
        starts = range(0, rows, size)
        RunPart.objects.bulk_create(RunPart(run=run, first=at, count=min(size, rows - at)) for at in starts)
        record(principal, "dataset.began_run", plan.source, project_id=project_id, run=str(run.pk))
        _ask_next(run)
        return run


def _require_room() -> None:
    if PredictionRun.objects.filter(ended_at=None).count() >= MOST_OPEN:
        raise Conflict(f"{MOST_OPEN} runs of your team are under way already. Wait for one, or cancel it.")


# ---- stopping, going on ----


def cancel_run(principal: TeamPrincipal, run_id: UUID) -> PredictionRun:
    """Nobody needs it any more; what was answered is kept for a month, and it can go on. One that ended stays so."""
    with team_context(principal):
        require(can_change_data(principal), VIEWERS)
        run = _locked(run_for(principal, run_id).pk)
        if run is not None and run.state in PredictionRun.OPEN:
            queued = run.parts.filter(state=PartState.QUEUED)
            for subject in (run.pk, *queued.values_list("pk", flat=True)):
                cancel_job(subject)
            queued.update(state=PartState.WAITING, job_id=None, place=None)
            _end(run, State.CANCELLED)
            record(principal, "dataset.cancelled_run", run.source, project_id=_project(run), run=str(run.pk))
        return run_for(principal, run_id)


def resume_run(principal: TeamPrincipal, run_id: UUID) -> PredictionRun:
    """Go on where it stopped: parts that are done are not asked again."""
    with team_context(principal), transaction.atomic():
        require(can_run_models(principal), NEEDS)
        run = _locked(run_for(principal, run_id).pk)
        if run is None or run.state not in (State.FAILED, State.CANCELLED):
            raise Conflict("Only a run that failed or was cancelled goes on.")
        if run.version is None:
            raise Conflict(f"{run.version_name} was deleted; nothing can be asked of it.")
        _require_room()
        run.state, run.error, run.ended_at, run.job_id = State.RUNNING, None, None, None
        run.save(update_fields=["state", "error", "ended_at", "job_id"])
        record(principal, "dataset.resumed_run", run.source, project_id=_project(run), run=str(run.pk))
        _ask_next(run)
        return run_for(principal, run_id)


# ---- going ahead ----


def open_runs() -> list[tuple[UUID, UUID]]:
    """(team, run) of all that are not over, outside any team's context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, id FROM atrium.open_runs()")
        return [(team, run) for team, run in cursor.fetchall()]


def advance(team_id: UUID, run_id: UUID) -> None:
    """Do what is next of a run, if anything is."""
    with system(team_id, "run a model over a dataset") as principal:
        run = _locked(run_id)
        if run is not None and run.state == State.FAILED:
            _note_end(principal, run)
        if run is None or run.state not in PredictionRun.OPEN:
            return
        if run.state == State.JOINING:
            if run.joined is not None:
                _make_version(principal, run)
            return
        try:
            with transaction.atomic():
                _ask_next(run)
        except Problem as problem:
            if problem.code != "queue_full":  # then the next look is early enough
                _end(run, State.FAILED, {"code": problem.code, "message": problem.message})
                _note_end(principal, run)


def _ask_next(run: PredictionRun) -> None:
    """The next parts, as many as the window holds; the joining once there are none.

    Raises queue_full and quota_exceeded.
    """
    version = run.version
    if version is None:
        raise Problem("not_found", f"{run.version_name} was deleted; nothing can be asked of it.")
    room = WINDOW - run.parts.filter(state=PartState.QUEUED).count()
    waiting = list(run.parts.filter(state=PartState.WAITING)[: max(room, 0)])
    for part in waiting:
        part.run, part.place = run, uuid7()
        expected = expected_ms("apply", version.pk)
        job = _submitted("apply", part.pk, part_payload(part), run, version_id=version.pk, reserve_ms=expected)
        part.state, part.job_id = PartState.QUEUED, job.pk
        part.save(update_fields=["state", "job_id", "place"])
    if not waiting and room == WINDOW:
        parts = list(run.parts.select_related("answers"))
        run.place, run.joined, run.state = uuid7(), None, State.JOINING
        interface = msgspec.convert(version.interface, Interface)
        run.job_id = _submitted("join", run.pk, join_payload(run, interface, parts), run).pk
        run.save(update_fields=["place", "joined", "state", "job_id"])


def _submitted(kind: str, subject: UUID, payload: dict[str, Any], run: PredictionRun, **options: Any) -> Job:
    return submit(kind, subject, payload, priority=Job.Priority.BATCH, project_id=_project(run), **options)


def _make_version(principal: System, run: PredictionRun) -> None:
    """The table is there: it becomes a version, which a worker then reads."""
    told = msgspec.convert(run.joined, Joined)
    progress = progress_of(run)
    interface = None if run.version is None else msgspec.convert(run.version.interface, Interface)
    notes = [unanswered_words(progress, run.source.rows)] if progress.unanswered else []
    notes += [] if interface is None else dropped_words(interface)
    made_from = {
        "what": f"{run.version_name} as “{run.model}”",
        "notes": [*notes, *told.notes],
        "run": str(run.pk),
        "model_version": None if run.version is None else str(run.version.pk),
    }
    roles = {column.name: words_of(column) for column in columns_of(run.source)}
    file = Artifact.objects.get(pk=str(run.place))
    run.made = version_from(
        principal,
        run.dataset,
        file,
        source=run.source,
        made_from=made_from,
        declared=roles | told.roles,
        author=run.created_by,
        notes=run.notes,
    )
    answers = list(run.parts.exclude(answers=None).values_list("answers_id", flat=True))
    run.parts.update(answers=None)
    remove(answers)
    _end(run, State.SUCCEEDED)
    _note_end(principal, run)


def _note_end(principal: System, run: PredictionRun) -> None:
    """Once: what the dispatcher let fail is noted by the chore after it."""
    told = {
        "run": str(run.pk),
        "state": str(run.state),
        "ended": "" if run.ended_at is None else run.ended_at.isoformat(),
    }
    if not Event.objects.filter(subject_id=run.source_id, what="dataset.finished_run", data__contains=told).exists():
        record(principal, "dataset.finished_run", run.source, project_id=_project(run), **told)


def _end(run: PredictionRun, state: PredictionRun.State, error: dict[str, str] | None = None) -> None:
    run.state, run.error, run.ended_at, run.job_id = state, error, timezone.now(), None
    run.save(update_fields=["state", "error", "ended_at", "job_id", "made"])


def _locked(run_id: UUID) -> PredictionRun | None:
    """The run, and nobody else goes on with it until this transaction ends."""
    found = PredictionRun.objects.select_for_update(of=("self",)).filter(pk=run_id)
    return found.select_related("source__dataset", "source__table", "version__model", "dataset").first()


def _project(run: PredictionRun) -> UUID:
    project_id: UUID = run.source.dataset.project_id
    return project_id


# ---- how far it is ----


def progress_of(run: PredictionRun) -> Progress:
    """In the open context."""
    parts = list(run.parts.all())  # of a list's runs they are fetched at once
    done = [part for part in parts if part.state == PartState.DONE]
    reasons: Counter[str] = Counter()
    for part in done:
        for why, rows in part.unanswered:
            reasons[why] += rows
    return Progress(len(parts), len(done), sum(part.count for part in done), tuple(reasons.most_common(10)))


def unanswered_words(progress: Progress, rows: int) -> str:
    """“12 of 10,000 rows have no answer: “age” is empty. (10 rows); …”"""
    told = "; ".join(f"{why} ({count:,})" for why, count in progress.unanswered[:3])
    verb = "row has" if progress.rows_without == 1 else "rows have"
    more = "; …" if len(progress.unanswered) > 3 else ""
    return f"{progress.rows_without:,} of {rows:,} {verb} no answer: {told}{more}"
