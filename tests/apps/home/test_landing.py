"""The first page leads somebody signed in to their team; the chooser is for those who have none, or several."""

from apps.teams.services import create_team
from tests.browsing import signed_in
from tests.people import Lab, new_person


def test_who_has_one_team_comes_to_it(lab: Lab) -> None:
    alice = signed_in(lab.alice)
    assert alice.get("/").headers["Location"] == f"/t/{lab.team.slug}/"
    create_team(lab.people["alice"], name="Another")
    assert alice.get("/").headers["Location"] == "/t/"


def test_who_has_none_is_asked_to_make_one() -> None:
    assert signed_in(new_person("Nora")).get("/").headers["Location"] == "/t/"
