"""A person who was told nothing finds what is wrong with a model of the demo: the bad rows, the column, the site."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from atrium_client import Atrium, DatasetVersion, Image, Label
from atrium_client.calls import Calls
from atrium_client.debugger import Asked
from infra.demo.manifest import ASSETS, load
from infra.dev.processes import Process
from tests.browsing import signed_in
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey
NAME = "Mill Lane, large areas"
CLASSES = ["Pleural effusion", "Cardiomegaly", "No finding"]


@dataclass
class Team:
    """Somebody's session, and the demo's two tables with the films' reader. Made before a browser is started."""

    session: str
    version: DatasetVersion
    films: DatasetVersion


@pytest.fixture(scope="module")
def team(pages: None, web_process: Process, worker_process: Process) -> Team:
    lab = Lab.make("Lakeside Imaging")
    demo = load()
    project = Atrium(site().url, lab.token()).project(lab.project.slug)
    cancer, films = (
        project.dataset(table.name, ASSETS / table.file, table.roles, progress=False) for table in demo.tables
    )
    reader = demo.models[0]
    film = Image("Film", size=(128, 128), mode="L", scale=1 / 255, mean=0.33, std=0.27)
    finding = Label("Finding", classes=CLASSES, activation="sigmoid")
    project.upload(reader.name, reader.read(), [film], [finding], progress=False).deploy(reader.endpoint)
    return Team(signed_in(lab.alice).cookies["sessionid"].value, cancer, films)


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


def test_three_rows_of_the_bad_segment_open_on_the_bench_where_the_marker_is_covered(team: Team, visit: Visit) -> None:
    visitor = visit("alice")
    visitor.context.add_cookies([{"name": "sessionid", "value": team.session, "url": site().url}])
    page = visitor.page
    page.goto(f"{team.films.url}debugger/")
    small = page.get_by_role("button", name="film of ").first
    expect(small.locator("img")).to_have_js_property("naturalWidth", 128)
    expect(page.locator(".feature").first.get_by_role("heading")).to_have_text("marker")
    page.get_by_role("group", name="Rows of").get_by_role("button", name="Group A").click()
    boxes = page.get_by_role("checkbox", name="Choose row")
    expect(page.get_by_role("row").nth(1)).to_contain_text("PORTABLE")
    for place in range(3):
        boxes.nth(place).check()
    visitor.sees_a_sound_page()
    small.click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open on the bench").click()
    expect(page.get_by_label("Column that fills “Film”", exact=True)).to_have_value("film")
    page.get_by_role("button", name="Open", exact=True).click()

    bench = Bench(visitor).ready()
    expect(page.get_by_role("navigation", name="Cases")).to_contain_text("of Chest films, one night v1")
    expect(bench.score("Pleural effusion")).to_contain_text("0.9")
    page.keyboard.press("e")
    box = bench.canvas.bounding_box()
    assert box is not None
    right, below = box["x"] + box["width"] - 4, box["y"] + 0.3 * box["height"]
    bench.drag((box["x"] + 4, box["y"] + 4), (right, below))
    expect(bench.score("Pleural effusion")).to_contain_text("−0.")


def test_a_notebooks_cell_has_the_component_of_the_page(team: Team) -> None:
    widget = team.version.debugger()
    said: list[dict[str, Any]] = []
    asked = Asked(team.version, team.version._connection)
    calls = Calls(asked, lambda told, _: said.append(told), "test")
    calls.receive({"type": "call", "request": 1, "call": "ask", "body": widget.question})
    calls.close()
    assert said[0]["body"]["features"][0]["name"] == "worst area"
    assert "render" in widget._esm
    assert widget.state["can_save"] is True
