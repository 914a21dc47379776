"""Who is told how an endpoint and a project do."""

from dataclasses import replace

import pytest

from apps.endpoints.models import Endpoint, Prediction
from apps.endpoints.traffic import median_answer, traffic_of
from atrium.errors import NotPermitted
from atrium.tenancy.context import team_context
from tests.people import Lab


def test_a_guest_learns_no_projects_times(lab: Lab) -> None:
    """Not even one whose link's endpoint had the project's id: the one is no right to the other."""
    guest = lab.guest()
    guest = replace(guest, grant=replace(guest.grant, endpoint_id=lab.project.pk))
    with team_context(guest), pytest.raises(NotPermitted):
        median_answer(guest, lab.project)
    with team_context(lab.alice):
        assert median_answer(lab.alice, lab.project) is None


def test_a_function_that_fails_on_drafts_is_seen(lab: Lab) -> None:
    guest = lab.guest()
    lab.prediction(guest, timings={"total": 80.0})
    lab.prediction(guest, kept=False, timings={"total": 9000.0})
    for _ in range(2):
        lab.prediction(guest, kept=False, state=Prediction.State.FAILED)
    with team_context(lab.alice):
        found = traffic_of(lab.alice, list(Endpoint.objects.all()))[lab.endpoint.pk]
    assert (found.total, found.failed, found.errors, found.p50) == (1, 2, "50.0", 80.0)
