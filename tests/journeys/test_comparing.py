"""A team has two versions read blind; a guest on a tablet reads three cases; the team sees what came of it."""

from typing import Any

import pytest
from playwright.sync_api import expect

from atrium_client import Comparison
from tests.journeys import films
from tests.journeys.conftest import Visit
from tests.journeys.served import Served
from tests.journeys.visitors import PHONE, TABLET, Visitor

pytestmark = pytest.mark.journey
QUESTION = "Which answer would you act on?"
CASES: list[list[dict[str, Any]]] = [
    [],
    [{"kind": "occlude", "x": 0, "y": 0, "w": 0.5, "h": 0.5, "fill": "black"}],
    [{"kind": "flip", "axis": "x"}],
]
"""The same film, each time with other edits."""
NAME = "corner"
"""Of the model, and of its endpoint, which the guest may know; not which of its versions said what."""


@pytest.fixture(scope="module")
def comparison(served: Served) -> Comparison:
    """Made before a browser is started: Django refuses a thread that holds an event loop."""
    second = served.project.upload(
        NAME,
        films.trained_again(),
        inputs=served.films.inputs,
        outputs=served.films.outputs,
        progress=False,
    )
    cases = [served.films.predict(films.png(films.film()), edits=edits) for edits in CASES]
    first = served.project.version(NAME, 1)
    return served.films.compare([first, second], cases, question=QUESTION, blind=True).wait()


def test_a_guest_compares_three_cases_without_knowing_whose_they_are(
    served: Served, comparison: Comparison, visit: Visit
) -> None:
    assert (comparison.answered, comparison.failed) == (6, 0)
    link = str(served.films.share(role="review", label="Ward"))
    dana, told = visit("Dana", TABLET, touch=True), list[str]()

    page = dana.page
    page.on("response", lambda response: told.append(response.url))
    page.goto(link)
    page.get_by_role("link", name="3 cases to compare").click()
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    page.get_by_label("Your name").fill("Dr. Santos")
    page.get_by_role("button", name="Begin").click()
    for number in range(1, 4):
        expect(page.get_by_text(f"{number} of 3")).to_be_visible()
        assert f"{NAME} v" not in page.content()
        if number == 1:
            both_stand_on_a_phone(dana)
        dana.sees_a_sound_page()
        dana.sees_nothing_beyond_the_edge()
        dana.finds_every_target_large_enough()
        choices = page.get_by_role("group", name=QUESTION)
        choices.get_by_text("As good as each other" if number == 2 else "A", exact=number != 2).click()
        expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="3 of 3 read")).to_be_visible()
    assert f"{NAME} v" not in page.content()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("table")).to_contain_text(f"{NAME} v2")
    dana.sees_a_sound_page()
    assert [address for address in told if f"{NAME}" in address] == []
    assert dana.strangers == []

    results = comparison.results()
    assert (results.readings, results.equal, results.too_few) == (3, 1, True)
    assert results.by_reader[0]["name"] == "Dr. Santos"


def both_stand_on_a_phone(visitor: Visitor) -> None:
    """Below each other: nothing is a swipe away."""
    page = visitor.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    answers = page.get_by_role("list", name="Answers")
    expect(answers.get_by_role("heading", name="Answer B")).to_be_visible()
    assert answers.evaluate("list => list.scrollWidth <= list.clientWidth")
    visitor.sees_nothing_beyond_the_edge()
    visitor.finds_every_target_large_enough()
    page.set_viewport_size({"width": TABLET[0], "height": TABLET[1]})
