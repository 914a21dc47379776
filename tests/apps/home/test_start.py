"""The first pages: the landing page, the choice of a team, and a team's first minute."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from atrium.access.principals import Role
from tests.browsing import signed_in
from tests.people import Lab, new_person


def test_the_landing_page_leads_a_stranger_in_and_a_person_to_the_teams() -> None:
    stranger = Client().get("/")
    assert stranger.status_code == 200
    assert "Create a team" in stranger.content.decode()
    person = signed_in(new_person("Alice")).get("/")
    assert person.status_code == 303
    assert person["Location"] == "/t/"


def test_the_landing_page_opens_a_bench_where_the_site_offers_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "DEMO_LINK_FILE", str(tmp_path / "demo-link"))
    assert "Open a full bench" not in Client().get("/").content.decode()
    (tmp_path / "demo-link").write_text("/l/open\n")
    assert 'href="/l/open"' in Client().get("/").content.decode()


def test_the_teams_page_asks_a_stranger_to_log_in() -> None:
    answer = Client().get("/t/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_first_team_is_made_by_its_name() -> None:
    client = signed_in(new_person("Alice"))
    assert "Name your team" in client.get("/t/").content.decode()
    nameless = client.post("/t/", {"name": "  "})
    assert nameless.status_code == 400
    assert 'aria-invalid="true"' in nameless.content.decode()
    made = client.post("/t/", {"name": "Lakeside"})
    assert made.status_code == 303
    home = client.get(made["Location"]).content.decode()
    assert "Lakeside" in home
    assert "How to start" in home
    assert "settings/tokens/" in home
    assert "Lakeside" in client.get("/t/").content.decode()


def test_a_member_makes_a_project_and_a_taken_address_is_said_in_the_form(lab: Lab) -> None:
    client = signed_in(lab.member("Bob", Role.MEMBER))
    url = f"/t/{lab.team.slug}/"
    made = client.post(url, {"name": "Echo views", "description": "Which view"})
    assert made["Location"] == f"{url}echo-views/"
    taken = client.post(url, {"name": "Echo views"})
    assert taken.status_code == 400
    assert "There is a project" in taken.content.decode()
    page = client.get(url).content.decode()
    assert "Echo views" in page
    assert "Which view" in page


def test_a_viewer_sees_the_projects_and_makes_none(lab: Lab) -> None:
    client = signed_in(lab.member("Vera", Role.VIEWER))
    page = client.get(f"/t/{lab.team.slug}/").content.decode()
    assert "Films" in page
    assert "Your role is viewer" in page
    assert "Make the project" not in page
    assert client.post(f"/t/{lab.team.slug}/", {"name": "Mine"}).status_code == 403


def test_a_strangers_team_is_not_found(lab: Lab, other_lab: Lab) -> None:
    charlie = signed_in(other_lab.alice)
    assert charlie.get(f"/t/{other_lab.team.slug}/").status_code == 200
    assert charlie.get(f"/t/{lab.team.slug}/").status_code == 404
    assert charlie.get(f"/t/{lab.team.slug}/films/").status_code == 404
    assert charlie.post(f"/t/{lab.team.slug}/", {"name": "Mine"}).status_code == 404
