"""The operators' page of workers: what may be asked of one, what stands, and what was asked."""

from dataclasses import replace
from secrets import token_hex

from django.test import Client

from apps.jobs.models import WorkerOrder
from apps.users.models import User
from tests.browsing import signed_in, text_of
from tests.people import new_person
from tests.workers import heard

PAGE = "/operator/pool/"


def operator() -> Client:
    person = new_person("Olga")
    User.objects.filter(pk=person.user_id).update(is_staff=True)
    return signed_in(replace(person, operator=True))


def test_a_quarantine_is_shown_taken_back_and_remembered() -> None:
    olga, pool = operator(), f"pool-{token_hex(4)}"
    with heard(pool) as worker:
        assert olga.post(f"{PAGE}act", {"worker": worker, "act": "quarantine"}).status_code == 303
        page = text_of(olga.get(PAGE))
        assert "Quarantined" in page
        assert "Takes nothing new" in page
        assert f"<strong>Quarantine</strong> {worker}" in page
    gone = text_of(olga.get(PAGE))
    assert f"<strong>{worker}</strong> is in quarantine and not there." in gone
    assert olga.post(f"{PAGE}act", {"worker": worker, "act": "take_back"}).status_code == 303
    after = text_of(olga.get(PAGE))
    assert f"<strong>{worker}</strong> is in quarantine" not in after
    assert f"<strong>Quarantine</strong> {worker}" in after


def test_a_worker_that_went_meanwhile_is_told_on_the_page() -> None:
    olga = operator()
    assert olga.post(f"{PAGE}act", {"worker": "gone", "act": "drain"}).status_code == 303
    assert "This worker is gone." in text_of(olga.get(PAGE))


def test_who_is_no_operator_asks_nothing() -> None:
    with heard(f"pool-{token_hex(4)}") as worker:
        for act in ("drain", "quarantine", "requeue"):
            asked = signed_in(new_person("Paul")).post(f"{PAGE}act", {"worker": worker, "act": act})
            assert asked.status_code == 404
        assert operator().post(f"{PAGE}act", {"worker": worker, "act": "other"}).status_code == 400
        assert not WorkerOrder.objects.filter(worker=worker).exists()
