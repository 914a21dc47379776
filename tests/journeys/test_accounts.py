"""An account in a browser: an authenticator app, a passkey by Chromium's own virtual authenticator, sessions ended."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.users.models import User
from tests.apps.users.accounts import code_now
from tests.journeys.conftest import Visit
from tests.journeys.visitors import PHONE, Visitor
from tests.people import PASSWORD, new_person
from tests.services import site

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def email(running: None) -> str:
    return User.objects.get(pk=new_person("Nora").user_id).email


def log_in(page: Page, email: str) -> None:
    page.goto(f"{site().url}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def confirm(page: Page) -> None:
    """What changes the account asks for the password again."""
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def key_at(visitor: Visitor) -> Any:
    """Plug an authenticator into the browser that says yes to everything."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_an_app_then_a_passkey_then_the_sessions(email: str, visit: Visit) -> None:
    desk = visit("nora")
    page = desk.page
    log_in(page, email)
    expect(page).to_have_url(re.compile("/t/"))
    page.goto(f"{site().url}/accounts/2fa/")
    desk.sees_a_sound_page()
    page.get_by_role("link", name="Set up the app").click()
    confirm(page)
    secret = page.locator("#authenticator_secret").inner_text()
    desk.sees_a_sound_page()
    page.get_by_label("Code of the app").fill(code_now(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    desk.sees_a_sound_page()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    kept = download.value.path().read_text()
    codes = re.findall(r"^\d{8}$", kept, re.MULTILINE)
    assert len(codes) == 10
    shown = page.locator("#codes").inner_text()
    assert all(code in shown for code in codes)

    devtools, authenticator = key_at(desk)
    page.goto(f"{site().url}/accounts/2fa/webauthn/add/")
    desk.sees_a_sound_page()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("The passkey was added.")).to_be_visible()
    expect(page.get_by_role("link", name="Rename Laptop")).to_be_visible()
    desk.sees_a_sound_page()
    held = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert [credential["rpId"] for credential in held] == ["localhost"]

    desk.context.clear_cookies()
    page.goto(f"{site().url}/accounts/login/")
    desk.sees_a_sound_page()
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page).to_have_url(re.compile("/t/"))
    desk.context.clear_cookies()
    log_in(page, email)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    desk.sees_a_sound_page()
    page.get_by_role("button", name="Use your passkey").click()
    expect(page).to_have_url(re.compile("/t/"))

    phone = visit("nora's phone", PHONE, dark=True, touch=True)
    log_in(phone.page, email)
    phone.sees_a_sound_page()
    phone.page.get_by_label("Code").fill(codes[0])
    phone.page.get_by_role("button", name="Log in").click()
    expect(phone.page).to_have_url(re.compile("/t/"))
    phone.page.goto(f"{site().url}/accounts/sessions/")
    phone.sees_a_sound_page()
    phone.finds_every_target_large_enough()
    phone.page.get_by_role("button", name="End all others").click()
    expect(phone.page.get_by_text("The other browsers are logged out.")).to_be_visible()
    page.goto(f"{site().url}/account/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    phone.page.goto(f"{site().url}/account/")
    for words in ("Authenticator app set up", "Passkey added", "Logged out in another browser"):
        expect(phone.page.get_by_text(words).first).to_be_visible()
    phone.sees_a_sound_page()
