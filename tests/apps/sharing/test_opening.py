"""From a link's secret to the bench: looking writes nothing, guesses find nothing, and what is over says so."""

from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from uuid6 import uuid7

from apps.sharing.models import GuestVisit, Link
from apps.sharing.services import revoke_link
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.apps.sharing.links import Browser
from tests.browsing import text_of
from tests.people import Lab


def rows(lab: Lab) -> tuple[int, int]:
    with team_context(lab.alice):
        return Event.objects.count(), GuestVisit.objects.count()


def end(lab: Lab, link_id: UUID, **change: Any) -> None:
    with team_context(lab.alice):
        Link.objects.filter(pk=link_id).update(**change)


def test_looking_writes_nothing_and_the_first_act_writes_once(lab: Lab) -> None:
    link_id, secret = lab.link()
    before = rows(lab)
    browser = Browser(link_id, secret)
    Client().head(f"/l/{secret}")
    assert browser.get().status_code == 200
    assert browser.get().status_code == 200
    assert rows(lab) == before
    assert browser.send("me", {"name": "Dr. Dana"}).status_code == 200
    assert browser.send("me", {"name": "Dr. D."}).status_code == 200
    assert rows(lab) == (before[0] + 1, 1)


def test_the_redirect_sends_no_referrer_and_nothing_is_indexed_or_kept(lab: Lab) -> None:
    browser = Browser(*lab.link())
    assert browser.opened.status_code == 303
    assert browser.opened["Location"] == browser.url
    assert browser.opened["Referrer-Policy"] == "no-referrer"
    page = browser.get()
    assert page["Referrer-Policy"] == "same-origin"
    assert "script-src" not in page["Content-Security-Policy"] or "unsafe" not in page["Content-Security-Policy"]
    for answer in (browser.opened, page, Client().get("/l/guessed"), Client().get(browser.url)):
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Cache-Control"] == "no-store"


def test_the_cookies_are_signed_hidden_from_scripts_and_sent_below_the_link_only(lab: Lab) -> None:
    browser = Browser(*lab.link())
    browser.get()
    for name in ("key", "guest"):
        cookie = browser.client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == browser.url
    assert browser.client.cookies["guest"]["max-age"] == 12 * 3600


def test_a_cookie_is_worth_nothing_changed_or_on_another_link(lab: Lab) -> None:
    browser, other = Browser(*lab.link()), Browser(*lab.link())
    assert browser.get().status_code == 200
    key = browser.client.cookies["key"].value
    thief = Client()
    thief.cookies["key"] = key
    assert thief.get(browser.url).status_code == 200
    assert thief.get(other.url).status_code == 404
    thief.cookies["key"] = key[:-2] + ("AA" if key[-2:] != "AA" else "BB")
    assert thief.get(browser.url).status_code == 404


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_secure_where_the_site_is(lab: Lab, settings: Any, secure: bool) -> None:
    settings.SESSION_COOKIE_SECURE = secure
    assert bool(Browser(*lab.link()).client.cookies["key"]["secure"]) == secure


def test_a_guess_is_not_found(lab: Lab) -> None:
    browser = Browser(*lab.link())
    assert browser.get().status_code == 200
    for address in (f"/l/{token_urlsafe(32)}", f"/r/{uuid7()}/", f"/return/{token_urlsafe(32)}/"):
        assert browser.client.get(address).status_code == 404
    assert Client().get(browser.url).status_code == 404
    assert Client().get(f"{browser.url}socket").status_code == 404


def test_an_expired_link_says_so_to_who_holds_it(lab: Lab) -> None:
    link_id, secret = lab.link()
    browser = Browser(link_id, secret)
    assert browser.get().status_code == 200
    end(lab, link_id, expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (browser.get(), Browser(link_id, secret).get()):
        assert answer.status_code == 410
        assert "This link has expired" in text_of(answer)
        assert "Ask the person who sent it" in text_of(answer)
        assert answer["X-Robots-Tag"] == "noindex"
    assert browser.send("me", {"name": "Dana"}).json()["code"] == "link_expired"


def test_a_revoked_link_says_so_at_once_to_every_request(lab: Lab) -> None:
    link_id, secret = lab.link()
    browser = Browser(link_id, secret)
    example = lab.example().prediction
    assert browser.get(f"predictions/{example.pk}").status_code == 200
    revoke_link(lab.alice, link_id)
    for answer in (browser.get(), Browser(link_id, secret).get()):
        assert answer.status_code == 410
        assert "This link was withdrawn" in text_of(answer)
    picture = example.inputs["film"]["original"]
    for rest in (f"predictions/{example.pk}", f"predictions/{example.pk}/thread", f"pictures/{picture}"):
        assert browser.get(rest).status_code == 410
    for rest in ("predictions", "me", "leave", f"predictions/{example.pk}/flag", f"predictions/{example.pk}/keep"):
        assert browser.send(rest).json()["code"] == "link_revoked"
    assert browser.send("me", method="DELETE").status_code == 410


def test_somebody_else_on_this_browser_starts_afresh(lab: Lab) -> None:
    browser = Browser(*lab.link())
    first = browser.me
    assert browser.me == first
    browser.send("me", {"name": "Dr. Dana"})
    assert "Dr. Dana" in browser.get().content.decode()
    assert browser.client.get(f"{browser.url}leave").status_code == 405
    assert browser.send("leave").status_code == 303
    assert browser.me != first
    assert "Dr. Dana" not in browser.get().content.decode()
