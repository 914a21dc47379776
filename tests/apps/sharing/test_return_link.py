"""A mailed way back joins another device to the same guest: looking spends nothing, the button spends it once."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from apps.feedback.services import flag_prediction
from apps.sharing.models import GuestVisit, ReturnLink
from apps.sharing.services import introduce, return_secret, revoke_link
from atrium.access.door import system
from atrium.access.principals import Guest
from atrium.tenancy.context import team_context
from tests.browsing import text_of
from tests.people import Lab


def mailed(guest: Guest) -> str:
    with system(guest.team_id, "a test") as principal:
        return f"/return/{return_secret(principal, GuestVisit.objects.get(pk=guest.guest_id))}/"


def dana_at(lab: Lab) -> Guest:
    dana = lab.guest()
    introduce(dana, name="Dr. Dana", email="dana@example.org")
    return dana


def test_looking_spends_nothing_and_the_button_works_once(lab: Lab) -> None:
    dana = dana_at(lab)
    flag_prediction(dana, lab.prediction(dana).pk, verdict="wrong", message="It reads the marker.")
    url, scanner, tablet = mailed(dana), Client(), Client()
    for _ in range(3):
        looked = scanner.get(url)
        assert looked.status_code == 200
        assert set(looked.cookies) <= {"csrftoken"}
        assert looked["Cache-Control"] == "no-store"
    opened = tablet.post(url)
    assert opened["Location"] == f"/r/{dana.grant.link_id}/"
    page = text_of(tablet.get(opened["Location"]))
    assert "It reads the marker." in page
    assert str(dana.guest_id) in page
    for again in (Client().post(url), Client().get(url)):
        assert again.status_code == 410
        assert "was used" in text_of(again)


def test_it_ends_with_its_time(lab: Lab) -> None:
    dana = dana_at(lab)
    url = mailed(dana)
    assert Client().get(url).status_code == 200
    with team_context(lab.alice):
        ReturnLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(url).status_code == 410


def test_it_does_not_outlive_the_link(lab: Lab) -> None:
    dana = dana_at(lab)
    first, second = mailed(dana), mailed(dana)
    assert Client().post(first).status_code == 303
    revoke_link(lab.alice, dana.grant.link_id)
    tablet = Client()
    assert tablet.post(second).status_code == 410
    assert tablet.get(f"/r/{dana.grant.link_id}/").status_code == 404
