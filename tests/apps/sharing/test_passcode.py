"""A link's passcode: asked for, right or wrong, and not to be guessed by trying."""

import pytest
from django.test import Client

from apps.sharing.views.opening import WRONG_PASSCODES
from tests.people import Lab


@pytest.fixture
def lab_link(lab: Lab) -> tuple[str, str]:
    """(address of the page, secret)"""
    link_id, secret = lab.link(passcode="correct horse")
    return f"/r/{link_id}/", secret


def opened(secret: str) -> Client:
    client = Client(raise_request_exception=False)
    assert client.get(f"/l/{secret}").status_code == 303
    return client


def give(client: Client, page: str, passcode: str) -> int:
    return client.post(f"{page}passcode", {"passcode": passcode}).status_code


def test_is_asked_for_and_opens(lab_link: tuple[str, str]) -> None:
    page, secret = lab_link
    client = opened(secret)
    assert client.get(page).status_code == 403
    assert give(client, page, "wrong") == 403
    assert give(client, page, "correct horse") == 303
    assert client.get(page).status_code == 200


def test_without_the_links_secret_there_is_nothing_to_guess(lab_link: tuple[str, str]) -> None:
    page, _ = lab_link
    assert give(Client(raise_request_exception=False), page, "correct horse") == 404


@pytest.mark.usefixtures("one_window")
def test_cannot_be_guessed_by_trying(lab_link: tuple[str, str]) -> None:
    """Beyond the limit the right one is refused like the others: nobody learns that it was right."""
    page, secret = lab_link
    client = opened(secret)
    answers = {give(client, page, f"guess {number}") for number in range(WRONG_PASSCODES)}
    assert answers == {403}
    assert give(client, page, "another guess") == 429
    assert give(client, page, "correct horse") == 429


def test_right_ones_use_up_nothing(lab_link: tuple[str, str]) -> None:
    """A hospital is one address."""
    page, secret = lab_link
    assert {give(opened(secret), page, "correct horse") for _ in range(WRONG_PASSCODES + 3)} == {303}
