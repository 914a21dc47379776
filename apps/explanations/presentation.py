"""Explanations as the API, the bench and a prediction's page show them. Only the addresses differ."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from apps.endpoints.presentation import Addresses
from gpu_workers.protocol.explained import Map, Regions, Result
from gpu_workers.protocol.explanations import Target

from .models import Explanation
from .questions import Cost
from .selectors import progress_of
from .words import found_words, shown_method


def explanations_shown(
    explanations: Sequence[Explanation], addresses: Addresses, *, team: bool
) -> list[dict[str, Any]]:
    """Called inside the team's context. team: whether the reader may see an error's detail."""
    progress = progress_of(explanations)
    return [_shown(each, progress, addresses, team) for each in explanations]


def explanation_shown(explanation: Explanation, addresses: Addresses, *, team: bool) -> dict[str, Any]:
    return explanations_shown([explanation], addresses, team=team)[0]


def _shown(
    explanation: Explanation, progress: dict[UUID, float | None], addresses: Addresses, team: bool
) -> dict[str, Any]:
    method = dict(explanation.question["method"])
    name = method.pop("method")
    target = msgspec.convert(explanation.question["target"], Target)
    result = None if explanation.result is None else msgspec.convert(explanation.result, Result)
    error: Any = explanation.error
    if error is not None and not team:
        error = {"code": error["code"], "message": error["message"]}
    return {
        "id": str(explanation.pk),
        "prediction": str(explanation.prediction_id),
        **shown_method(name),
        "options": method,
        "target": {"output": target.output, "label": target.label},
        "state": explanation.state,
        "progress": progress.get(explanation.pk),
        "calls": explanation.calls,
        "expected_seconds": explanation.expected_ms / 1000,
        "found": "" if result is None else found_words(result, target),
        "result": explanation.result,
        "overlay": addresses.file(explanation.overlay_id) if isinstance(result, Map | Regions) else None,
        "error": error,
        "timings": explanation.timings or {},
        "stored": explanation.stored,
        "created_at": explanation.created_at.isoformat(),
    }


def cost_shown(cost: Cost) -> dict[str, Any]:
    return {
        "calls": cost.calls,
        "expected_seconds": cost.ms / 1000,
        "measured": cost.is_measured,
        "message": cost_words(cost),
    }


def cost_words(cost: Cost) -> str:
    """“Asks the model 226 times, some 12 s of a worker.”"""
    seconds = cost.ms / 1000
    time = f"{seconds:.1f} s" if seconds < 10 else f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
    how = "some" if cost.is_measured else "as a guess, since it was not timed yet,"
    return f"Asks the model {cost.calls:,} times: {how} {time} of a worker."
