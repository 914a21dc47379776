"""What a link lends and to whom: roles, the quota, and one guest walled off from the next."""

import json

import pytest
from uuid6 import uuid7

from apps.feedback.services import flag_prediction, write_message
from apps.sharing.models import GuestVisit
from atrium.access.principals import Guest, LinkRole
from atrium.tenancy.context import team_context
from tests.apps.sharing.links import Browser, browser_of
from tests.people import Lab

pytestmark = pytest.mark.usefixtures("web_process")


@pytest.mark.parametrize(
    ("role", "tries", "judges"), [(LinkRole.VIEW, 403, 403), (LinkRole.TRY, 400, 403), (LinkRole.REVIEW, 400, 201)]
)
def test_each_role_lends_its_part_and_no_more(lab: Lab, role: LinkRole, tries: int, judges: int) -> None:
    example = lab.example().prediction
    browser = Browser(*lab.link(role))
    assert browser.get(f"predictions/{example.pk}").json()["answer"]["finding"]["kind"] == "label"
    assert browser.get(f"pictures/{example.inputs['film']['original']}").status_code == 200
    assert browser.ask({"inputs": {}}).status_code == tries
    assert browser.send(f"predictions/{example.pk}/flag", {"verdict": "wrong"}).status_code == judges


def test_a_guest_meets_nothing_of_another_on_the_same_link(lab: Lab) -> None:
    dana = lab.guest(name="Dana")
    erin = Guest(dana.team_id, uuid7(), dana.grant, "Erin")
    case = lab.prediction(dana)
    assert flag_prediction(dana, case.pk, verdict="wrong", message="Only for the team.").verdict == "wrong"
    picture = case.inputs["film"]["original"]
    hers, his = browser_of(dana), browser_of(erin)
    for rest in ("", "/thread"):
        assert hers.get(f"predictions/{case.pk}{rest}").status_code == 200
        assert his.get(f"predictions/{case.pk}{rest}").status_code == 404
    assert hers.get(f"pictures/{picture}").status_code == 200
    assert his.get(f"pictures/{picture}").status_code == 404
    for rest in ("keep", "cancel", "flag", "thread"):
        assert his.send(f"predictions/{case.pk}/{rest}", {"verdict": "right", "body": "x"}).status_code == 404
    again = {"inputs": {"film": {"prediction": str(case.pk)}}}
    refused = his.ask(again)
    assert refused.status_code == 400
    assert "no such prediction" in refused.json()["detail"]
    assert "Only for the team." in hers.get().content.decode()
    assert "Only for the team." not in his.get().content.decode()
    assert str(case.pk) not in his.get().content.decode()


def test_of_a_shared_thread_a_guest_reads_its_own_words_and_the_replies_to_it(lab: Lab) -> None:
    dana = lab.guest(name="Dana")
    erin = Guest(dana.team_id, uuid7(), dana.grant, "Erin")
    case = bytes(range(32))
    mine, theirs = lab.prediction(dana, case=case), lab.prediction(erin, case=case)
    flag = flag_prediction(dana, mine.pk, verdict="wrong", message="Dana's word.")
    flag_prediction(erin, theirs.pk, verdict="right", message="Erin's word.")
    write_message(lab.alice, flag.thread_id, body="To both.")
    write_message(lab.alice, flag.thread_id, body="To Erin.", to_reviewer=erin.guest_id)
    write_message(lab.alice, flag.thread_id, body="Among us.", internal=True)
    browser = browser_of(dana)
    said = json.dumps(browser.get(f"predictions/{mine.pk}/thread").json())
    assert "To both." in said
    for unheard in ("To Erin.", "Among us.", "Erin's word."):
        assert unheard not in said
    assert "To Erin." in json.dumps(browser_of(erin).get(f"predictions/{theirs.pk}/thread").json())


def test_a_quota_lends_so_many_kept_cases_and_no_more(lab: Lab) -> None:
    dana = lab.guest(quota=1)
    first, second = (lab.prediction(dana, kept=False) for _ in range(2))
    browser = browser_of(dana)
    assert browser.send(f"predictions/{first.pk}/keep").status_code == 200
    assert browser.send(f"predictions/{first.pk}/keep").status_code == 200
    refused = browser.send(f"predictions/{second.pk}/keep")
    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
    assert "All cases of this link are used" in refused.json()["detail"]


def test_a_guests_name_and_address_are_its_own_words_and_checked(lab: Lab) -> None:
    browser = Browser(*lab.link())
    assert browser.send("me", {"name": "Dana", "email": "nobody"}).json()["errors"][0]["field"] == "email"
    assert browser.send("me", {"name": "<b>Dana</b>", "email": "dana@example.org"}).status_code == 200
    assert "<b>Dana</b>" not in browser.get().content.decode()
    with team_context(lab.alice):
        assert GuestVisit.objects.get(email="dana@example.org").name == "<b>Dana</b>"
