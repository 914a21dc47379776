"""Asking every version of a comparison every case: a few at a time, led on as answers come.

The rows of the answers say how far it is, so whoever dies over it loses nothing: `advance` looks and does what is next,
as often as it is called.
"""

from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.endpoints.models import OPEN, Prediction
from apps.endpoints.replaying import tried
from apps.jobs.models import Job
from apps.jobs.services import cancel as cancel_job
from atrium.access.door import system
from atrium.access.principals import System, TeamPrincipal
from atrium.errors import Problem
from atrium.tenancy.context import team_context

from .models import ComparedAnswer, Comparison

WINDOW = 8
"""Answers of a comparison that wait for a worker or are at one."""
FEW = 4
"""Answers that somebody waits for: they are asked before what no person looks at."""


def open_comparisons() -> list[tuple[UUID, UUID]]:
    """(team, comparison) of all that have cases to ask, outside any team's context."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT team_id, id FROM atrium.open_comparisons()")
        return [(team, comparison) for team, comparison in cursor.fetchall()]


def answered(prediction_id: UUID) -> None:
    """A case has ended, in the open context: the comparison of which it is one goes on."""
    found = ComparedAnswer.objects.filter(answered=prediction_id).values_list("case__comparison_id", "team_id")
    for comparison_id, team_id in found:
        go_on(System(team_id, "compare versions"), comparison_id)


def advance(team_id: UUID, comparison_id: UUID) -> None:
    """Do what is next of a comparison, if anything is."""
    with system(team_id, "compare versions") as principal:
        go_on(principal, comparison_id)


def go_on(principal: TeamPrincipal, comparison_id: UUID) -> None:
    """Ask what waits, as far as there is room. Nobody else goes on with it until this transaction ends."""
    with team_context(principal):
        if Comparison.objects.select_for_update().filter(pk=comparison_id).first() is None:
            return
        all_of_them = ComparedAnswer.objects.filter(case__comparison=comparison_id)
        priority = Job.Priority.INTERACTIVE if all_of_them.count() <= FEW else Job.Priority.BATCH
        room = WINDOW - all_of_them.filter(answered__state__in=OPEN).count()
        waiting = all_of_them.filter(asked_at=None).select_related(
            "case__asked__endpoint", "case__asked__version", "compared__version__model"
        )
        while room > 0 and (next_ones := list(waiting[:room])):
            for each in next_ones:
                made = tried(principal, each.case.asked, each.compared.version, priority)
                if isinstance(made, Problem):
                    if made.code == "queue_full":
                        return  # the next look is early enough
                    each.problem = made.message[:300]
                else:
                    each.answered = made
                    room -= 1
                each.asked_at = timezone.now()
                each.save(update_fields=["answered", "asked_at", "problem"])


def stop(comparison: Comparison) -> None:
    """What is asked of it now is cancelled, in the open context."""
    for asked in Prediction.objects.filter(compared_answers__case__comparison=comparison, state__in=OPEN):
        cancel_job(asked.pk)
