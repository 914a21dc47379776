"""A link's passcode: asked for on the clean address, limited when guessed, asked for again when changed."""

from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache

from apps.sharing.models import Link
from apps.sharing.views.opening import WRONG_PASSCODES
from atrium.tenancy.context import team_context
from tests.apps.sharing.links import Browser
from tests.browsing import text_of
from tests.people import Lab


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def give(browser: Browser, passcode: str, address: str = "127.0.0.1") -> Any:
    return browser.client.post(f"{browser.url}passcode", {"passcode": passcode}, REMOTE_ADDR=address)


def change(lab: Lab, link_id: UUID, passcode: str) -> None:
    with team_context(lab.alice):
        Link.objects.filter(pk=link_id).update(passcode=make_password(passcode))


def test_the_bench_opens_with_the_passcode_only(lab: Lab) -> None:
    browser = Browser(*lab.link(passcode="ward three"))
    asked = browser.get()
    assert asked.status_code == 403
    assert "This link has a passcode" in text_of(asked)
    assert browser.send("me", {"name": "Dana"}).json()["code"] == "passcode_needed"
    wrong = give(browser, "ward four")
    assert wrong.status_code == 403
    assert "This passcode is not right" in text_of(wrong)
    assert browser.get().status_code == 403
    assert give(browser, "ward three").status_code == 303
    assert browser.get().status_code == 200


def test_it_is_never_asked_of_who_does_not_hold_the_link(lab: Lab) -> None:
    link_id, secret = lab.link(passcode="ward three")
    stranger = Browser(link_id, "guessed")
    assert stranger.get().status_code == 404
    assert give(stranger, "ward three").status_code == 404
    assert Browser(link_id, secret).get().status_code == 403


def test_guesses_are_limited_by_address_so_that_the_right_one_does_not_help_either(lab: Lab) -> None:
    browser = Browser(*lab.link(passcode="ward three"))
    for number in range(WRONG_PASSCODES):
        assert give(browser, f"guess {number}", "192.0.2.1").status_code == 403
    locked = give(browser, "ward three", "192.0.2.1")
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert browser.get().status_code == 403
    assert give(browser, "ward three", "192.0.2.2").status_code == 303


def test_right_passcodes_do_not_use_up_a_hospitals_tries(lab: Lab) -> None:
    link = lab.link(passcode="ward three")
    for _ in range(WRONG_PASSCODES + 3):
        assert give(Browser(*link), "ward three").status_code == 303


def test_a_changed_passcode_is_asked_for_again(lab: Lab) -> None:
    link_id, secret = lab.link(passcode="ward three")
    browser = Browser(link_id, secret)
    give(browser, "ward three")
    assert browser.get().status_code == 200
    change(lab, link_id, "ward five")
    assert browser.get().status_code == 403
    assert give(browser, "ward three").status_code == 403
    assert give(browser, "ward five").status_code == 303
    assert browser.get().status_code == 200
