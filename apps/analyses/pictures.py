"""Pictures in a table's rows: a few are asked for together, and each is shown small, out of the file that was made."""

from hashlib import sha256
from uuid import UUID

from apps.artifacts.models import Artifact
from atrium import storage
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, Problem
from gpu_workers.protocol.debugger import Piece, TakeAnswer, answered

from .models import Answer
from .selectors import answer_for

GONE = "There is no such picture, or not any more. Load the rows again."


def taken(answer: Answer) -> TakeAnswer:
    """The cells that it gives. Raises NotFound where it is another answer, or over."""
    told = answered(bytes(answer.answer)) if answer.answer is not None else None
    if not isinstance(told, TakeAnswer):
        raise NotFound(GONE)
    return told


def picture_of(principal: TeamPrincipal, answer_id: UUID, place: int) -> tuple[Artifact, Piece]:
    """The picture in the first column of the row at this place, in the open context, and the file that it lies in."""
    answer = answer_for(principal, answer_id)
    values = taken(answer).values
    piece = values[place][0] if place < len(values) else None
    artifact = Artifact.objects.filter(pk=answer.file_id).first() if answer.file_id else None
    if artifact is None or not isinstance(piece, Piece):
        raise NotFound(GONE)
    return artifact, piece


def read_piece(artifact: Artifact, piece: Piece) -> bytes:
    """Its bytes, verified against their hash; from the store, so that no context need be open."""
    try:
        data = storage.get_part(artifact.key, piece.start, piece.size) if piece.size else b""
    except FileNotFoundError as error:
        raise NotFound(GONE) from error
    if sha256(data).hexdigest() != piece.sha256:
        raise Problem("artifact_damaged")
    return data
