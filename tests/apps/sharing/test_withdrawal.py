"""A guest deletes what is its own: pixels, text, name and address go; figures and a tombstone stay."""

import json

import pytest

from apps.artifacts.models import Artifact
from apps.endpoints.models import Prediction
from apps.feedback.models import Flag, Message
from apps.feedback.services import flag_prediction, write_message
from apps.sharing.models import GuestVisit, ReturnLink
from apps.sharing.services import introduce, return_secret
from atrium.access.door import system
from atrium.access.principals import Guest
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.apps.sharing.links import browser_of
from tests.people import Lab

MARK = {"kind": "point", "points": [[0.5, 0.5]]}


@pytest.fixture
def dana_and_erin(lab: Lab) -> tuple[dict[str, Prediction], Guest]:
    """Two guests on one link with a flagged case each; Dana has an unflagged attempt, a mail and words besides."""
    dana = lab.guest(name="Dr. Dana")
    introduce(dana, name="Dr. Dana", email="dana@example.org")
    made = {"flagged": lab.prediction(dana), "loose": lab.prediction(dana)}
    flag = flag_prediction(dana, made["flagged"].pk, verdict="wrong", message="Mr. Smith's film.", marks=[MARK])
    write_message(dana, flag.thread_id, body="Ask Mr. Smith.")
    with system(dana.team_id, "a test") as principal:
        return_secret(principal, GuestVisit.objects.get(pk=dana.guest_id))
    erin = lab.guest(name="Dr. Erin")
    introduce(erin, name="Dr. Erin", email="erin@example.org")
    made["erins"] = lab.prediction(erin)
    flag_prediction(erin, made["erins"].pk, verdict="right", message="Clear.")
    return made, dana


def test_only_tombstones_stay_of_what_was_withdrawn(
    lab: Lab, dana_and_erin: tuple[dict[str, Prediction], Guest]
) -> None:
    made, dana = dana_and_erin
    browser = browser_of(dana)
    pictures = {name: one.inputs["film"]["original"] for name, one in made.items()}
    assert browser.get(f"pictures/{pictures['flagged']}").status_code == 200
    assert browser.send("me", method="DELETE").json() == {"withdrawn": True}
    with team_context(lab.alice):
        assert not Prediction.objects.filter(pk=made["loose"].pk).exists()
        kept = Prediction.objects.get(pk=made["flagged"].pk)
        flag = Flag.objects.get(prediction=kept)
        assert (flag.verdict, flag.message, flag.marks, flag.reviewer_name) == ("wrong", "", [], "withdrawn")
        assert kept.version_id == made["flagged"].version_id
        assert kept.answer == made["flagged"].answer
        assert not Artifact.objects.filter(pk__in=[pictures["flagged"], pictures["loose"]]).exists()
        visit = GuestVisit.objects.get(pk=browser.me)
        assert (visit.name, visit.email) == ("", "")
        assert not ReturnLink.objects.filter(guest=visit).exists()
        texts = [*Message.objects.values_list("body", "author_name"), *Event.objects.values_list("what", "data")]
        left = json.dumps([kept.inputs, kept.edits, texts], default=str)
        assert "Smith" not in left
        assert "Dana" not in left
        assert Event.objects.filter(what="guest.withdrew").count() == 1
    assert browser.get(f"pictures/{pictures['flagged']}").status_code == 404


def test_what_others_brought_is_untouched(lab: Lab, dana_and_erin: tuple[dict[str, Prediction], Guest]) -> None:
    made, dana = dana_and_erin
    browser_of(dana).send("me", method="DELETE")
    with team_context(lab.alice):
        erins = Prediction.objects.get(pk=made["erins"].pk)
        assert erins.inputs == made["erins"].inputs
        assert Artifact.objects.filter(pk=erins.inputs["film"]["original"]).exists()
        assert Flag.objects.get(prediction=erins).message == "Clear."
        assert GuestVisit.objects.filter(email="erin@example.org").exists()
