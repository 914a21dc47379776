"""Runs of a model over a table, and what a worker says of their parts, for tests in which none computes."""

from typing import Any

import msgspec
from django.utils import timezone

from apps.datasets.models import DatasetVersion, PredictionRun, RunPart
from apps.datasets.predicting import APPLY, JOIN
from apps.datasets.runs import start_run
from apps.jobs.kinds import Result
from apps.registry.models import Version
from atrium.tenancy.context import team_context
from atrium.tenancy.statements import together
from gpu_workers.protocol.datasets import Applied, Column, Count, Joined, Kind, Role
from gpu_workers.protocol.interface import ChoiceInput, Interface, LabelOutput, NumberInput
from gpu_workers.protocol.messages import Failure
from tests.people import Lab
from tests.tables import ready_table

TABULAR = Interface(
    (NumberInput(name="Age"), ChoiceInput(name="site", choices=("A", "B"), default="A")),
    (LabelOutput(name="finding", classes=("effusion", "none"), activation="softmax"),),
)
COLUMNS = (
    Column("finding", Kind.CATEGORY, Role.LABEL),
    Column("age", Kind.NUMBER, Role.FEATURE),
    Column("site", Kind.CATEGORY, Role.GROUP),
)
NEW = {"prediction:reader": "prediction:reader", "probability:reader:none": "probability:reader:none"}


def tabular(lab: Lab, interface: Interface = TABULAR) -> Version:
    """The lab's version as one that takes rows of a table."""
    with team_context(lab.alice):
        Version.objects.filter(pk=lab.version.pk).update(interface=msgspec.to_builtins(interface))
        return Version.objects.select_related("model").get(pk=lab.version.pk)


def source_of(lab: Lab, rows: int = 12_000, **fields: Any) -> DatasetVersion:
    return ready_table(lab.alice, lab.project, "rows", COLUMNS, rows=rows, **fields)


def begun(lab: Lab, source: DatasetVersion, **options: Any) -> PredictionRun:
    return start_run(lab.alice, source.pk, version_id=tabular(lab).pk, **options)


def reread(lab: Lab, run: PredictionRun) -> PredictionRun:
    with team_context(lab.alice):
        return PredictionRun.objects.select_related("source__dataset", "made", "version").get(pk=run.pk)


def parts_of(lab: Lab, run: PredictionRun) -> list[RunPart]:
    with team_context(lab.alice):
        return list(RunPart.objects.filter(run=run))


def states(lab: Lab, run: PredictionRun) -> str:
    """A letter a part: w, q or d."""
    return "".join(part.state[0] for part in parts_of(lab, run))


def applied(rows: int, *unanswered: tuple[str, int]) -> Applied:
    return Applied(rows, "cd" * 32, 77, tuple(Count(why, count) for why, count in unanswered), 0.5)


def finish(part: RunPart, said: Applied | Failure) -> None:
    """As the dispatcher commits it; called as its role."""
    assert part.job_id is not None
    _end(APPLY, part.job_id, part, said)


def finish_join(run: PredictionRun, said: Joined | Failure) -> None:
    """As the dispatcher commits it; called as its role."""
    assert run.job_id is not None
    _end(JOIN, run.job_id, run, said)


def _end(kind: Any, job: Any, subject: RunPart | PredictionRun, said: Any) -> None:
    error = said if isinstance(said, Failure) else None
    made = None if error else msgspec.msgpack.encode(said)
    state = "failed" if error else "succeeded"
    with together():
        kind.finish_many([Result(job, subject.team_id, subject.pk, state, None, None, made, error, {}, timezone.now())])
