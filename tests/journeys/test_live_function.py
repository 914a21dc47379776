"""A function in a notebook, as a reviewer meets it: answered, away and kept, back again."""

import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from atrium_client import Atrium, Call, Image, Label, Project, Text
from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import PATIENCE, Visit
from tests.journeys.visitors import PHONE
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.journey
KEPT = "Offline, your case is kept. It is answered when the function is back, within 24 hours."


@pytest.fixture(scope="module")
def project() -> Project:
    """Made before a browser is started: Django refuses a thread that holds an event loop."""
    return Atrium(site().url, Lab.make("Lakeside Imaging").token()).project("films")


def brightness(film: Any) -> dict[str, float]:
    bright = float(film.mean()) / 255
    return {"bright": bright, "dark": 1 - bright}


def test_a_case_is_answered_kept_and_answered_when_the_notebook_is_back(
    project: Project, visit: Visit, tmp_path: Path
) -> None:
    declared: Any = ("Brightness", brightness, [Image("film", mode="L")], [Label("tone", classes=["bright", "dark"])])
    served = project.serve(*declared)
    served.endpoint.add_example(films.film())
    bench = Bench(visit("Dana", PHONE)).open(str(served.link()))
    page = bench.page
    answer = page.get_by_role("region", name="Answer", exact=True)
    expect(answer).to_contain_text("Brightness v1")
    served.stop()
    (tmp_path / "own.png").write_bytes(films.png(films.film(marked=False)))
    page.get_by_role("button", name="Try your own").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "own.png")
    expect(answer.get_by_role("status").first).to_contain_text(KEPT)
    page.reload()  # it is there when the page is opened again, too
    bench.ready()
    expect(answer.get_by_role("status").first).to_contain_text(KEPT)
    back = project.serve(*declared)
    expect(answer).to_contain_text("Brightness v1", timeout=PATIENCE)
    expect(answer.get_by_role("listitem").first).to_contain_text("dark")
    back.stop()


def test_an_answer_grows_while_it_is_made(project: Project, visit: Visit) -> None:
    go_on = threading.Event()

    def summary(note: str, call: Call) -> Any:
        call.progress(0.5, "second pass")
        call._told = 0.0
        yield "so far"
        assert go_on.wait(PATIENCE / 1000)
        yield "so far, and all of it"

    served = project.serve("Summary", summary, [Text("note")], [Text("said")])
    bench = Bench(visit("Dana"))
    bench.page.goto(str(served.link()))
    bench.connected()
    bench.page.get_by_label("note").fill("a case")
    bench.page.get_by_role("button", name="Ask").first.click()
    expect(bench.answer).to_contain_text("so far")
    go_on.set()
    expect(bench.answer).to_contain_text("so far, and all of it")
    served.stop()
