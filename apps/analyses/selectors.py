"""Reads of answers, slices and saved analyses, inside the team's context."""

from uuid import UUID

from django.db.models import QuerySet

from apps.datasets.models import Dataset, DatasetVersion
from apps.datasets.permissions import can_see_data
from apps.datasets.selectors import NEEDS_SCOPE, dataset_for
from apps.users.models import User
from atrium.access.principals import TeamPrincipal
from atrium.errors import NotFound, require

from .models import Answer, SavedAnalysis, Slice

LIVING = "version__dataset__project__deleting_at"


def version_at(principal: TeamPrincipal, project: str, dataset: str, number: int) -> UUID:
    """The version at a page's address."""
    require(can_see_data(principal), NEEDS_SCOPE)
    found = DatasetVersion.objects.filter(
        dataset__project__slug=project, dataset__project__deleting_at=None, dataset__slug=dataset, number=number
    )
    version_id: UUID | None = found.values_list("pk", flat=True).first()
    if version_id is None:
        raise NotFound
    return version_id


def answer_for(principal: TeamPrincipal, answer_id: UUID) -> Answer:
    """Raises NotFound for one that was never there, is over, or belongs to others."""
    require(can_see_data(principal), NEEDS_SCOPE)
    found = Answer.objects.filter(pk=answer_id, **{LIVING: None})
    answer = found.select_related("version__dataset").defer("version__columns", "version__preview").first()
    if answer is None:
        raise NotFound
    return answer


def slices_of(principal: TeamPrincipal, dataset_id: UUID) -> "QuerySet[Slice]":
    """A dataset's slices, for all its versions."""
    require(can_see_data(principal), NEEDS_SCOPE)
    return Slice.objects.filter(dataset=dataset_for(principal, dataset_id))


def slice_for(principal: TeamPrincipal, slice_id: UUID) -> Slice:
    require(can_see_data(principal), NEEDS_SCOPE)
    found = Slice.objects.filter(pk=slice_id, dataset__project__deleting_at=None).select_related("dataset").first()
    if found is None:
        raise NotFound
    return found


def analyses_of(principal: TeamPrincipal, dataset: Dataset) -> "QuerySet[SavedAnalysis]":
    """What was saved of a dataset's versions."""
    require(can_see_data(principal), NEEDS_SCOPE)
    found = SavedAnalysis.objects.filter(version__dataset=dataset).select_related("version__dataset__project")
    return found.defer("version__columns", "version__preview")


def analysis_for(principal: TeamPrincipal, analysis_id: UUID) -> SavedAnalysis:
    require(can_see_data(principal), NEEDS_SCOPE)
    found = SavedAnalysis.objects.filter(pk=analysis_id, **{LIVING: None})
    analysis = found.select_related("version__dataset__project").defer("version__columns", "version__preview").first()
    if analysis is None:
        raise NotFound
    return analysis


def names_of(*rows: Slice | SavedAnalysis) -> dict[UUID, str]:
    """The authors' names, by their ids, in one question."""
    ids = {row.author_id for row in rows if row.author_id}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
