"""What one person or guest brought and wrote, to take away: JSON and pictures in one archive."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

import msgspec
from django.http import FileResponse

from apps.artifacts.models import Artifact
from apps.artifacts.services import read
from apps.endpoints.models import Prediction
from atrium.errors import Problem

from .models import Flag, Message
from .presentation import flag_shown, message_shown

IN_MEMORY = 16 * 2**20
KINDS = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True)
class OwnData:
    """Of one team. pictures: (name in the archive, artifact)."""

    told: dict[str, Any]
    pictures: list[tuple[str, Artifact]]


def own_data(author_id: UUID, folder: str = "") -> OwnData:
    """Called inside the team's context. folder: where its pictures lie in the archive."""
    mine = Prediction.objects.filter(author_id=author_id).select_related("endpoint", "version__model")
    found = list(mine.prefetch_related("artifacts__artifact").order_by("created_at"))
    pictures = {
        held.artifact: f"{folder}pictures/{held.artifact_id}.{KINDS.get(held.artifact.content_type, 'bin')}"
        for prediction in found
        for held in prediction.artifacts.all()
    }
    told = {
        "predictions": [_prediction(prediction, pictures) for prediction in found],
        "flags": [flag_shown(flag) for flag in Flag.objects.filter(reviewer_id=author_id)],
        "messages": [message_shown(message) for message in Message.objects.filter(author_id=author_id)],
    }
    return OwnData(told, [(name, artifact) for artifact, name in pictures.items()])


def _prediction(prediction: Prediction, pictures: dict[Artifact, str]) -> dict[str, Any]:
    error = prediction.error or {}
    return {
        "id": str(prediction.pk),
        "endpoint": prediction.endpoint.name,
        "version": str(prediction.version),
        "state": prediction.state,
        "inputs": prediction.inputs,
        "edits": prediction.edits,
        "answer": prediction.answer,
        "error": {"code": error.get("code"), "message": error.get("message")} if error else None,
        "created_at": prediction.created_at.isoformat(),
        "pictures": [pictures[held.artifact] for held in prediction.artifacts.all()],
    }


def as_archive(told: dict[str, Any], pictures: Iterable[tuple[str, Artifact]]) -> FileResponse:
    """Called without an open transaction: it reads from the store. A picture that is damaged is named, not sent."""
    out: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed by the response
    damaged = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, artifact in pictures:
            try:
                archive.writestr(name, read(artifact))
            except Problem as problem:
                if problem.code != "artifact_damaged":
                    raise
                damaged.append(name)
        told = told | ({"damaged": damaged} if damaged else {})
        archive.writestr("data.json", msgspec.json.format(msgspec.json.encode(told)))
    out.seek(0)
    response = FileResponse(out, as_attachment=True, filename="my-data.zip", content_type="application/zip")
    response["Cache-Control"] = "no-store"
    return response
