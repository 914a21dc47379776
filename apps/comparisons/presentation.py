"""Comparisons as the API shows them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apps.endpoints.models import Prediction
from apps.endpoints.presentation import Addresses, answer_shown, api_addresses, version_named
from apps.projects.addresses import project_url

from .agreement import Share
from .models import ComparedAnswer, ComparedCase, ComparedVersion, Comparison
from .results import Line, Results
from .selectors import Progress, answers_in, cases_in, progress_of, titles_of, versions_in
from .sides import Side, sides_of
from .words import found_words


def page_of(comparison: Comparison) -> str:
    """Its page's address; the comparison with its endpoint and project."""
    endpoint = comparison.endpoint
    return f"{project_url(endpoint.project)}endpoints/{endpoint.slug}/comparisons/{comparison.pk}/"


def comparisons_shown(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Without their cases; inside the team's context."""
    progress = progress_of(comparisons)
    return [_head(each, progress[each.pk]) for each in comparisons]


def comparison_shown(comparison: Comparison) -> dict[str, Any]:
    """With its cases and what each version says of them; inside the team's context."""
    [head] = comparisons_shown([comparison])
    versions, answers, cases = versions_in(comparison), answers_in(comparison), cases_in(comparison)
    titles, addresses = titles_of(cases), api_addresses(comparison)
    return head | {"cases": [_case(case, titles[case.pk], versions, answers, addresses) for case in cases]}


def _head(comparison: Comparison, progress: Progress) -> dict[str, Any]:
    return {
        "id": str(comparison.pk),
        "endpoint": str(comparison.endpoint_id),
        "name": comparison.name,
        "question": comparison.question,
        "blind": comparison.is_blind,
        "closed": comparison.closed_at is not None,
        "versions": [version_named(each.version) for each in versions_in(comparison)],
        "progress": {
            "total": progress.total,
            "answered": progress.answered,
            "waiting": progress.waiting,
            "failed": progress.failed,
        },
        "created_at": comparison.created_at.isoformat(),
        "url": page_of(comparison),
    }


def _case(
    case: ComparedCase,
    title: str,
    versions: Sequence[ComparedVersion],
    answers: dict[UUID, dict[UUID, ComparedAnswer]],
    addresses: Addresses,
) -> dict[str, Any]:
    mine = answers.get(case.pk, {})
    sides = zip(versions, sides_of(versions, mine, None), strict=True)
    return {
        "id": str(case.pk),
        "number": case.position,
        "title": title,
        "prediction": str(case.asked_id),
        "answers": [_answer(compared, side, mine[compared.pk].answered, addresses) for compared, side in sides],
    }


def _answer(compared: ComparedVersion, side: Side, made: Prediction | None, addresses: Addresses) -> dict[str, Any]:
    return {
        "id": str(side.answer_id),
        "version": version_named(compared.version),
        "state": side.state,
        "problem": side.problem,
        "prediction": None if side.prediction is None else str(side.prediction),
        "answer": answer_shown(made.answer, addresses) if made and side.state == "succeeded" else None,
        "differs": [each.name for each in side.said if each.difference.is_there],
    }


def results_shown(results: Results) -> dict[str, Any]:
    """As `results_of` gives them."""
    readers = results.between_readers
    return {
        "comparison": str(results.comparison.pk),
        "found": found_words(results),
        "too_few": bool(results.too_few),
        "readings": results.readings,
        "equal": results.equal,
        "neither": results.neither,
        "preferred": [
            {
                "version": version_named(each.version.version),
                "preferred": _share(each.preferred),
                "right": _share(each.right),
            }
            for each in results.preferred
        ],
        "pairs": [
            {
                "first": version_named(each.first.version),
                "second": version_named(each.second.version),
                "for_first": each.for_first,
                "for_second": each.for_second,
                "p": each.p,
                "p_adjusted": each.adjusted,
            }
            for each in results.pairs
        ],
        "shown_first": _share(results.shown_first) | {"p": results.shown_first_p},
        "readers": {
            "count": readers.readers,
            "shared_cases": readers.shared,
            "alpha": readers.alpha,
            "kappa": readers.kappa,
        },
        "versions": [
            {
                "first": version_named(each.first.version),
                "second": version_named(each.second.version),
                "output": each.output,
                "equal": _share(each.equal),
                "kappa": each.kappa,
                "difference": None
                if each.limits is None
                else {"mean": each.limits.mean, "low": each.limits.low, "high": each.limits.high},
            }
            for each in results.between_versions
        ],
        "by_reader": [_line(each) for each in results.by_reader],
        "by_case": [_line(each) | {"comments": list(each.comments)} for each in results.by_case],
        "url": f"{page_of(results.comparison)}results/",
    }


def _share(of: Share) -> dict[str, Any]:
    return {"count": of.hits, "of": of.rows, "share": of.value, "low": of.low, "high": of.high}


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "name": line.name,
        "preferred": list(line.preferred),
        "equal": line.equal,
        "neither": line.neither,
        "read": line.read,
        "of": line.of,
    }
