"""A guest's wish to be forgotten: pixels, words, name and address go; verdict and classes stay."""

from apps.artifacts.models import Artifact
from apps.endpoints.models import Prediction
from apps.feedback.models import Flag, Message
from apps.feedback.services import flag_prediction, write_message
from apps.jobs.models import Job
from apps.registry.inputs import WITHDRAWN, withdrawn
from apps.sharing.models import GuestVisit
from apps.sharing.services import introduce
from apps.sharing.withdrawal import withdraw
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from tests.apps.jobs.conftest import waiting_job
from tests.people import Lab


def test_leaves_a_tombstone_and_nothing_of_the_guest(lab: Lab) -> None:
    dana = lab.guest()
    introduce(dana, name="Dana", email="dana@example.org")
    flagged, other = lab.prediction(dana), lab.prediction(dana)
    flag = flag_prediction(
        dana,
        flagged.pk,
        verdict="wrong",
        message="I know this patient",
        correction={"finding": "none"},
        marks=[{"kind": "point", "points": [[0.5, 0.5]], "note": "here"}],
    )
    write_message(dana, flag.thread_id, body="Call me.")
    with team_context(lab.alice):
        pictures = [prediction.inputs["film"]["original"] for prediction in (flagged, other)]
        Flag.objects.filter(pk=flag.pk).update(correction={"finding": "none", "report": "free words"})
    withdraw(dana)
    with team_context(lab.alice):
        kept = Flag.objects.get(pk=flag.pk)
        assert (kept.verdict, kept.message, kept.marks, kept.reviewer_name) == ("wrong", "", [], WITHDRAWN)
        assert kept.correction == {"finding": "none"}
        left = Prediction.objects.get(pk=flagged.pk)
        assert left.inputs == withdrawn(["film"])
        assert set(left.answer or {}) == {"finding"}
        assert not Prediction.objects.filter(pk=other.pk).exists()
        assert not Artifact.objects.filter(pk__in=pictures).exists()
        assert Message.objects.get(thread=flag.thread_id).body == WITHDRAWN
        visit = GuestVisit.objects.get(pk=dana.guest_id)
        assert (visit.name, visit.email) == ("", "")
        assert Event.objects.filter(what="guest.withdrew").count() == 1


def test_keeps_no_right_answer_in_the_guests_own_words(lab: Lab) -> None:
    dana = lab.guest()
    named, worded = lab.prediction(dana), lab.prediction(dana)
    flags = [
        flag_prediction(dana, named.pk, verdict="wrong", correction={"finding": "none"}),
        flag_prediction(dana, worded.pk, verdict="wrong", correction={"finding": "The fluid of Mr. Lee"}),
    ]
    withdraw(dana)
    with team_context(lab.alice):
        assert [Flag.objects.get(pk=flag.pk).correction for flag in flags] == [{"finding": "none"}, None]


def test_stops_what_still_waits(lab: Lab) -> None:
    dana = lab.guest()
    job = waiting_job(lab)
    with team_context(lab.alice):
        Prediction.objects.filter(pk=job.subject).update(author_kind="guest", author_id=dana.guest_id)
    withdraw(dana)
    with team_context(lab.alice):
        assert Job.objects.get(pk=job.pk).cancel_requested
        assert not Prediction.objects.filter(pk=job.subject).exists()


def test_touches_nobody_elses(lab: Lab) -> None:
    dana, emil = lab.guest(), lab.guest(name="Emil")
    theirs = lab.prediction(emil)
    flag_prediction(emil, theirs.pk, verdict="right", message="Fine.")
    withdraw(dana)
    with team_context(lab.alice):
        assert Flag.objects.get(prediction=theirs).message == "Fine."
