"""A guest looks through its own cases, goes back to one and deletes it; another window and the team hear of it."""

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys import films
from tests.journeys.bench import Bench
from tests.journeys.conftest import Visit
from tests.journeys.gallery import Gallery
from tests.journeys.served import Served

pytestmark = pytest.mark.journey


def test_a_guest_deletes_a_case(served: Served, visit: Visit, gallery: Gallery) -> None:
    visitor = visit("Dana")
    page = visitor.page
    bench = Bench(visitor).open(str(served.films.share()))
    for marked in (True, False):
        page.get_by_role("button", name="Try your own").click()
        film = films.png(films.film(marked=marked))
        chooser = page.locator("#bench-picker input[type=file]").first
        chooser.set_input_files(FilePayload(name="film.png", mimeType="image/png", buffer=film))
        bench.shows("effusion", films.CERTAIN if marked else films.COVERED)
    page.get_by_role("radio", name="Wrong", exact=True).check()
    page.get_by_label("In one sentence").fill("Mr. Smith's film.")
    page.get_by_role("button", name="Send to Lakeside Imaging").click()
    expect(bench.judgement).to_contain_text("Sent to Lakeside Imaging")

    other = visitor.open()
    other.goto(page.url)
    expect(other.get_by_role("navigation", name="Cases")).to_contain_text("of 3")
    page.get_by_label("Menu").click()
    page.get_by_role("button", name="Your cases").click()
    dialog = page.get_by_role("dialog")
    rows = dialog.get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Wrong")
    gallery.look(visitor, "bench-cases")
    rows.last.get_by_role("button").first.click()
    bench.shows("effusion", films.CERTAIN)
    page.get_by_label("Menu").click()
    page.get_by_role("button", name="Your cases").click()
    rows.first.get_by_role("button", name="Delete Your case 2").click()
    expect(dialog.get_by_role("heading", name="Delete Your case 2?")).to_be_focused()
    expect(dialog).to_contain_text("“Wrong”, with the class and the model’s version, without your name")
    gallery.look(visitor, "bench-case-delete")
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("Your case 2 is deleted.")
    expect(rows).to_have_count(1)
    expect(other.get_by_role("navigation", name="Cases")).to_contain_text("of 2")
    [thread] = served.project.inbox()
    assert (thread.flag.verdict, thread.flag.message) == ("wrong", "")
