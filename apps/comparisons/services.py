"""Making a comparison, changing what stands around it, asking anew, and deleting it."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from apps.endpoints.deletion import delete_predictions, unneeded
from apps.endpoints.models import OPEN, Endpoint, Prediction
from apps.endpoints.selectors import endpoint_for
from apps.endpoints.services import require_servable
from apps.feedback.permissions import can_delete_cases
from apps.jobs import idempotency
from apps.registry.interfaces import differences, read_interface
from apps.registry.models import Version
from apps.registry.selectors import version_for
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, require
from atrium.tenancy.context import team_context

from .asking import go_on, stop
from .models import ComparedAnswer, ComparedCase, ComparedVersion, Comparison
from .permissions import can_change_comparisons, can_compare
from .selectors import SOURCES, comparison_for, offered_cases, versions_in

LEAST_VERSIONS, MOST_VERSIONS, MOST_CASES = 2, 4, 100
NEEDS = "Comparing versions needs the role member, and of a token the scopes feedback:write and predict."
VIEWERS = "Viewers cannot change a comparison."
ADMINS = "It has been read: only admins and owners delete what readers said."


def create_comparison(
    principal: TeamPrincipal,
    endpoint_id: UUID,
    *,
    versions: Sequence[UUID],
    predictions: Collection[UUID] = (),
    sources: Collection[str] = (),
    name: str = "",
    question: str = "",
    blind: bool = False,
    key: str = "",
    body: bytes = b"",
) -> Comparison:
    """Have 2 to 4 versions asked the same cases of an endpoint.

    predictions: of this endpoint; their inputs are asked with their edits. sources: of SOURCES, all cases there. key,
    body: the Idempotency-Key and the request's body. Raises Invalid, Conflict and NotPermitted; then nothing is kept.
    What a version cannot be asked, its answer says.
    """
    with team_context(principal):
        require(can_compare(principal), NEEDS)
        endpoint = endpoint_for(principal, endpoint_id)
        chosen = _versions(principal, endpoint, versions)
        cases = _cases(endpoint, predictions, sources)
        if not cases:
            raise Invalid(FieldError("cases", "required", "Choose at least one case."))
        _require_no_name(question, chosen)
        told = name.strip()[:120] or " and ".join(str(each) for each in chosen)[:120]
        comparison = Comparison(
            endpoint=endpoint,
            name=told,
            question=question.strip()[:500],
            is_blind=blind,
            created_by_id=getattr(principal, "membership_id", None),
        )
        earlier = idempotency.claim(principal, key, body, comparison.pk)
        if earlier is not None:
            return comparison_for(principal, earlier)
        comparison.save(force_insert=True)
        ComparedVersion.objects.bulk_create(
            ComparedVersion(comparison=comparison, version=each, position=place) for place, each in enumerate(chosen, 1)
        )
        facts = {"versions": [str(each.pk) for each in chosen], "cases": len(cases), "blind": blind}
        record(principal, "comparison.created", comparison, project_id=endpoint.project_id, **facts)
        _add(principal, comparison, cases)
    return comparison


def _versions(principal: TeamPrincipal, endpoint: Endpoint, ids: Sequence[UUID]) -> list[Version]:
    if not LEAST_VERSIONS <= len(set(ids)) <= MOST_VERSIONS or len(set(ids)) < len(ids):
        told = f"Choose {LEAST_VERSIONS} to {MOST_VERSIONS} different versions."
        raise Invalid(FieldError("versions", "count", told))
    served, found = read_interface(endpoint.version.interface), []
    for each in ids:
        version = version_for(principal, each)
        if version.model.project_id != endpoint.project_id:
            raise Invalid(FieldError("versions", "invalid", f"{version} belongs to another project."))
        require_servable(version)
        forbids, _ = differences(served, read_interface(version.interface))
        if forbids:
            told = f"{version} takes or answers something else than {endpoint}. {' '.join(forbids)}"
            raise Conflict(told, code="interface_differs")
        found.append(version)
    return found


def _require_no_name(question: str, versions: Sequence[Version]) -> None:
    """Readers must not learn from the question what they are not to know."""
    named = next((each for each in versions if str(each).lower() in question.lower()), None)
    if named is not None:
        told = f"The question names {named}; readers must not know which versions they compare."
        raise Invalid(FieldError("question", "names_a_version", told))


def _cases(endpoint: Endpoint, predictions: Collection[UUID], sources: Collection[str]) -> list[Prediction]:
    """Each once: those that are named in their order, then the sources'."""
    unknown = set(sources) - set(SOURCES)
    if unknown:
        told = f"“{min(unknown)}” is none of {', '.join(SOURCES)}."
        raise Invalid(FieldError("sources", "unknown", told))
    named = Prediction.objects.filter(endpoint=endpoint, pk__in=predictions).in_bulk()
    if len(named) < len(set(predictions)):
        raise Invalid(FieldError("predictions", "unknown", f"One of them is no case of {endpoint}."))
    found = {pk: named[pk] for pk in predictions}
    for source in sources:
        found |= {each.pk: each for each in offered_cases(endpoint, source)[: MOST_CASES + 1]}
    return list(found.values())


def add_cases(
    principal: TeamPrincipal,
    comparison_id: UUID,
    *,
    predictions: Collection[UUID] = (),
    sources: Collection[str] = (),
) -> int:
    """How many were added. Raises Conflict where it is closed or somebody reads it: all readers read the same cases."""
    with team_context(principal):
        require(can_compare(principal), NEEDS)
        comparison = comparison_for(principal, comparison_id)
        Comparison.objects.select_for_update().get(pk=comparison.pk)  # a reading that begins waits, or is seen below
        if comparison.closed_at is not None:
            raise Conflict("This comparison is closed. Open it first.")
        if comparison.readings.exists():
            raise Conflict("Somebody reads it already: all readers read the same cases. Make another comparison.")
        known = set(comparison.cases.values_list("asked_id", flat=True))
        cases = [each for each in _cases(comparison.endpoint, predictions, sources) if each.pk not in known]
        if cases:
            project_id = comparison.endpoint.project_id
            record(principal, "comparison.added_cases", comparison, project_id=project_id, cases=len(cases))
            _add(principal, comparison, cases)
    return len(cases)


def _add(principal: TeamPrincipal, comparison: Comparison, asked: Sequence[Prediction]) -> None:
    last = comparison.cases.aggregate(last=Max("position"))["last"] or 0
    if comparison.cases.count() + len(asked) > MOST_CASES:
        raise Invalid(FieldError("cases", "too_many", f"A comparison holds {MOST_CASES} cases at most."))
    cases = ComparedCase.objects.bulk_create(
        ComparedCase(comparison=comparison, asked=each, position=place) for place, each in enumerate(asked, last + 1)
    )
    versions = versions_in(comparison)
    ComparedAnswer.objects.bulk_create(
        ComparedAnswer(case=case, compared=compared) for case in cases for compared in versions
    )
    go_on(principal, comparison.pk)


def change_comparison(
    principal: TeamPrincipal,
    comparison_id: UUID,
    *,
    name: str | None = None,
    question: str | None = None,
    closed: bool | None = None,
) -> Comparison:
    """Closed it is read by nobody any more, and its readers learn which version was which."""
    with team_context(principal):
        require(can_change_comparisons(principal), VIEWERS)
        comparison = comparison_for(principal, comparison_id)
        project_id = comparison.endpoint.project_id
        if name is not None:
            if not name.strip():
                raise Invalid(FieldError("name", "required", "Give it a name."))
            comparison.name = name.strip()[:120]
        if question is not None:
            _require_no_name(question, [each.version for each in versions_in(comparison)])
            comparison.question = question.strip()[:500]
        if name is not None or question is not None:
            record(principal, "comparison.changed", comparison, project_id=project_id)
        if closed is not None and closed != (comparison.closed_at is not None):
            comparison.closed_at = timezone.now() if closed else None
            if closed:  # its readers learn the names, so what they said is their last word
                comparison.readings.filter(finished_at=None).update(finished_at=comparison.closed_at)
            what = "comparison.closed" if closed else "comparison.opened"
            record(principal, what, comparison, project_id=project_id)
        comparison.save(update_fields=["name", "question", "closed_at"])
    return comparison


def ask_again(principal: TeamPrincipal, comparison_id: UUID, answer_id: UUID | None = None) -> int:
    """What gave no answer is asked anew: one, or all of them; how many."""
    with team_context(principal):
        require(can_compare(principal), NEEDS)
        comparison = comparison_for(principal, comparison_id)
        in_vain = ComparedAnswer.objects.filter(case__comparison=comparison).exclude(asked_at=None)
        in_vain = in_vain.exclude(answered__state__in=[*OPEN, Prediction.State.SUCCEEDED])
        if answer_id is not None:
            in_vain = in_vain.filter(pk=answer_id)
        found = dict(in_vain.values_list("pk", "answered"))
        ids = list(found)
        ComparedAnswer.objects.filter(pk__in=ids).update(asked_at=None, answered=None, problem="")
        _delete_answers(found.values())
        if ids:
            facts = {"answers": len(ids)}
            record(principal, "comparison.asked_again", comparison, project_id=comparison.endpoint.project_id, **facts)
            go_on(principal, comparison.pk)
    return len(ids)


def _delete_answers(ids: Iterable[UUID | None]) -> None:
    """Predictions that a comparison had made, as far as nothing else holds them."""
    delete_predictions(unneeded(Prediction.objects.filter(pk__in=[pk for pk in ids if pk is not None])))


def delete_comparison(principal: TeamPrincipal, comparison_id: UUID) -> None:
    """With what was answered and read. The cases stay where they came from."""
    with team_context(principal):
        require(can_change_comparisons(principal), VIEWERS)
        comparison = comparison_for(principal, comparison_id)
        if comparison.readings.exists():
            require(can_delete_cases(principal), ADMINS)
        record(principal, "comparison.deleted", comparison, project_id=comparison.endpoint.project_id)
        stop(comparison)
        made = Prediction.objects.filter(compared_answers__case__comparison=comparison)
        ids = list(made.values_list("pk", flat=True))
        comparison.delete()
        _delete_answers(ids)
