"""Asking why on the bench: told what it costs, followed, stopped, laid over the picture, and read by keyboard."""

import re
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from apps.projects.services import change_project
from atrium_client import Atrium, Card, Endpoint, Image, Label
from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.visitors import PHONE, TABLET
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def served(running: None, tmp_path_factory: pytest.TempPathFactory) -> Endpoint:
    folder: Path = tmp_path_factory.mktemp("why")
    films.write(folder)
    lab = Lab.make("Lakeside Imaging")
    project = Atrium(site().url, lab.token()).project("Why", create=True)
    change_project(lab.alice, UUID(project.id), guests_explain=True)
    version = project.upload(
        "corner",
        films.corner_model(),
        inputs=[Image("film", size=(32, 32), mode="L", scale=1 / 255)],
        outputs=[Label("finding", classes=films.CLASSES, activation="softmax")],
        example=[folder / "film.png"],
        card=Card(purpose="Finds fluid on films."),
        progress=False,
    )
    return version.deploy()


def opened(page: Page) -> Locator:
    """The panel, by keyboard."""
    panel = page.get_by_role("region", name="Why?")
    summary = panel.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    return panel


def test_why_is_asked_stopped_and_laid_over_the_picture(served: Endpoint, visit: Visit) -> None:
    bench = Bench(visit("Dana")).open(str(served.share(role="review")))
    page = bench.page
    panel = opened(page)
    expect(panel.get_by_text(re.compile(r"^Asks the model 226 times: some "))).to_be_visible()
    panel.get_by_label("Detail").select_option("coarse")
    expect(panel.get_by_text(re.compile(r"^Asks the model 50 times: some "))).to_be_visible()

    held = Held()
    page.route("**/explanations/*", held)
    panel.get_by_role("button", name="Ask why").press("Enter")
    expect(panel.get_by_role("progressbar", name="How far it is")).to_be_visible()
    expect(panel.get_by_text("20 of 50 answers")).to_be_visible()
    bench.visitor.sees_a_sound_page()
    held.is_over = True

    expect(panel.get_by_text("the most of all places")).to_contain_text("lowered “effusion” from 0.979")
    expect(panel.get_by_text("What it does not.")).to_be_visible()
    laid = panel.locator(".why-laid image")
    expect(laid).to_have_attribute("opacity", "0.6")
    panel.get_by_label("Strength of the map").press("ArrowRight")
    expect(laid).to_have_attribute("opacity", "0.65")
    bench.visitor.sees_a_sound_page()

    panel.get_by_label("Method").select_option("stress")
    expect(panel.get_by_text(re.compile("^Asks the model 131 times"))).to_be_visible()
    panel.get_by_role("button", name="Ask why").press("Enter")
    expect(panel.get_by_role("img", name=re.compile("^noise: mean score 0.98 before"))).to_be_visible()
    bench.visitor.sees_a_sound_page()


def test_own_marks_are_covered_and_compared(served: Endpoint, visit: Visit) -> None:
    bench = Bench(visit("Mara")).open(str(served.share(role="review")))
    page = bench.page
    panel = opened(page)
    panel.get_by_label("Method").select_option("ablation")
    panel.get_by_label("Regions").select_option("marks")
    expect(panel.get_by_text("There is no mark yet that could be covered.")).to_be_visible()
    expect(panel.get_by_role("button", name="Ask why")).to_be_disabled()
    bench.visitor.sees_a_sound_page()

    panel.get_by_role("button", name="Ellipse").press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(panel.get_by_label("Regions")).to_have_value("marks")
    page.keyboard.press("Escape")
    expect(panel.get_by_label("Regions")).to_be_focused()
    expect(panel.get_by_text(re.compile("^Asks the model 4 times"))).to_be_visible()
    panel.get_by_role("button", name="Ask why").press("Enter")
    expect(panel.get_by_role("rowheader", name="Mark 1")).to_be_visible()

    panel.get_by_label("Method").select_option("occlusion")
    panel.get_by_label("Detail").select_option("coarse")
    panel.get_by_role("button", name="Ask why").press("Enter")
    expect(panel.get_by_text("the most of all places")).to_be_visible()
    marks = panel.get_by_label("Compare with").locator("option", has_text="by marks").get_attribute("value")
    panel.get_by_label("Compare with").select_option(marks)
    expect(panel.get_by_role("article")).to_have_count(2)
    expect(panel.get_by_text("What it does not.")).to_have_count(2)
    bench.visitor.sees_a_sound_page()

    first = panel.get_by_role("article").first
    with page.expect_download() as numbers:
        first.get_by_role("button", name="CSV").press("Enter")
    assert numbers.value.suggested_filename == "Occlusion map of effusion.csv"
    assert Path(numbers.value.path()).read_text().startswith("left,top,right,bottom,drop")
    with page.expect_download() as picture:
        first.get_by_role("button", name="PNG").press("Enter")
    assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")


class Held:
    """Tells of one that is being made as if the worker had come so far, so that it cannot outrun the eye. It stays on
    the page when that is over: a route taken away while it answers fails."""

    is_over = False

    def __call__(self, route: Route) -> None:
        if self.is_over:
            route.continue_()
            return
        response = route.fetch()
        told = response.json() | {"state": "queued", "progress": 0.4, "result": None, "found": "", "overlay": None}
        route.fulfill(response=response, json=told)


def test_what_is_no_longer_wanted_is_stopped(served: Endpoint, visit: Visit) -> None:
    bench = Bench(visit("Eve")).open(str(served.share(role="review")))
    page = bench.page
    panel = opened(page)
    panel.get_by_label("Detail").select_option("fine")
    expect(panel.get_by_text(re.compile("^Asks the model 962 times"))).to_be_visible()
    page.route("**/explanations/*", Held())
    panel.get_by_role("button", name="Ask why").click()
    with page.expect_response("**/explanations/*/cancel") as stopped:
        panel.get_by_role("button", name="Cancel").press("Enter")
    assert stopped.value.status == 202
    expect(panel.get_by_role("progressbar")).to_have_count(0)
    bench.visitor.sees_a_sound_page()


@pytest.mark.parametrize("size", [TABLET, PHONE])
def test_on_a_small_page_nothing_is_cut_off(served: Endpoint, visit: Visit, size: tuple[int, int]) -> None:
    visitor = visit("ward", size, dark=True, touch=True)
    bench = Bench(visitor).open(str(served.share(role="review")))
    panel = opened(bench.page)
    panel.get_by_label("Detail").select_option("coarse")
    panel.get_by_role("button", name="Ask why").press("Enter")
    expect(panel.get_by_label("Strength of the map")).to_be_visible()
    visitor.sees_a_sound_page()
    visitor.sees_nothing_beyond_the_edge()
    visitor.finds_every_target_large_enough()
