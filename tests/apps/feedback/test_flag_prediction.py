"""A reviewer judges a prediction; the judgements of one case meet in one thread."""

import math
from typing import Any

import pytest

from apps.endpoints.models import Prediction
from apps.feedback.filters import InboxFilters
from apps.feedback.models import Flag, Thread
from apps.feedback.selectors import inbox_for
from apps.feedback.services import flag_prediction, set_status
from atrium.access.principals import Guest, LinkRole, Role
from atrium.audit.models import Event
from atrium.errors import Invalid, NotFound, NotPermitted, QuotaExceeded
from atrium.tenancy.context import team_context
from tests.people import Lab, answered

BOX = {"kind": "box", "points": [[0.2, 0.3], [0.4, 0.5]]}


@pytest.fixture
def dana(lab: Lab) -> Guest:
    return lab.guest()


@pytest.fixture
def prediction(lab: Lab, dana: Guest) -> Prediction:
    return lab.prediction(dana, edits=[{"kind": "occlude", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}])


class TestFlagPrediction:
    def test_opens_a_thread_with_everything_needed_to_act(self, lab: Lab, dana: Guest, prediction: Prediction) -> None:
        flag = flag_prediction(
            dana,
            prediction.pk,
            verdict="wrong",
            message="The fluid is hidden",
            correction={"finding": "none"},
            marks=[BOX],
        )
        with team_context(lab.alice):
            [row] = inbox_for(lab.alice, lab.project, InboxFilters())
        assert (row.id, row.verdict, row.sentence) == (flag.thread_id, "wrong", "The fluid is hidden")
        assert (row.reviewer, row.edits, row.version, row.waiting) == ("Dana", 1, "reader v1", True)
        assert flag.correction == {"finding": "none"}
        with team_context(lab.alice):
            assert Flag.objects.get(pk=flag.pk).marks == [BOX]

    def test_the_right_answer_need_not_be_a_class_of_the_model(self, dana: Guest, prediction: Prediction) -> None:
        flag = flag_prediction(dana, prediction.pk, verdict="wrong", correction={"finding": "Atelectasis"})
        assert flag.correction == {"finding": "Atelectasis"}

    def test_is_audited_without_what_was_written(self, lab: Lab, dana: Guest, prediction: Prediction) -> None:
        flag = flag_prediction(dana, prediction.pk, verdict="wrong", message="The fluid is hidden")
        with team_context(lab.alice):
            event = Event.objects.get(what="prediction.flagged")
        assert (event.who, event.who_id, event.subject_id) == ("guest", dana.guest_id, prediction.pk)
        assert event.data == {"verdict": "wrong", "thread": str(flag.thread_id)}

    def test_a_second_judgement_replaces_the_first(self, lab: Lab, dana: Guest, prediction: Prediction) -> None:
        first = flag_prediction(dana, prediction.pk, verdict="wrong", message="Hidden", marks=[BOX])
        second = flag_prediction(dana, prediction.pk, verdict="unsure")
        assert first.pk == second.pk
        with team_context(lab.alice):
            [flag] = Flag.objects.all()
        assert (flag.verdict, flag.message, flag.marks) == ("unsure", "", [])

    def test_two_reviewers_judge_the_same_case_in_one_thread(self, lab: Lab, dana: Guest) -> None:
        henrik = lab.guest(name="Henrik")
        case = b"\x07" * 32
        hers, his = lab.prediction(dana, case=case), lab.prediction(henrik, case=case)
        first = flag_prediction(dana, hers.pk, verdict="wrong")
        second = flag_prediction(henrik, his.pk, verdict="right")
        assert first.thread_id == second.thread_id
        with team_context(lab.alice):
            [row] = inbox_for(lab.alice, lab.project, InboxFilters())
        assert row.verdicts == ("wrong", "right")

    def test_another_case_opens_another_thread(self, lab: Lab, dana: Guest, prediction: Prediction) -> None:
        first = flag_prediction(dana, prediction.pk, verdict="wrong")
        second = flag_prediction(dana, lab.prediction(dana).pk, verdict="wrong")
        assert first.thread_id != second.thread_id

    def test_opens_a_resolved_case_again(self, lab: Lab, dana: Guest, prediction: Prediction) -> None:
        flag = flag_prediction(dana, prediction.pk, verdict="wrong")
        set_status(lab.alice, flag.thread_id, "resolved")
        flag_prediction(dana, prediction.pk, verdict="unsure")
        with team_context(lab.alice):
            thread = Thread.objects.get(pk=flag.thread_id)
        assert (thread.status, thread.waiting) == ("open", True)

    def test_keeps_a_draft_that_was_judged(self, lab: Lab, dana: Guest) -> None:
        draft = lab.prediction(dana, kept=False)
        flag_prediction(dana, draft.pk, verdict="right")
        with team_context(lab.alice):
            assert Prediction.objects.get(pk=draft.pk).kept

    def test_a_judged_draft_is_one_of_the_links_cases(self, lab: Lab) -> None:
        dana = lab.guest(quota=1)
        first, second = (lab.prediction(dana, kept=False) for _ in range(2))
        for verdict in ("right", "unsure"):
            flag_prediction(dana, first.pk, verdict=verdict)
        with pytest.raises(QuotaExceeded):
            flag_prediction(dana, second.pk, verdict="right")
        flag_prediction(dana, lab.example().prediction_id, verdict="right")
        with team_context(lab.alice):
            assert not Flag.objects.filter(prediction=second).exists()
            assert Event.objects.filter(what="prediction.kept", who_id=dana.guest_id).count() == 1

    def test_a_guest_judges_an_example_of_its_link(self, lab: Lab, dana: Guest) -> None:
        example = lab.example()
        assert flag_prediction(dana, example.prediction_id, verdict="right").reviewer_name == "Dana"

    @pytest.mark.parametrize("role", [LinkRole.VIEW, LinkRole.TRY])
    def test_a_link_below_review_cannot_flag(self, lab: Lab, role: LinkRole) -> None:
        guest = lab.guest(role)
        mine = lab.prediction(guest)
        with pytest.raises(NotPermitted):
            flag_prediction(guest, mine.pk, verdict="wrong")
        reviewer = lab.guest(LinkRole.REVIEW)
        flag_prediction(reviewer, lab.prediction(reviewer).pk, verdict="wrong")

    def test_a_viewer_cannot_flag_and_a_member_can(self, lab: Lab, prediction: Prediction) -> None:
        with pytest.raises(NotPermitted):
            flag_prediction(lab.member("Vera", Role.VIEWER), prediction.pk, verdict="wrong")
        flag_prediction(lab.member("Bob", Role.MEMBER), prediction.pk, verdict="wrong")

    def test_a_guest_cannot_flag_what_the_link_does_not_show(self, lab: Lab, prediction: Prediction) -> None:
        with pytest.raises(NotFound):
            flag_prediction(lab.guest(name="Henrik"), prediction.pk, verdict="wrong")

    def test_a_stranger_learns_nothing(self, other_lab: Lab, prediction: Prediction) -> None:
        with pytest.raises(NotFound):
            flag_prediction(other_lab.alice, prediction.pk, verdict="wrong")

    def test_an_unanswered_prediction_cannot_be_judged(self, lab: Lab, dana: Guest) -> None:
        running = answered(lab, dana)
        with team_context(lab.alice):
            Prediction.objects.filter(pk=running.pk).update(state=Prediction.State.QUEUED)
        with pytest.raises(Invalid):
            flag_prediction(dana, running.pk, verdict="wrong")


@pytest.mark.parametrize(
    "mark",
    [
        {"kind": "box", "points": [[-0.1, 0], [1, 1]]},
        {"kind": "box", "points": [[0, 0], [1.01, 1]]},
        {"kind": "box", "points": [[0.5, 0.5], [0.5, 0.5]]},
        {"kind": "box", "points": [[math.nan, 0], [1, 1]]},
        {"kind": "polygon", "points": [[0, 0], [1, 1]]},
        {"kind": "circle", "points": [[0, 0], [1, 1]]},
        {"kind": "point", "points": [[0, 0]], "unknown": 1},
        "a box",
    ],
)
def test_a_mark_outside_the_image_is_refused(dana: Guest, prediction: Prediction, mark: Any) -> None:
    with pytest.raises(Invalid) as refused:
        flag_prediction(dana, prediction.pk, verdict="wrong", marks=[mark])
    assert refused.value.errors[0].field.startswith("marks")


@pytest.mark.parametrize("correction", [{"other": "none"}, "none", {"finding": 3}])
def test_a_correction_that_the_model_cannot_give_is_refused(
    dana: Guest, prediction: Prediction, correction: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        flag_prediction(dana, prediction.pk, verdict="wrong", correction=correction)
    assert refused.value.errors[0].field.startswith("correction")
