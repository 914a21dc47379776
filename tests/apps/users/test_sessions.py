"""The browsers in which somebody is logged in: seen, and ended one by one or all at once."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from apps.users.chores import sweep
from apps.users.templatetags.browsers import browser
from tests.apps.users.accounts import events_of, logged_in
from tests.browsing import text_of
from tests.people import PASSWORD, new_person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0"


def is_in(client: Client) -> bool:
    return client.get("/t/").status_code == 200


def session_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_browsers_have_names() -> None:
    assert browser(FIREFOX) == "Firefox on Linux"
    assert browser(IPAD) == "Safari on iPad"
    assert browser(EDGE) == "Edge on Windows"
    assert browser("curl/8.1") == "A browser or a program"


def test_each_is_shown_and_one_is_ended() -> None:
    alice = new_person("Alice")
    desk, tablet = logged_in(alice, Client(HTTP_USER_AGENT=FIREFOX)), logged_in(alice, Client(HTTP_USER_AGENT=IPAD))
    page = text_of(desk.get("/accounts/sessions/"))
    assert "Firefox on Linux" in page
    assert "Safari on iPad" in page
    assert page.count("This browser") == 1
    key = tablet.session.session_key
    assert desk.post(f"/account/sessions/{session_of(tablet).pk}/end").status_code == 303
    assert not is_in(tablet)
    assert is_in(desk)
    assert not Session.objects.filter(session_key=key).exists()
    assert "Safari on iPad" not in text_of(desk.get("/accounts/sessions/"))
    assert events_of(alice)[-1] == "ended_session"


def test_all_others_are_ended() -> None:
    alice, bob = new_person("Alice"), new_person("Bob")
    here, others, bobs = logged_in(alice), [logged_in(alice) for _ in range(3)], logged_in(bob)
    assert here.post("/accounts/sessions/").status_code == 302
    assert [is_in(client) for client in (here, *others, bobs)] == [True, False, False, False, True]
    assert events_of(alice).count("ended_session") == 3


def test_nobody_ends_anothers() -> None:
    alice, eve = logged_in(new_person("Alice")), logged_in(new_person("Eve"))
    url = f"/account/sessions/{session_of(alice).pk}/end"
    assert eve.post(url).status_code == 404
    assert Client().post(url).status_code == 302
    assert is_in(alice)


def test_what_is_known_of_an_ended_one_is_swept() -> None:
    alice = new_person("Alice")
    here, there = logged_in(alice), logged_in(alice)
    Session.objects.filter(session_key=there.session.session_key).delete()
    sweep(0)
    assert [found.session_key for found in UserSession.objects.filter(user_id=alice.user_id)] == [
        here.session.session_key
    ]


def test_another_password_ends_the_others() -> None:
    alice = new_person("Alice")
    here, there = logged_in(alice), logged_in(alice)
    key = there.session.session_key
    new = "another horse battery"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", given).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert not Session.objects.filter(session_key=key).exists()
    assert len(UserSession.objects.filter(user_id=alice.user_id)) == 1
