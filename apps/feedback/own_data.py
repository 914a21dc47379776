"""What one person or guest brought and wrote, to take away: JSON and files in one archive."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from apps.artifacts.models import Artifact
from apps.endpoints.models import Prediction, Quarantined
from apps.endpoints.quarantine import shown as quarantined_shown
from gpu_workers.protocol.rendering import ENDINGS, KINDS

from .archive import Download, archive, intact
from .models import Flag, Message, SavedView
from .presentation import flag_shown, message_shown

ENDING = {content_type: ENDINGS[kind] for kind, content_type in KINDS.items()}


@dataclass(frozen=True, slots=True)
class OwnData:
    """Of one team. pictures: (name in the archive, artifact)."""

    told: dict[str, Any]
    pictures: list[tuple[str, Artifact]]


def own_data(author_id: UUID, folder: str = "", *, names_versions: bool = True) -> OwnData:
    """Called inside the team's context. folder: where its pictures lie in the archive. names_versions: not for who has
    still to read them blind."""
    mine = Prediction.objects.filter(author_id=author_id).select_related("endpoint", "version__model")
    found = list(mine.prefetch_related("artifacts__artifact").order_by("created_at"))
    pictures = {
        held.artifact: f"{folder}pictures/{held.artifact_id}.{ENDING.get(held.artifact.content_type, 'bin')}"
        for prediction in found
        for held in prediction.artifacts.all()
    }
    aside = list(Quarantined.objects.filter(author_id=author_id).select_related("artifact"))
    pictures |= {held.artifact: f"{folder}quarantined/{held.pk}.{ENDINGS['study']}" for held in aside}
    told = {
        Prediction.Tenancy.export: [_prediction(each, pictures, names_versions) for each in found],
        Quarantined.Tenancy.export: [quarantined_shown(held) for held in aside],
        Flag.Tenancy.export: [flag_shown(flag) for flag in Flag.objects.filter(reviewer_id=author_id)],
        SavedView.Tenancy.export: [
            {"name": view.name, "query": view.query} for view in SavedView.objects.filter(owner__user_id=author_id)
        ],
        Message.Tenancy.export: [message_shown(message) for message in Message.objects.filter(author_id=author_id)],
    }
    return OwnData(told, [(name, artifact) for artifact, name in pictures.items()])


def _prediction(prediction: Prediction, pictures: dict[Artifact, str], names_version: bool) -> dict[str, Any]:
    error = prediction.error or {}
    return {
        "id": str(prediction.pk),
        "endpoint": prediction.endpoint.name,
        "version": str(prediction.version) if names_version else "",
        "state": prediction.state,
        "inputs": prediction.inputs,
        "edits": prediction.edits,
        "answer": prediction.answer,
        "error": {"code": error.get("code"), "message": error.get("message")} if error else None,
        "created_at": prediction.created_at.isoformat(),
        "pictures": [pictures[held.artifact] for held in prediction.artifacts.all()],
    }


def as_archive(told: dict[str, Any], pictures: Iterable[tuple[str, Artifact]]) -> Download:
    """Called without an open transaction: it reads from the store. A picture that is damaged is named, not sent."""

    def entries() -> Iterator[tuple[str, bytes]]:
        damaged: list[str] = []
        yield from intact(pictures, damaged)
        named = told | ({"damaged": damaged} if damaged else {})
        yield "data.json", msgspec.json.format(msgspec.json.encode(named))

    return archive("my-data.zip", entries())
