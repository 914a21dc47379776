"""A link on a page of another site: on the origins that it names, with cookies of the frame's own."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError
from django.test import Client

from apps.sharing.models import Link
from apps.sharing.origins import read_origins
from apps.sharing.services import revoke_link
from apps.users.models import User
from atrium.access import framing
from atrium.access.framing import unframed
from atrium.access.principals import LinkRole
from atrium.errors import Invalid
from atrium.tenancy.context import team_context
from tests.people import Lab

CLINIC = "https://clinic.example"
FRAME = {"Sec-Fetch-Dest": "iframe"}
NONE = "frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://Clinic.example/", CLINIC),
        ("clinic.example", CLINIC),
        ("https://clinic.example:443", CLINIC),
        ("https://clinic.example:8443", f"{CLINIC}:8443"),
        ("http://localhost:8888", "http://localhost:8888"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8888", "http://[::1]:8888"),
        ("https://klinik-münchen.example", "https://xn--klinik-mnchen-3ob.example"),
        ("https://Klinik-Mu\u0308nchen.example", "https://xn--klinik-mnchen-3ob.example"),
        ("https://xn--strae-oqa.example", "https://xn--strae-oqa.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(written: str, read: str) -> None:
    assert read_origins([written, f" {written} ", ""]) == [read]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("https://*.clinic.example", "wildcard"),
        ("*", "wildcard"),
        ("http://clinic.example", "scheme"),
        ("https://clinic.example/page", "invalid"),
        ("https://clinic.example?a=b", "invalid"),
        ("https://ana@clinic.example", "invalid"),
        ("https://clinic.example; script-src *", "wildcard"),
        ("https://clinic.example;script-src", "invalid"),
        ("https://clinic.example 'self'", "invalid"),
        ("https://clinic.example:port", "invalid"),
        ("https://clinic..example", "invalid"),
        ("ftp://clinic.example", "invalid"),
        ("data:text/html,x", "invalid"),
        ("null", ""),
        ("https://", "invalid"),
        ("https://[1]", "invalid"),
        ("https://[::1%x https: y]", "invalid"),
        ("https://[::1%x;script-src https:]", "invalid"),
        ("https://" + "a" * 64, "invalid"),
        ("https://[v1.clinic]", "invalid"),
        ("clinic.example\nother.example", "invalid"),
        ("https://clinic\t.example", "invalid"),
        ("https://straße.example", "name"),
        ("https://STRAẞE.example", "name"),
        ("https://κλινικής.example", "name"),
        ("https://cli\u200dnic.example", "name"),
    ],
)
def test_what_is_no_origin_is_refused_in_words(written: str, code: str) -> None:
    if not code:  # a host may be called so; the origin “null” of a sandbox is not meant by it
        assert read_origins([written]) == [f"https://{written}"]
        return
    with pytest.raises(Invalid) as refused:
        read_origins([written])
    assert [error.code for error in refused.value.errors] == [code]


@pytest.mark.parametrize("text", ["*", "http://", "https:///"])
def test_a_refusal_repeats_no_more_than_is_read(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_origins([text + "a" * 100_000])
    assert len(refused.value.message) < 300


def test_ten_are_enough() -> None:
    with pytest.raises(Invalid, match="at most 10"):
        read_origins([f"https://{number}.example" for number in range(11)])


class Frame:
    """A browser that shows a link on a page of another site: it keeps what is meant for frames, and sends nothing
    else."""

    def __init__(self, link_id: UUID, secret: str, client: Client | None = None) -> None:
        self.client, self.url = client or Client(enforce_csrf_checks=True), f"/r/{link_id}/"
        self.door = self.client.get(f"/l/{secret}", headers=FRAME)
        self.keep(self.door)

    def keep(self, response: Any) -> Any:
        for name, morsel in response.cookies.items():
            if "Partitioned" not in morsel["samesite"]:
                self.client.cookies.pop(name, None)
        return response

    def page(self) -> Any:
        return self.keep(self.client.get(self.url, headers=FRAME))

    def send(self, rest: str, body: Any, token: str) -> Any:
        headers = {"Accept": "application/json", "X-CSRFToken": token}
        data = json.dumps(body)
        return self.keep(
            self.client.generic("POST", self.url + rest, data, content_type="application/json", headers=headers)
        )


def token_in(page: Any) -> str:
    text: str = page.content.decode()
    return text.split('name="csrf-token" content="')[1].split('"')[0]


def framed_link(lab: Lab, role: LinkRole = LinkRole.REVIEW, **options: Any) -> tuple[UUID, str]:
    return lab.link(role, embed=[CLINIC, "http://localhost:8888"], **options)


def policy(response: Any) -> str:
    directives: list[str] = [each.strip() for each in response["Content-Security-Policy"].split(";")]
    return next(each for each in directives if each.startswith("frame-ancestors"))


def test_its_pages_name_exactly_these_origins_and_no_other_page_does(lab: Lab) -> None:
    link_id, secret = framed_link(lab)
    frame = Frame(link_id, secret)
    for shown in (frame.door, frame.page(), frame.client.get(f"{frame.url}nothing/")):
        assert policy(shown) == f"frame-ancestors {CLINIC} http://localhost:8888"
        assert "X-Frame-Options" not in shown
    bare, bare_secret = lab.link()
    tab = Client()
    opened = tab.get(f"/l/{bare_secret}", headers=FRAME)
    assert opened.status_code == 303
    for page in (opened, tab.get(f"/r/{bare}/"), tab.get("/"), tab.get("/accounts/login/"), tab.get("/l/unknown")):
        assert policy(page) == NONE
        assert page["X-Frame-Options"] == "DENY"


def test_whoever_has_only_an_id_learns_nothing_of_a_links_origins(lab: Lab) -> None:
    link_id, _ = framed_link(lab)
    for stranger in (Client(), Client(headers=FRAME)):
        there, nowhere = stranger.get(f"/r/{link_id}/"), stranger.get(f"/r/{UUID(int=1)}/")
        assert (there.status_code, nowhere.status_code) == (404, 404)
        assert policy(there) == policy(nowhere) == NONE
        assert there["X-Frame-Options"] == "DENY"


def test_a_guest_in_a_frame_judges_with_cookies_of_the_frame(lab: Lab) -> None:
    example = lab.example().prediction
    frame = Frame(*framed_link(lab))
    page = frame.page()
    assert page.status_code == 200
    for name in ("framed-key", "framed-guest", "framed-csrftoken"):
        morsel = {**frame.door.cookies, **page.cookies}[name]
        assert (morsel["path"], morsel["samesite"]) == (frame.url, "None; Partitioned")
        assert morsel["secure"]
        assert morsel["httponly"]
    assert not {"key", "guest", "csrftoken"} & set(page.cookies)
    flag = f"predictions/{example.pk}/flag"
    assert frame.send(flag, {"verdict": "wrong"}, "x" * 64).status_code == 403
    assert frame.send(flag, {"verdict": "wrong"}, token_in(page)).status_code == 201
    again = frame.page().content.decode()
    assert again.split('"guest": {"id": "')[1][:36] == page.content.decode().split('"guest": {"id": "')[1][:36]


def test_a_frames_cookies_open_that_link_only(lab: Lab) -> None:
    link_id, secret = framed_link(lab)
    frame = Frame(link_id, secret)
    other, _ = framed_link(lab)
    assert frame.client.get(f"/r/{other}/").status_code == 404
    assert frame.client.get(f"/t/{lab.team.slug}/").status_code == 302


def test_a_member_is_nobody_below_a_link(lab: Lab) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=lab.alice.user_id))
    assert client.get(f"/t/{lab.team.slug}/").status_code == 200
    link_id, secret = framed_link(lab)
    frame = Frame(link_id, secret, client)
    below = frame.page()
    assert not below.wsgi_request.user.is_authenticated
    assert str(lab.alice.user_id) not in below.content.decode()
    assert client.get(f"/t/{lab.team.slug}/").status_code == 200  # and signed in elsewhere still


def test_the_door_with_a_passcode_opens_in_a_frame(lab: Lab) -> None:
    frame = Frame(*framed_link(lab, passcode="four words"))
    asks = frame.page()
    assert asks.status_code == 403
    assert policy(asks).startswith(f"frame-ancestors {CLINIC}")
    form = {"passcode": "four words", "csrfmiddlewaretoken": token_in(asks)}
    opened = frame.keep(frame.client.post(f"{frame.url}passcode", form, headers=FRAME))
    assert opened.status_code == 303
    assert frame.page().status_code == 200


def test_a_link_that_is_over_says_so_in_its_frame(lab: Lab) -> None:
    link_id, secret = framed_link(lab)
    frame = Frame(link_id, secret)
    revoke_link(lab.alice, link_id)
    over = frame.page()
    assert over.status_code == 410
    assert policy(over).startswith(f"frame-ancestors {CLINIC}")


def test_a_database_that_goes_before_the_origins_are_read_is_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = Frame(*framed_link(lab))
    assert frame.page().status_code == 200

    def gone(link_id: UUID) -> tuple[str, ...]:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(framing, "frames_of", gone)
    page = frame.page()
    assert (page.status_code, policy(page)) == (503, NONE)
    assert "The database is away." in page.content.decode()


def test_of_a_page_in_a_tab_nobody_asks_who_may_frame_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    link_id, secret = framed_link(lab)
    tab = Client(headers={"Sec-Fetch-Dest": "document"})
    tab.get(f"/l/{secret}")
    asked: list[UUID] = []
    monkeypatch.setattr(framing, "frames_of", asked.append)
    page = tab.get(f"/r/{link_id}/")
    assert (page.status_code, policy(page), page["X-Frame-Options"], asked) == (200, NONE, "DENY", [])


def test_a_tab_keeps_the_cookies_of_tabs(lab: Lab) -> None:
    link_id, secret = framed_link(lab)
    tab = Client()
    assert tab.get(f"/l/{secret}").status_code == 303
    page = tab.get(f"/r/{link_id}/")
    assert page.cookies["guest"]["samesite"] == "Lax"
    assert not any(name.startswith("framed-") for name in page.cookies)


def test_names_of_a_frame_count_where_there_is_no_key_of_a_tab() -> None:
    framed = {"framed-key": "k", "framed-guest": "g", "framed-csrftoken": "c", "guest": "of a tab"}
    assert unframed(framed) == {"key": "k", "guest": "g", "csrftoken": "c"} | {
        n: v for n, v in framed.items() if n != "guest"
    }
    assert unframed(framed | {"csrftoken": "t"})["csrftoken"] == "t"
    assert unframed({"key": "t", **framed})["key"] == "t"
    assert unframed({"key": "t", **framed})["guest"] == "of a tab"


def test_the_api_takes_origins_and_gives_the_markup(lab: Lab, client: Client) -> None:
    headers = {"Authorization": f"Bearer {lab.token()}"}
    path = f"/api/v1/endpoints/{lab.endpoint.pk}/links"
    made = client.post(path, {"embed": [f"{CLINIC}/"]}, content_type="application/json", headers=headers)
    assert made.status_code == 201
    told = made.json()
    assert told["embed"] == [CLINIC]
    assert told["iframe"].startswith(f'<iframe src="{told["url"]}" title="Reader"')
    assert 'allow="microphone; fullscreen"' in told["iframe"]
    refused = client.post(path, {"embed": ["https://*.example"]}, content_type="application/json", headers=headers)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "embed"
    with team_context(lab.alice):
        assert [link.embed for link in Link.objects.all()] == [[CLINIC]]
