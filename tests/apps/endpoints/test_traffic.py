"""Who is told how an endpoint and a project do."""

from dataclasses import replace

import pytest

from apps.endpoints.traffic import median_answer
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
