"""Predictions as the API, the bench and the inbox show them. Only the addresses differ between the three."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.projects.addresses import team_url
from apps.registry.cards import card_of
from apps.registry.inputs import facts_of, is_file, seen
from apps.registry.models import Version
from atrium.addresses import picture_api
from atrium.tenancy.context import OfTeam

from .live.presence import waiting_shown
from .models import Endpoint, Prediction


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where an audience fetches a file, a small picture of it, and a prediction."""

    file: Callable[[UUID | str], str]
    thumbnail: Callable[[UUID | str], str]
    prediction: Callable[[UUID], str]


def api_addresses(owned: OfTeam) -> Addresses:
    """Files for a program with its token, a prediction as its page: whoever reads an answer opens it there."""
    team = team_url(owned)
    return Addresses(
        picture_api,
        lambda artifact: f"{picture_api(artifact)}?side=160",
        lambda prediction: f"{team}predictions/{prediction}",
    )


def guest_addresses(link_id: UUID) -> Addresses:
    return Addresses(
        lambda artifact: f"/r/{link_id}/pictures/{artifact}",
        lambda artifact: f"/r/{link_id}/pictures/{artifact}?side=160",
        lambda prediction: f"/r/{link_id}/predictions/{prediction}",
    )


def team_addresses(team: str) -> Addresses:
    return Addresses(
        lambda artifact: f"/t/{team}/pictures/{artifact}",
        lambda artifact: f"/t/{team}/pictures/{artifact}?side=160",
        lambda prediction: f"/t/{team}/predictions/{prediction}",
    )


def input_shown(value: dict[str, Any], addresses: Addresses) -> dict[str, Any]:
    if not is_file(value):
        return {name: value[name] for name in ("kind", "value", "rendered") if name in value}
    return {
        "kind": value["kind"],
        "url": addresses.file(value["original"]),
        "thumbnail": addresses.thumbnail(seen(value)),
        **facts_of(value),
        "sha256": value["sha256"],
    }


def answer_shown(answer: dict[str, Any] | None, addresses: Addresses) -> dict[str, Any] | None:
    if answer is None:
        return None
    shown = {}
    for name, value in answer.items():
        if "artifact" in value:
            facts = {fact: told for fact, told in value.items() if fact not in ("artifact", "sha256", "size")}
            value = facts | {"url": addresses.file(value["artifact"])}
        shown[name] = value
    return shown


def prediction_shown(prediction: Prediction, addresses: Addresses, *, team: bool) -> dict[str, Any]:
    """team: whether the reader may see an error's detail, which can carry an input."""
    error = prediction.error
    if error is not None and not team:
        error = {"code": error["code"], "message": error["message"]}
    timings = prediction.timings or {}
    return {
        "id": str(prediction.pk),
        "endpoint": str(prediction.endpoint_id),
        "state": prediction.state,
        "version": version_named(prediction.version),
        "inputs": {name: input_shown(value, addresses) for name, value in prediction.inputs.items()},
        "rendered": {name: addresses.file(seen(value)) for name, value in prediction.inputs.items() if is_file(value)},
        "edits": prediction.edits,
        "came_from": prediction.came_from if team else None,
        "answer": answer_shown(prediction.answer, addresses),
        "error": error,
        "timings": {**timings, "total_ms": timings.get("total")},
        "original": str(prediction.original_id or prediction.pk),
        "kept": prediction.kept,
        "stored": prediction.stored,
        "waiting": waiting_shown(prediction),
        "created_at": prediction.created_at.isoformat(),
        "url": addresses.prediction(prediction.pk),
    }


def version_named(version: Version) -> dict[str, Any]:
    return {"id": str(version.pk), "number": version.number, "model_name": version.model.name}


def endpoint_facts(endpoint: Endpoint) -> dict[str, Any]:
    """What stands above the bench and in the API: the card, and which version answers."""
    version = endpoint.version
    return {
        "interface": version.interface,
        "card": card_of(version),
        "version": version_named(version),
    }
