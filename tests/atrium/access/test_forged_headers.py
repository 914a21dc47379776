"""Headers that a stranger makes up change nothing: no link in a mail or an answer, no redirect, no flag, no limit."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from allauth.core.internal.httpkit import get_client_ip
from django.test import Client, RequestFactory
from pytest_django import Settings

from apps.home.mail import Mail, mails
from apps.projects.services import create_project
from apps.sharing.views.opening import WRONG_PASSCODES
from apps.users.models import User
from atrium.config.settings import production
from tests.apps.sharing.links import Browser
from tests.browsing import signed_in
from tests.mails import deliver
from tests.people import Lab, new_person
from tests.services import site

pytestmark = pytest.mark.usefixtures("web_process")

EVIL = "evil.example"
FORGED: dict[str, dict[str, str]] = {
    "another port of the host": {"Host": "localhost:1"},
    "X-Forwarded-Host": {"X-Forwarded-Host": EVIL},
    "X-Forwarded-Server": {"X-Forwarded-Server": EVIL},
    "X-Forwarded-Port": {"X-Forwarded-Port": "1"},
    "X-Forwarded-Proto": {"X-Forwarded-Proto": "https"},
    "X-Forwarded-For": {"X-Forwarded-For": "198.51.100.7"},
    "Forwarded": {"Forwarded": f"for=198.51.100.7;host={EVIL};proto=https"},
    "a path for a proxy": {"X-Original-URL": "/operator/pool/", "X-Rewrite-URL": "/operator/pool/"},
    "another method": {"X-HTTP-Method-Override": "DELETE"},
}
HOSTS = ("another port of the host", "X-Forwarded-Host", "Forwarded")
BY_HOST = pytest.mark.parametrize("headers", [FORGED[name] for name in HOSTS], ids=HOSTS)
EACH = pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)


class Visitor:
    """A browser as far as cookies and the token of forms go."""

    def __init__(self, cookies: Mapping[str, str] | None = None) -> None:
        self.http = httpx.Client(base_url=site().url, timeout=120, cookies=dict(cookies or {}))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.http.get(path, headers=headers)

    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> httpx.Response:
        token = "a" * 32
        self.http.cookies.set("csrftoken", token)
        return self.http.post(path, data={**form, "csrfmiddlewaretoken": token}, headers=headers)


def flags_of(answer: httpx.Response) -> list[str]:
    """The cookies that an answer sets, without their values and times."""
    return [re.sub(r"(=|expires=)[^;]*", r"\1", cookie, count=1) for cookie in answer.headers.get_list("set-cookie")]


def shown(answer: httpx.Response) -> tuple[Any, ...]:
    """What must be the same whatever headers come; the tokens of forms change each time."""
    kept = {"location", "strict-transport-security", "content-security-policy", "vary", "access-control-allow-origin"}
    headers = {name: value for name, value in answer.headers.items() if name in kept}
    flags = [re.sub(r"expires=[^;]*", "", flag) for flag in flags_of(answer)]
    return answer.status_code, headers, flags


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/accounts/login/", "/static/none.js", "/health/"])
def test_a_host_that_is_not_ours_is_refused(path: str) -> None:
    assert Visitor().get(path, {"Host": EVIL}).status_code == 400


def test_it_is_refused_where_predictions_go_past_the_handler(lab: Lab) -> None:
    url = f"{site().url}/api/v1/endpoints/{lab.endpoint.pk}/predictions"
    answer = httpx.post(url, json={"inputs": {}}, headers={"Host": EVIL, "Authorization": f"Bearer {lab.token()}"})
    assert answer.status_code == 400


@EACH
@pytest.mark.parametrize("path", ["/", "/t/", "/account/", "/accounts/login/", "/operator/pool/", "/l/guessed"])
def test_redirects_and_flags_stay(headers: dict[str, str], path: str) -> None:
    assert shown(Visitor().get(path, headers)) == shown(Visitor().get(path))


@EACH
def test_a_links_redirect_and_cookie_stay(lab: Lab, headers: dict[str, str]) -> None:
    link_id, secret = lab.link()
    answer = Visitor().get(f"/l/{secret}", headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/r/{link_id}/")
    assert shown(answer) == shown(Visitor().get(f"/l/{secret}"))


@EACH
def test_lists_of_the_api_name_our_address(lab: Lab, headers: dict[str, str]) -> None:
    create_project(lab.alice, name="Another")
    answer = Visitor().get("/api/v1/projects?limit=1", {**headers, "Authorization": f"Bearer {lab.token()}"})
    assert answer.json()["next"].startswith(f"{site().url}/api/v1/projects?")


@EACH
def test_a_signed_in_page_names_our_address(lab: Lab, headers: dict[str, str]) -> None:
    session = {"sessionid": signed_in(lab.alice).cookies["sessionid"].value}
    page = Visitor(session).get(f"/t/{lab.team.slug}/films/endpoints/reader/", headers).text
    assert f"{site().url}/api/v1/endpoints/{lab.endpoint.pk}/predictions" in page
    assert EVIL not in page
    assert "localhost:1/" not in page


def mail_to(address: str) -> Mail:
    deliver()
    return next(mail for mail in mails() if address in mail.to)


@BY_HOST
@pytest.mark.parametrize("what", ["a forgotten password", "a forgotten account", "a second account"])
def test_links_in_mails_name_our_address(headers: dict[str, str], what: str, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"  # as the site's chores, if they run
    known = new_person("Somebody")
    email = f"unknown-{known.user_id.hex[:12]}@example.org"
    if what != "a forgotten account":
        email = signed_in(known).get("/account/").context["account"].email
    if what == "a second account":
        form = {"email": email, "password1": "another horse battery", "name": "Somebody"}
        answer = Visitor().post("/accounts/signup/", form, headers)
    else:
        answer = Visitor().post("/accounts/password/reset/", {"email": email}, headers)
    assert answer.status_code == 302
    links = [text for text, is_link in mail_to(email).body if is_link]
    assert links
    assert [link for link in links if not link.startswith(f"{site().url}/accounts/")] == []


class TestOrigin:
    @pytest.mark.parametrize("origin", [f"http://{EVIL}", "null", "http://localhost:1", "https://localhost"])
    def test_a_form_of_another_page_is_refused(self, lab: Lab, origin: str) -> None:
        session = {"sessionid": signed_in(lab.alice).cookies["sessionid"].value}
        path, form = f"/t/{lab.team.slug}/", {"name": f"From {origin.partition('//')[2] or 'nowhere'}"}
        visitor = Visitor(session)
        forwarded = {"Origin": origin, "X-Forwarded-Host": origin.rpartition("/")[2], "X-Forwarded-Proto": "https"}
        assert visitor.post(path, form, {"Origin": origin}).status_code == 403
        assert visitor.post(path, form, forwarded).status_code == 403
        assert visitor.post(path, form, {"Origin": site().url}).status_code == 303

    def test_no_other_page_reads_the_api(self, lab: Lab) -> None:
        headers = {"Origin": f"http://{EVIL}", "Authorization": f"Bearer {lab.token()}"}
        assert "access-control-allow-origin" not in Visitor().get("/api/v1/me", headers).headers

    @BY_HOST
    def test_what_follows_a_login_stays_here(self, headers: dict[str, str]) -> None:
        person = new_person("Somebody")
        email = signed_in(person).get("/account/").context["account"].email
        for target in (f"//{EVIL}/", f"http://{EVIL}/", "http://localhost:1/"):
            form = {"login": email, "password": "correct horse battery", "next": target}
            answer = Visitor().post("/accounts/login/", form, headers)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/")


class TestBehindTls:
    """As a team's server is set up; no scheme that is said takes a flag away."""

    @pytest.mark.parametrize("scheme", [None, "http", "https", "https, http", "ftp"])
    def test_cookies_are_secure_whatever_the_scheme(self, lab: Lab, settings: Settings, scheme: str | None) -> None:
        for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
            setattr(settings, name, getattr(production, name))
        client = Client(headers={} if scheme is None else {"X-Forwarded-Proto": scheme})
        _, secret = lab.link()
        client.get("/accounts/login/")
        client.get(f"/l/{secret}")
        client.force_login(User.objects.get(pk=lab.alice.user_id))
        client.get(f"/t/{lab.team.slug}/")
        client.post(f"/t/{lab.team.slug}/", {"name": "Sounds"})
        assert {"csrftoken", "key"} <= set(client.cookies)
        assert [name for name, cookie in client.cookies.items() if name != "sessionid" and not cookie["secure"]] == []
        assert production.SESSION_COOKIE_SECURE
        assert production.CSRF_COOKIE_SECURE


class TestLimits:
    def test_of_passcodes_count_the_connection_not_what_it_says(self, lab: Lab) -> None:
        browser = Browser(*lab.link(passcode="open sesame"))
        visitor = Visitor({name: morsel.value for name, morsel in browser.client.cookies.items()})
        told = {
            visitor.post(f"{browser.url}passcode", {"passcode": "wrong"}, forwarded(number)).status_code
            for number in range(2 * WRONG_PASSCODES + 1)  # a new window of time may begin on the way
        }
        assert told == {403, 429}

    def test_of_accounts_do_too(self) -> None:
        plain = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
        forged = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers=forwarded(1))
        assert get_client_ip(forged) == get_client_ip(plain) == "192.0.2.1"


def forwarded(number: int) -> dict[str, str]:
    address = f"198.51.100.{number}"
    names = ("X-Forwarded-For", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP")
    return dict.fromkeys(names, address) | {"Forwarded": f"for={address}"}
