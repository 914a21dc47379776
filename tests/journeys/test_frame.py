"""The frame of every page: while a form is on its way, while Atrium is away, and after going back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from apps.users.models import User
from tests.journeys.conftest import Visit
from tests.journeys.visitors import PHONE, Visitor
from tests.people import PASSWORD, Lab
from tests.services import site

pytestmark = pytest.mark.journey

CUT = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION", "WebSocket")
"""What a browser says of lines that were cut on purpose."""

PRESS_TWICE = """button => {
    new MutationObserver(() => sessionStorage.setItem("busy", button.getAttribute("aria-busy")))
        .observe(button, { attributes: true });
    button.click();
    button.click();
}"""
"""A page that is being left answers no more questions, so it notes by itself how the button looked."""


@pytest.fixture(scope="module")
def lab(running: None) -> Lab:
    return Lab.make("Lakeside Imaging")


@pytest.fixture(scope="module")
def email(lab: Lab) -> str:
    return User.objects.get(pk=lab.alice.user_id).email


@pytest.fixture
def alice(lab: Lab, email: str, visit: Visit) -> Visitor:
    return logged_in(visit("alice"), email)


def logged_in(visitor: Visitor, email: str) -> Visitor:
    page = visitor.page
    page.goto(f"{site().url}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/t/"))
    return visitor


def held_in(requests: list[Route]) -> Callable[[Route], None]:
    """Requests wait in the list until the test lets them go."""

    def hold(route: Route) -> None:
        requests.append(route)

    return hold


def open_members(page: Page, lab: Lab) -> None:
    page.goto(f"{site().url}/t/{lab.team.slug}/settings/")


def test_a_form_on_its_way_says_so_and_is_sent_once(alice: Visitor, lab: Lab) -> None:
    page = alice.page
    open_members(page, lab)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_label("Name of the team").fill("Lakeside Imaging, 2nd floor")
    page.get_by_role("button", name="Rename the team").evaluate(PRESS_TWICE)
    expect(page.get_by_role("heading", name="2nd floor")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('busy')") == "true"
    assert len(sent) == 1


def test_a_page_that_is_gone_back_to_can_send_again(alice: Visitor, lab: Lab) -> None:
    page = alice.page
    open_members(page, lab)
    page.get_by_role("button", name="Rename the team").click()
    expect(page.get_by_text("renamed").or_(page.get_by_role("status"))).not_to_have_count(0)
    page.go_back()
    button = page.get_by_role("button", name="Rename the team")
    expect(button).not_to_have_attribute("aria-busy", "true")
    button.click()
    expect(page).to_have_url(re.compile("/settings/"))


@pytest.mark.parametrize("how", ["offline", "unreachable"])
def test_what_is_typed_stays_while_atrium_is_away(alice: Visitor, lab: Lab, how: str) -> None:
    page = alice.page
    page.clock.install()
    open_members(page, lab)
    name = page.get_by_label("Name of the team")
    name.fill(f"Lakeside, {how}")
    banner = page.locator(".cut")
    if how == "offline":
        alice.context.set_offline(True)
        expect(banner).to_contain_text("You are offline")
        alice.sees_a_sound_page(CUT)
    else:
        alice.context.route("**/health/live", lambda route: route.abort())
        page.clock.run_for(4000)  # nothing was heard for longer than an answer counts
    page.get_by_role("button", name="Rename the team").click()
    expect(page.get_by_text("Not sent")).to_be_visible()
    expect(banner).to_be_visible()
    expect(name).to_have_value(f"Lakeside, {how}")
    alice.context.set_offline(False)
    alice.context.unroute_all()
    expect(banner).to_have_count(0)
    page.get_by_role("button", name="Rename the team").click()
    expect(page.get_by_role("heading", name=f"Lakeside, {how}")).to_be_visible()


def test_the_banner_stands_clear_of_a_phones_page(visit: Visit, lab: Lab, email: str) -> None:
    phone = logged_in(visit("phone", PHONE, touch=True), email)
    page = phone.page
    for path in (f"/t/{lab.team.slug}/", f"/t/{lab.team.slug}/{lab.project.slug}/inbox/", "/account/"):
        page.goto(f"{site().url}{path}")
        phone.finds_every_target_large_enough()
        phone.context.set_offline(True)
        expect(page.locator(".cut")).to_be_visible()
        phone.sees_nothing_beyond_the_edge()
        phone.context.set_offline(False)
        expect(page.locator(".cut")).to_have_count(0)


def test_a_fragment_that_takes_long_is_dimmed(alice: Visitor, lab: Lab) -> None:
    page = alice.page
    page.goto(f"{site().url}/t/{lab.team.slug}/{lab.project.slug}/inbox/")
    asked: list[Route] = []
    page.route(re.compile("[?&]q="), held_in(asked))
    page.get_by_role("searchbox").fill("marker")
    items = page.locator("#items")
    expect(items).to_have_attribute("aria-busy", "true")
    for route in asked:
        route.continue_()
    expect(items).not_to_have_attribute("aria-busy", "true")


def test_a_dialog_gives_the_focus_back(alice: Visitor, lab: Lab) -> None:
    page = alice.page
    open_members(page, lab)
    button = page.get_by_role("button", name="Invite")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
