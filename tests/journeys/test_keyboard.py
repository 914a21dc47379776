"""The team's half of the main job by keyboard alone: log in, find the endpoint, share it, answer what came back.

The reviewer's half is in test_bench.py.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import films
from tests.journeys.conftest import Visit
from tests.journeys.served import Served
from tests.people import PASSWORD
from tests.services import site

pytestmark = pytest.mark.journey

MANY = 150
"""More tab stops than any page has."""
HAS_A_RING = """one => one.matches(":focus-visible") && getComputedStyle(one).outlineStyle !== "none" """


@pytest.fixture(scope="module")
def served(served: Served) -> Served:
    answer = served.films.predict(films.png(films.film()))
    served.project._connection.post(
        f"predictions/{answer.id}/flag",
        {"verdict": "wrong", "message": "It reads the marker.", "marks": [], "correction": {"finding": "clear"}},
        action="flag",
    )
    return served


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, which one must see."""
    expect(wanted).to_be_visible()
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            assert wanted.evaluate(HAS_A_RING), f"{wanted} has the focus and does not show it"
            return
    raise AssertionError(f"Tab does not come to {wanted}")


def go(page: Page, wanted: Locator) -> None:
    reach(page, wanted)
    page.keyboard.press("Enter")


def test_from_the_log_in_to_an_answer(served: Served, visit: Visit) -> None:
    visitor = visit("alice")
    page = visitor.page
    main = page.get_by_role("main")
    page.goto(f"{site().url}/accounts/login/")
    reach(page, page.get_by_label("Email"))
    page.keyboard.type(served.email)
    reach(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/t/"))

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    go(page, main.get_by_role("link", name="Trials"))
    go(page, main.get_by_role("link", name="corner", exact=True).last)
    go(page, page.get_by_role("link", name="Share"))

    go(page, page.get_by_role("button", name="New link"))
    dialog = page.get_by_role("dialog", name="New link")
    reach(page, dialog.get_by_label("For whom"))
    page.keyboard.type("Ward")
    page.keyboard.press("Enter")
    made = page.get_by_role("dialog")
    expect(made).to_contain_text("/l/")
    go(page, made.get_by_role("button", name=re.compile("copied")))
    expect(page.get_by_role("row", name="Ward")).to_be_visible()

    go(page, page.get_by_role("link", name="Inbox"))
    expect(page.locator("#thread")).to_contain_text("It reads the marker.")
    reach(page, page.locator("#body"))
    page.keyboard.type("Thank you.")
    go(page, page.get_by_role("button", name="Send"))
    expect(page.locator("#talk")).to_contain_text("Thank you.")
    visitor.sees_a_sound_page()
    page.go_back()
    expect(page).not_to_have_url(re.compile("/inbox/"))


def test_the_tab_says_what_the_page_is(served: Served, visit: Visit) -> None:
    """Forty tabs of one team are told apart by their first words."""
    page = visit("alice").page
    page.goto(f"{site().url}/accounts/login/")
    page.get_by_label("Email").fill(served.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/t/"))
    base = f"{site().url}/t/{served.lab.team.slug}/{served.project.slug}/"
    for path, title in {
        "": "Trials · Lakeside Imaging · Atrium",
        "models/corner/v1/": "v1 · corner · Models · Trials · Lakeside Imaging · Atrium",
        f"endpoints/{served.films.slug}/links/": "Links · corner · Endpoints · Trials · Lakeside Imaging · Atrium",
    }.items():
        page.goto(base + path)
        expect(page).to_have_title(title)
