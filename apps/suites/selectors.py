"""Reads of suites and of how versions did, inside the team's context."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.registry.models import Model, Version
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require

from .models import Suite, SuiteCase, SuiteResult, SuiteRun
from .permissions import can_see_suites

Outcome = SuiteResult.Outcome
BAD = (Outcome.FAILED, Outcome.CHANGED, Outcome.UNANSWERED)
NEEDS = "This needs the scope feedback:read."


@dataclass(frozen=True, slots=True)
class Report:
    """How a version did. run: None where it was not asked. is_old: the suite was changed since it was begun."""

    suite: Suite
    run: SuiteRun | None
    results: tuple[SuiteResult, ...]
    is_old: bool

    @property
    def counts(self) -> dict[str, int]:
        """By outcome."""
        found = Counter(result.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in Outcome.values}

    @property
    def done(self) -> int:
        return sum(result.outcome in (*BAD, Outcome.PASSED) for result in self.results)

    @property
    def bad(self) -> int:
        return sum(result.outcome in BAD for result in self.results)

    @property
    def is_open(self) -> bool:
        return self.run is not None and self.run.state == SuiteRun.State.RUNNING

    @property
    def passes(self) -> bool:
        """All cases of the suite as it is now, each as it should be."""
        ended = self.run is not None and self.run.state == SuiteRun.State.FINISHED
        return ended and not self.is_old and self.bad == 0


def suite_for(principal: TeamPrincipal, model: Model) -> Suite | None:
    """None where nothing was put into it yet."""
    require(can_see_suites(principal), NEEDS)
    return Suite.objects.filter(model=model).select_related("model__project").first()


def cases_of(suite: Suite) -> list[SuiteCase]:
    """With what was judged."""
    return list(suite.cases.select_related("judged__version__model"))


def case_for(principal: TeamPrincipal, case_id: UUID) -> SuiteCase:
    require(can_see_suites(principal), NEEDS)
    beside = ("suite__model__project", "judged__version__model")
    case = SuiteCase.objects.select_related(*beside).filter(pk=case_id, suite__model__project__deleting_at=None).first()
    if case is None:
        raise NotFound
    return case


def run_for(principal: TeamPrincipal, run_id: UUID) -> SuiteRun:
    require(can_see_suites(principal), NEEDS)
    beside = ("suite__model__project", "version__model__project")
    run = SuiteRun.objects.select_related(*beside).filter(pk=run_id, suite__model__project__deleting_at=None).first()
    if run is None:
        raise NotFound
    return run


def report_of(version: Version) -> Report | None:
    """None where the version's model has no suite, or an empty one. Whoever calls has asked who may see it."""
    suite = Suite.objects.filter(model=version.model_id).select_related("model__project").first()
    if suite is None or not suite.cases.exists():
        return None
    [report] = reports_of(suite, [version], "case__judged__version", "answered__version")
    return report


def reports_of(suite: Suite, versions: Sequence[Version], *beside: str) -> list[Report]:
    """Of a suite that is not empty, version by version. beside: what is read with each result."""
    runs = {run.version_id: run for run in SuiteRun.objects.filter(suite=suite, version__in=versions)}
    results: dict[UUID, list[SuiteResult]] = {run.pk: [] for run in runs.values()}
    for result in SuiteResult.objects.filter(run__in=results).select_related(*beside):
        results[result.run_id].append(result)
    return [_report(suite, runs.get(version.pk), results) for version in versions]


def _report(suite: Suite, run: SuiteRun | None, results: dict[UUID, list[SuiteResult]]) -> Report:
    if run is None:
        return Report(suite, None, (), False)
    return Report(suite, run, tuple(results[run.pk]), suite.changed_at > run.created_at)
