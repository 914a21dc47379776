"""What one person saved, to take away."""

from typing import Any
from uuid import UUID

from .models import SavedAnalysis, Slice
from .presentation import analysis_shown, slice_shown


def own_data(user_id: UUID) -> dict[str, Any]:
    """Called inside the team's context; by the names under which the tables declare their parts."""
    slices = Slice.objects.filter(author_id=user_id).select_related("dataset")
    saved = SavedAnalysis.objects.filter(author_id=user_id).select_related("version__dataset")
    return {
        Slice.Tenancy.export: [slice_shown(row, {}, "") | {"dataset": row.dataset.name} for row in slices],
        SavedAnalysis.Tenancy.export: [
            analysis_shown(row, {}, "") | {"dataset": row.version.dataset.name}
            for row in saved.defer("version__columns", "version__preview")
        ],
    }
