"""While nothing can be counted the bench goes on, and what guards a secret is closed."""

import pytest
from pytest_django import Settings
from redis.exceptions import RedisError

from apps.sharing.consumers import GuestBench
from atrium.access.limits import guessed, limit
from infra.dev.ground import free_port
from tests.apps.sharing.links import Browser, browser_of
from tests.people import Lab


@pytest.fixture
def away(settings: Settings) -> None:
    """Valkey, for what is counted there."""
    gone = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": gone}}


@pytest.mark.usefixtures("away")
def test_what_a_guest_does_is_let_through(lab: Lab) -> None:
    guest = lab.guest()
    browser = browser_of(guest)
    one = f"predictions/{lab.prediction(guest).pk}"
    assert browser.send(f"{one}/flag", {"verdict": "wrong", "message": "The marker."}).status_code == 201
    assert browser.send(f"{one}/thread", {"body": "And the corner."}).status_code == 201
    socket = GuestBench()
    socket.principal = guest
    socket._admit()


@pytest.mark.usefixtures("away")
def test_a_passcode_is_not_tried(lab: Lab) -> None:
    """Nor any other secret: without a count it could be guessed."""
    link_id, secret = lab.link(passcode="right")
    browser = Browser(link_id, secret)
    assert browser.client.post(f"{browser.url}passcode", {"passcode": "right"}).status_code == 503
    with pytest.raises(RedisError):
        limit("act", "somebody", count=1, seconds=60)
    with pytest.raises(RedisError):
        guessed("token", "192.0.2.1")
