"""Rows as a file: taken away, or made a dataset of."""

from dataclasses import dataclass
from uuid import UUID

from apps.artifacts.models import Artifact
from apps.datasets.models import DatasetVersion
from apps.datasets.permissions import can_change_data, can_download_data
from apps.datasets.selectors import version_for
from apps.datasets.services import VIEWERS, create_dataset
from apps.datasets.uploading import version_from
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import FieldError, Invalid, NotFound, require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.debugger import ExportAnswer, TakeAnswer, answered

from .asking import NO_EXPORT
from .models import Answer
from .selectors import answer_for

GONE = "There is no such file, or not any more: it is kept for a week. Export the rows again."


@dataclass(frozen=True, slots=True)
class Exported:
    """A file of rows, or of their pictures. name: under which it is saved."""

    answer: Answer
    artifact: Artifact
    rows: int

    @property
    def name(self) -> str:
        version, format = self.answer.version, self.answer.question.get("format", "pictures")
        return f"{version.dataset.slug}-v{version.number}-{self.rows}-rows.{format}"


def exported(principal: TeamPrincipal, answer_id: UUID) -> Exported:
    """What was answered with a file, in the open context; raises NotFound where there is none, or it is over."""
    answer = answer_for(principal, answer_id)
    artifact = Artifact.objects.filter(pk=answer.file_id).first() if answer.file_id else None
    told = answered(bytes(answer.answer)) if artifact is not None and answer.answer is not None else None
    if artifact is None or not isinstance(told, ExportAnswer | TakeAnswer):
        raise NotFound(GONE)
    return Exported(answer, artifact, told.rows if isinstance(told, ExportAnswer) else len(told.values))


def take_away(principal: TeamPrincipal, answer_id: UUID) -> Exported:
    """Note that somebody takes rows away; the caller sends them."""
    with team_context(principal):
        found = exported(principal, answer_id)
        require(can_download_data(principal), NO_EXPORT)
        version = found.answer.version
        record(principal, "dataset.exported", version, project_id=version.dataset.project_id, rows=found.rows)
    return found


def dataset_from(principal: TeamPrincipal, answer_id: UUID, *, name: str, notes: str = "") -> DatasetVersion:
    """Make exported rows a version of the project's dataset of this name, which is made where there is none.

    The file is then that version's: who exports the same again has it written anew.
    """
    with team_context(principal):
        found = exported(principal, answer_id)
        require(can_change_data(principal), VIEWERS)
        source = found.answer.version
        if found.answer.question.get("format") != "parquet":
            raise Invalid(FieldError("format", "invalid", "A dataset is made of rows that were exported as Parquet."))
        dataset, _ = create_dataset(principal, source.dataset.project_id, name=name)
        if not Answer.objects.filter(pk=answer_id).delete()[0]:
            raise NotFound(GONE)
        made = version_from(
            principal,
            dataset,
            found.artifact,
            source=source,
            made_from={"what": f"{found.rows:,} rows of a view"},
            author=getattr(principal, "user_id", None),
            notes=notes,
        )
        return version_for(principal, made.pk)
