"""Saving slices and analyses, changing and deleting them."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.datasets.permissions import can_change_data
from apps.datasets.selectors import dataset_for, version_for_ask
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.sentences import sentence as in_words

from .models import SavedAnalysis, Slice
from .permissions import can_change_saved, person_of
from .questions import all_columns, fitting, read_condition, read_view, to_save
from .selectors import analysis_for, slice_for

NO_SAVING = "Viewers look at analyses, and do not save any."
NOT_YOURS = "It is its author's, and the team's admins': save one of your own instead."
SENTENCE = 1000
"""Characters of a slice's sentence."""
MOST = 500
"""Slices, and analyses, of a dataset: its page begins with all of them."""


def create_slice(
    principal: TeamPrincipal,
    dataset_id: UUID,
    *,
    name: str,
    where: Any,
    sentence: str = "",
    note: str = "",
    rows: int | None = None,
) -> Slice:
    """Give rows a name. where: a `Condition` as JSON, stored with seconds for dates. sentence, rows: as the view told
    and counted them; the sentence is made here where none is given. Raises Invalid for a column that no version has.
    """
    with team_context(principal):
        dataset = dataset_for(principal, dataset_id)
        require(can_change_data(principal), NO_SAVING)
        columns = all_columns(dataset_id)
        meant = fitting(read_condition(where), columns)
        if Slice.objects.filter(dataset=dataset).count() >= MOST:
            raise Conflict(f"A dataset has at most {MOST} slices. Delete one that nobody needs any more.")
        made = Slice(
            dataset=dataset,
            name=_named(name),
            where=to_save(meant, "where"),
            sentence=sentence or in_words(meant, columns)[:SENTENCE],
            note=note,
            rows=rows,
            author_id=person_of(principal),
        )
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(f"There is a slice “{made.name}” already. Choose another name.") from error
        record(principal, "slice.created", made, project_id=dataset.project_id)
    return made


def delete_slice(principal: TeamPrincipal, slice_id: UUID) -> None:
    with team_context(principal):
        found = slice_for(principal, slice_id)
        require(can_change_saved(principal, found.author_id), NOT_YOURS)
        record(principal, "slice.deleted", found, project_id=found.dataset.project_id)
        found.delete()


def save_analysis(
    principal: TeamPrincipal, version_id: UUID, *, name: str, question: Any, note: str = ""
) -> SavedAnalysis:
    """Keep a view under a name. question: a `View` as JSON."""
    with team_context(principal):
        version = version_for_ask(principal, version_id)
        require(can_change_data(principal), NO_SAVING)
        if SavedAnalysis.objects.filter(version__dataset_id=version.dataset_id).count() >= MOST:
            raise Conflict(f"A dataset has at most {MOST} saved analyses. Delete one that nobody needs any more.")
        view = to_save(read_view(question), "question")
        made = SavedAnalysis.objects.create(
            version=version, name=_named(name), note=note, question=view, author_id=person_of(principal)
        )
        record(principal, "analysis.saved", made, project_id=version.dataset.project_id)
    return made


def change_analysis(
    principal: TeamPrincipal,
    analysis_id: UUID,
    *,
    name: str | None = None,
    note: str | None = None,
    question: Any = None,
) -> SavedAnalysis:
    """What is None stays."""
    with team_context(principal):
        found = analysis_for(principal, analysis_id)
        require(can_change_saved(principal, found.author_id), NOT_YOURS)
        found.name = found.name if name is None else _named(name)
        found.note = found.note if note is None else note
        found.question = found.question if question is None else to_save(read_view(question), "question")
        found.save(update_fields=["name", "note", "question"])
        record(principal, "analysis.changed", found, project_id=found.version.dataset.project_id)
    return found


def delete_analysis(principal: TeamPrincipal, analysis_id: UUID) -> None:
    with team_context(principal):
        found = analysis_for(principal, analysis_id)
        require(can_change_saved(principal, found.author_id), NOT_YOURS)
        record(principal, "analysis.deleted", found, project_id=found.version.dataset.project_id)
        found.delete()


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid(FieldError("name", "required", "Give it a name."))
    return name.strip()
