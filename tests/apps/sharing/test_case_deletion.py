"""A guest deletes one case of its own: it goes with its picture and words; of a judgement the bare verdict stays."""

import json
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from uuid6 import uuid7

from apps.artifacts.models import Artifact
from apps.endpoints.models import Prediction
from apps.feedback.models import Flag, Message, Thread
from apps.feedback.replays import try_on
from apps.feedback.services import flag_prediction, write_message
from apps.registry.inputs import WITHDRAWN, withdrawn
from apps.sharing.withdrawal import withdraw_case
from apps.suites.models import SuiteCase
from apps.suites.services import add_cases
from atrium import storage
from atrium.access.principals import Guest
from atrium.audit.models import Event
from atrium.errors import NotFound
from atrium.tenancy.context import team_context
from tests.apps.sharing.links import Browser, browser_of
from tests.apps.sharing.test_guest_socket import PATIENCE, open_socket
from tests.locks import until_waiting
from tests.people import PIXEL, Lab
from tests.threads import Threads

LARGE = PIXEL + bytes(settings.INLINE_BYTES)
"""So large that it lies in the store."""
MARK = {"kind": "point", "points": [[0.5, 0.5]]}


def delete(browser: Browser, prediction: Prediction) -> Any:
    return browser.send(f"cases/{prediction.pk}", method="DELETE")


def cases(browser: Browser, before: str = "") -> list[str]:
    return [case["original"] for case in browser.get(f"cases{before}").json()["cases"]]


def attempt_on(lab: Lab, guest: Guest, original: Prediction) -> Prediction:
    return lab.prediction(guest, original=original, case=bytes(original.original_sha256))


def test_a_case_goes_with_its_attempts_and_no_other(lab: Lab) -> None:
    dana, erin = lab.guest(), lab.guest(name="Erin")
    browser = browser_of(dana)
    first, second = lab.prediction(dana, picture=LARGE), lab.prediction(dana)
    tried, theirs = attempt_on(lab, dana, first), lab.prediction(erin)
    assert cases(browser) == [str(first.pk), str(second.pk)]
    with team_context(lab.alice):
        keys = [artifact.key for artifact in Artifact.objects.filter(pk=first.inputs["film"]["original"])]
    assert [storage.size(key) for key in keys] == [len(LARGE)]
    assert delete(browser, tried).json() == {"deleted": 2, "stripped": 0, "pictures": 2}
    assert cases(browser) == [str(second.pk)]
    with team_context(lab.alice):
        assert set(Prediction.objects.values_list("pk", flat=True)) == {second.pk, theirs.pk}
        pictures = [one.inputs["film"]["original"] for one in (first, tried, second, theirs)]
        assert Artifact.objects.filter(pk__in=pictures).count() == 2
        done = Event.objects.get(what="guest.deleted_case")
        assert (done.who_id, done.data) == (dana.guest_id, {"deleted": 2, "stripped": 0, "pictures": 2})
    assert [storage.size(key) for key in keys] == [None]
    assert browser.get(f"predictions/{first.pk}").status_code == 404
    assert delete(browser, first).status_code == 404


def test_of_a_judgement_the_verdict_stays_and_is_nobodys(lab: Lab) -> None:
    dana = lab.guest()
    browser, judged, other = browser_of(dana), lab.prediction(dana), lab.prediction(dana)
    right = {"finding": "none"}
    flag = flag_prediction(dana, judged.pk, verdict="wrong", message="Mr. Smith.", correction=right, marks=[MARK])
    write_message(dana, flag.thread_id, body="Ask Mr. Smith.")
    kept = flag_prediction(dana, other.pk, verdict="right", message="Clear.")
    assert delete(browser, judged).json() == {"deleted": 0, "stripped": 1, "pictures": 1}
    assert cases(browser) == [str(other.pk)]
    assert browser.get(f"predictions/{judged.pk}/thread").status_code == 404
    with team_context(lab.alice):
        left = Flag.objects.get(pk=flag.pk)
        assert (left.verdict, left.correction, left.message, left.marks) == ("wrong", {"finding": "none"}, "", [])
        assert left.reviewer_name == WITHDRAWN
        assert Message.objects.get(thread=flag.thread_id).body == WITHDRAWN
        prediction = Prediction.objects.get(pk=judged.pk)
        assert prediction.inputs == withdrawn(["film"])
        assert dana.guest_id not in {left.reviewer_id, prediction.author_id}
        assert bytes(prediction.request_sha256) != bytes(judged.request_sha256)  # sent again, it is asked anew
        assert Flag.objects.get(pk=kept.pk).message == "Clear."
        told = Event.objects.filter(what="thread.withdrawn").values_list("subject_id", flat=True)
        assert list(told) == [flag.thread_id]
    with ZipFile(BytesIO(b"".join(browser.get("data").streaming_content))) as archive:
        data = json.loads(archive.read("data.json"))
    assert [one["id"] for one in data["predictions"]] == [str(other.pk)]
    assert [one["prediction"] for one in data["flags"]] == [str(other.pk)]


def test_an_example_stays_and_what_was_tried_on_it_goes(lab: Lab) -> None:
    example = lab.example().prediction
    dana = lab.guest()
    browser = browser_of(dana)
    assert delete(browser, example).status_code == 403
    tried = attempt_on(lab, dana, example)
    flag_prediction(dana, example.pk, verdict="wrong", message="Mr. Smith.")
    assert delete(browser, example).json() == {"deleted": 1, "stripped": 0, "pictures": 1}
    flag_prediction(dana, example.pk, verdict="right", message="Now it is.")
    assert delete(browser, example).status_code == 200
    with team_context(lab.alice):
        assert not Prediction.objects.filter(pk=tried.pk).exists()
        assert Prediction.objects.get(pk=example.pk).inputs == example.inputs
        assert [flag.verdict for flag in Flag.objects.filter(prediction=example)] == ["right"]  # the later replaces


def test_what_was_said_stays_where_another_case_hangs_on_it(lab: Lab) -> None:
    dana = lab.guest()
    first, again = lab.prediction(dana, case=b"1" * 32), lab.prediction(dana, case=b"1" * 32)
    flag = flag_prediction(dana, first.pk, verdict="wrong")
    flag_prediction(dana, again.pk, verdict="wrong")
    write_message(dana, flag.thread_id, body="Twice the same.")
    for case, body in ((first, "Twice the same."), (again, WITHDRAWN)):
        delete(browser_of(dana), case)
        with team_context(lab.alice):
            assert Message.objects.get(thread=flag.thread_id).body == body


def test_suites_and_answers_of_other_versions_let_go(lab: Lab) -> None:
    dana = lab.guest()
    judged = lab.prediction(dana)
    flag = flag_prediction(dana, judged.pk, verdict="wrong", correction={"finding": "none"})
    add_cases(lab.alice, lab.version.model_id, [judged.pk])
    [made] = try_on(lab.alice, flag.thread_id, lab.version.pk)
    assert delete(browser_of(dana), judged).json()["stripped"] == 1
    with team_context(lab.alice):
        assert not SuiteCase.objects.exists()
        assert Event.objects.filter(what="suite.lost_case").count() == 1
        assert made.answered_id is not None
        assert not Prediction.objects.filter(pk=made.answered_id).exists()
        assert Thread.objects.filter(pk=flag.thread_id).exists()


def test_nobody_elses_case_is_found(lab: Lab) -> None:
    dana = lab.guest()
    case = lab.prediction(dana)
    on_the_same_link, on_another = replace(dana, guest_id=uuid7()), lab.guest(name="Erin")
    for other in (on_the_same_link, on_another):
        assert delete(browser_of(other), case).status_code == 404
    with team_context(lab.alice):
        assert Prediction.objects.filter(pk=case.pk).exists()


def test_what_is_judged_just_then_goes_too(lab: Lab) -> None:
    dana = lab.guest()
    case = lab.prediction(dana)
    with Threads(1) as other:
        with team_context(dana):
            flag_prediction(dana, case.pk, verdict="wrong", message="I know this patient")
            gone = other.submit(withdraw_case, dana, case.pk)
            until_waiting(1)
        assert gone.result().stripped == 1
    with team_context(lab.alice):
        assert [flag.message for flag in Flag.objects.all()] == [""]
        assert Prediction.objects.get(pk=case.pk).inputs == withdrawn(["film"])


@pytest.mark.parametrize("was_judged", [False, True])
def test_what_is_being_deleted_is_not_there_to_be_judged(lab: Lab, was_judged: bool) -> None:
    dana = lab.guest()
    case = lab.prediction(dana)
    if was_judged:
        flag_prediction(dana, case.pk, verdict="unsure")
    with Threads(1) as other:
        with team_context(dana):
            withdraw_case(dana, case.pk)
            judged = other.submit(flag_prediction, dana, case.pk, verdict="wrong", message="I know this patient")
            until_waiting(1)
        with pytest.raises(NotFound):
            judged.result()
    with team_context(lab.alice):
        assert [flag.message for flag in Flag.objects.all()] == [""] * was_judged


def test_a_form_of_another_site_deletes_nothing(lab: Lab) -> None:
    dana = lab.guest()
    case = lab.prediction(dana)
    browser = browser_of(dana)
    browser.client.handler.enforce_csrf_checks = True
    assert delete(browser, case).status_code == 403
    with team_context(lab.alice):
        assert Prediction.objects.filter(pk=case.pk).exists()


def test_earlier_cases_come_page_by_page(lab: Lab) -> None:
    dana = lab.guest()
    first, second = lab.prediction(dana), lab.prediction(dana)
    browser = browser_of(dana)
    assert browser.get(f"cases?before={second.pk}").json()["earlier"] is False
    assert cases(browser, f"?before={second.pk}") == [str(first.pk)]
    assert cases(browser, f"?before={first.pk}") == []
    assert browser.get("cases?before=soon").status_code == 400


@pytest.mark.usefixtures("web_process")
def test_other_pages_of_the_guest_hear_of_it(lab: Lab) -> None:
    dana = lab.guest()
    case = lab.prediction(dana)
    browser, erins = browser_of(dana), browser_of(lab.guest(name="Erin"))
    with (
        open_socket(f"{browser.url}socket", browser.cookies()) as socket,
        open_socket(f"{erins.url}socket", erins.cookies()) as other,
    ):
        delete(browser, case)
        assert json.loads(socket.recv(timeout=PATIENCE)) == {"type": "deleted", "original": str(case.pk)}
        browser.send("me", method="DELETE")
        assert json.loads(socket.recv(timeout=PATIENCE)) == {"type": "deleted", "original": None}
        with pytest.raises(TimeoutError):
            other.recv(timeout=0.2)
