"""A case leaves its suite with the prediction that it asks anew: it was deleted, or who brought it withdrew it."""

from collections.abc import Sequence
from uuid import UUID

from atrium.access.principals import System
from atrium.audit.services import record
from atrium.tenancy.context import current_team_id

from .models import SuiteCase


def forget_predictions(predictions: Sequence[UUID]) -> None:
    """In the open context. Reports of versions that were asked it hold for the cases that are left."""
    cases = SuiteCase.objects.filter(judged__in=predictions).select_related("suite__model")
    for case in cases:
        gone = System(current_team_id(), "its case was deleted or withdrawn")
        record(gone, "suite.lost_case", case.suite, project_id=case.suite.model.project_id)
    cases.delete()
