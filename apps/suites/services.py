"""What is in a model's suite."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.feedback.models import Flag
from apps.registry.models import Model
from apps.registry.selectors import model_for
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import FieldError, Invalid, require
from atrium.tenancy.context import team_context

from .expected import NOTHING, from_flag, read_expected
from .models import Suite, SuiteCase
from .permissions import can_change_suites, can_make_suites_refuse
from .selectors import case_for

MOST = 500
"""Cases of a suite."""
VIEWERS = "Viewers cannot change a suite."
ADMINS = "Only admins and owners say whether a failing version can be promoted."


def suite_made(model: Model) -> Suite:
    """The model's; made where there is none yet. In the open context."""
    suite, _ = Suite.objects.get_or_create(model=model, defaults={"changed_at": timezone.now()})
    return suite


def _hold(suite: Suite) -> None:
    """Before anything of it is changed: a run that begins at the same time asks what it is then, or is old."""
    Suite.objects.select_for_update().get(pk=suite.pk)


def add_cases(
    principal: TeamPrincipal, model_id: UUID, predictions: Collection[UUID] | None, *, expected: Any = None
) -> list[SuiteCase]:
    """Put flagged predictions of a model into its suite; those that were added.

    predictions: None for all with a correction. expected: of a single one, in place of what its flag says. Raises
    Invalid where one was not flagged, is another model's, or its flag does not say what is right.
    """
    with team_context(principal):
        require(can_change_suites(principal), VIEWERS)
        model = model_for(principal, model_id)
        found = Flag.objects.filter(prediction__version__model=model).select_related("prediction")
        found = found.exclude(correction=None) if predictions is None else found.filter(prediction__in=predictions)
        flags: dict[UUID, Flag] = {}
        for flag in found.order_by("created_at"):
            if flag.prediction_id not in flags or from_flag(flag):  # of several, the last that says what is right
                flags[flag.prediction_id] = flag
        if predictions is not None and len(flags) < len(set(predictions)):
            raise Invalid(FieldError("predictions", "not_flagged", f"One of them is no flagged case of {model}."))
        if expected is not None and len(flags) != 1:
            raise Invalid(FieldError("expected", "invalid", "Say what is expected of one case at a time."))
        suite = suite_made(model)
        _hold(suite)
        known = set(suite.cases.values_list("judged_id", flat=True))
        made = [_case(suite, flag, expected) for pk, flag in flags.items() if pk not in known]
        if predictions is None:
            made = [case for case in made if case.expected]
        elif any(not case.expected for case in made):
            raise Invalid(FieldError("expected", "required", NOTHING))
        if len(known) + len(made) > MOST:
            raise Invalid(FieldError("predictions", "too_many", f"A suite holds {MOST} cases at most."))
        SuiteCase.objects.bulk_create(made)
        if made:
            _changed(suite)
            record(principal, "suite.added_cases", suite, project_id=model.project_id, cases=len(made))
    return made


def _case(suite: Suite, flag: Flag, expected: Any) -> SuiteCase:
    wanted = from_flag(flag) if expected is None else read_expected(expected, flag.prediction.answer or {})
    return SuiteCase(suite=suite, thread_id=flag.thread_id, judged_id=flag.prediction_id, expected=wanted)


def _changed(suite: Suite) -> None:
    suite.changed_at = timezone.now()
    suite.save(update_fields=["changed_at"])


def change_case(principal: TeamPrincipal, case_id: UUID, *, expected: Any) -> SuiteCase:
    """What is expected of it from now on."""
    with team_context(principal):
        require(can_change_suites(principal), VIEWERS)
        case = case_for(principal, case_id)
        _hold(case.suite)
        case.expected = read_expected(expected, case.judged.answer or {})
        case.save(update_fields=["expected"])
        _changed(case.suite)
        record(principal, "suite.changed_case", case, project_id=case.suite.model.project_id)
    return case


def remove_case(principal: TeamPrincipal, case_id: UUID) -> None:
    """The case stays in the inbox."""
    with team_context(principal):
        require(can_change_suites(principal), VIEWERS)
        case = case_for(principal, case_id)
        _hold(case.suite)
        record(principal, "suite.removed_case", case, project_id=case.suite.model.project_id)
        _changed(case.suite)
        case.delete()


def set_refuses(principal: TeamPrincipal, model_id: UUID, refuses: bool) -> Suite:
    """Whether a version of the model that fails cannot be promoted."""
    with team_context(principal):
        require(can_make_suites_refuse(principal), ADMINS)
        model = model_for(principal, model_id)
        suite = suite_made(model)
        suite.refuses = refuses
        suite.save(update_fields=["refuses"])
        record(principal, "suite.set_refuses", suite, project_id=model.project_id, refuses=refuses)
    return suite
