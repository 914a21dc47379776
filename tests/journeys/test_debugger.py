"""A person who was told nothing finds what is wrong with a model of the demo: the bad rows, the column, the site."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from atrium_client import Atrium, DatasetVersion
from atrium_client.debugger import Calls
from infra.demo.manifest import ASSETS, load
from infra.dev.processes import Process
from tests.browsing import signed_in
from tests.journeys.conftest import Visit
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey
NAME = "Mill Lane, large areas"


@dataclass
class Team:
    """Somebody's session, and the demo's breast-cancer table. Made before a browser is started."""

    session: str
    version: DatasetVersion


@pytest.fixture(scope="module")
def team(pages: None, web_process: Process, worker_process: Process) -> Team:
    lab = Lab.make("Lakeside Imaging")
    table = load().tables[0]
    project = Atrium(site().url, lab.token()).project(lab.project.slug)
    version = project.dataset(table.name, ASSETS / table.file, table.roles, progress=False)
    return Team(signed_in(lab.alice).cookies["sessionid"].value, version)


def test_the_planted_flaw_is_found_saved_and_found_again(team: Team, visit: Visit) -> None:
    visitor = visit("alice")
    visitor.context.add_cookies([{"name": "sessionid", "value": team.session, "url": site().url}])
    page = visitor.page
    page.goto(team.version.url)
    page.get_by_role("link", name="Open the debugger").click()

    worst = page.get_by_role("group", name="Group of Segment 3")
    expect(worst).to_be_visible()
    pick = worst.get_by_role("button", name="Segment 3 in group A")
    if pick.get_attribute("aria-pressed") != "true":
        pick.click()
    first = page.locator(".feature").first
    expect(first.get_by_role("heading")).to_have_text("worst area")
    expect(first).to_contain_text("q")
    expect(page.get_by_label("Rule", exact=True)).to_contain_text("Mill Lane")
    visitor.sees_a_sound_page()

    page.get_by_label("Save as slice").fill(NAME)
    page.get_by_role("button", name="Save slice").click()
    saved = page.get_by_role("listitem").filter(has_text=NAME)
    expect(saved).to_be_visible()
    page.reload()
    expect(saved).to_be_visible()


def test_a_notebooks_cell_has_the_component_of_the_page(team: Team) -> None:
    widget = team.version.debugger()
    said: list[dict[str, Any]] = []
    calls = Calls(team.version, team.version._connection, said.append)
    calls.receive({"type": "call", "request": 1, "call": "ask", "body": widget.question})
    calls.close()
    assert said[0]["body"]["features"][0]["name"] == "worst area"
    assert "render" in widget._esm
    assert widget.state["can_save"] is True
