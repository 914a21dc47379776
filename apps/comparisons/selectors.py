"""Reads of comparisons, inside the team's context."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from apps.endpoints.models import OPEN, Endpoint, Example, Prediction
from apps.endpoints.selectors import endpoint_for, promotable_to
from apps.feedback.models import Flag, Thread
from apps.registry.interfaces import differences, read_interface
from apps.registry.models import Version
from apps.suites.models import SuiteCase
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require

from .models import ComparedAnswer, ComparedCase, ComparedVersion, Comparison
from .permissions import can_see_comparisons

NEEDS = "This needs the scope feedback:read."
SOURCES = ("examples", "inbox", "suite")
"""Where cases can be taken from, besides by their prediction."""
WAITING = Q(asked_at=None) | Q(answered__state__in=OPEN)
"""Of an answer that is still to come."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of a comparison's answers. waiting: not asked yet, or at a worker. failed: asked in vain, or deleted since."""

    total: int
    answered: int
    waiting: int

    @property
    def failed(self) -> int:
        return self.total - self.answered - self.waiting


def comparisons_of(principal: TeamPrincipal, endpoint_id: UUID) -> "QuerySet[Comparison]":
    require(can_see_comparisons(principal), NEEDS)
    found = Comparison.objects.filter(endpoint=endpoint_for(principal, endpoint_id))
    return found.select_related("endpoint__project").prefetch_related("versions__version__model")


def comparison_for(principal: TeamPrincipal, comparison_id: UUID) -> Comparison:
    """With its endpoint and versions; raises NotFound for a stranger's, and NotPermitted."""
    require(can_see_comparisons(principal), NEEDS)
    beside = ("endpoint__project", "endpoint__version__model")
    living = Comparison.objects.select_related(*beside).filter(endpoint__project__deleting_at=None)
    found = living.prefetch_related("versions__version__model").filter(pk=comparison_id).first()
    if found is None:
        raise NotFound
    return found


def versions_in(comparison: Comparison) -> list[ComparedVersion]:
    return list(comparison.versions.all())


def progress_of(comparisons: Sequence[Comparison]) -> dict[UUID, Progress]:
    """By comparison, in one query."""
    told = (
        ComparedAnswer.objects.filter(case__comparison__in=comparisons)
        .values("case__comparison_id")
        .annotate(
            total=Count("pk"),
            there=Count("pk", filter=Q(answered__state=Prediction.State.SUCCEEDED)),
            waiting=Count("pk", filter=WAITING),
        )
    )
    found = {row["case__comparison_id"]: Progress(row["total"], row["there"], row["waiting"]) for row in told}
    return {each.pk: found.get(each.pk, Progress(0, 0, 0)) for each in comparisons}


def cases_in(comparison: Comparison) -> list[ComparedCase]:
    return list(comparison.cases.all())


def asked_in(case: ComparedCase) -> Prediction:
    """What every version was asked, with what its page says of it."""
    return Prediction.objects.select_related("version__model", "endpoint", "original").get(pk=case.asked_id)


def answers_in(comparison: Comparison, case: ComparedCase | None = None) -> dict[UUID, dict[UUID, ComparedAnswer]]:
    """By case and compared version, each with its prediction. case: that one alone."""
    found: dict[UUID, dict[UUID, ComparedAnswer]] = {}
    rows = ComparedAnswer.objects.filter(case__comparison=comparison)
    rows = rows if case is None else rows.filter(case=case)
    for row in rows.select_related("answered__version__model", "answered__endpoint"):
        found.setdefault(row.case_id, {})[row.compared_id] = row
    return found


def titles_of(cases: Sequence[ComparedCase]) -> dict[UUID, str]:
    """By case: what its example is called, or its place."""
    titles = example_titles([case.asked_id for case in cases])
    return {case.pk: titles.get(case.asked_id) or f"Case {case.position}" for case in cases}


def example_titles(predictions: Iterable[UUID]) -> dict[UUID, str]:
    """By prediction: what its example is called, of those that are one with a title."""
    named = Example.objects.filter(prediction__in=list(predictions)).exclude(title="")
    return dict(named.values_list("prediction_id", "title"))


def comparable_with(principal: TeamPrincipal, endpoint: Endpoint) -> list[Version]:
    """The version that the endpoint serves, then those that could take its place."""
    served = read_interface(endpoint.version.interface)
    others = promotable_to(principal, endpoint)
    fitting = [each for each in others if not differences(served, read_interface(each.interface))[0]]
    return [endpoint.version, *fitting]


def offered_cases(endpoint: Endpoint, source: str) -> "QuerySet[Prediction]":
    """Of one of SOURCES: cases of the endpoint that are there to be asked."""
    found = Prediction.objects.filter(endpoint=endpoint)
    match source:
        case "examples":
            found = found.filter(pk__in=Example.objects.filter(endpoint=endpoint).values("prediction"))
        case "suite":
            found = found.filter(pk__in=SuiteCase.objects.filter(judged__endpoint=endpoint).values("judged"))
        case _:
            flags = Flag.objects.filter(thread__endpoint=endpoint, thread__status=Thread.Status.OPEN)
            latest = flags.order_by("thread_id", "-created_at").distinct("thread_id").values("prediction")
            found = found.filter(pk__in=latest)
    return found.select_related("version__model").order_by("-created_at")
