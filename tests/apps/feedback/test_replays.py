"""A flagged case asked anew of another version: before and after, for the team and for who flagged."""

from typing import Any
from uuid import UUID

import pytest

from apps.endpoints.chores import sweep_team
from apps.endpoints.models import Prediction
from apps.endpoints.replaying import KIND
from apps.feedback.chores import note_replay
from apps.feedback.expectations import is_as_before, is_met
from apps.feedback.models import Flag, Replay
from apps.feedback.replays import try_on
from apps.feedback.services import set_status
from apps.jobs.models import Job
from apps.projects.services import create_project
from apps.registry.services import change_version
from apps.sharing.conversations import thread_view
from atrium.access.door import token_for
from atrium.access.principals import Guest, Role, Scope
from atrium.audit.models import Event
from atrium.errors import Conflict, NotPermitted, Problem
from atrium.tenancy.context import team_context
from tests.people import INTERFACE, Lab, ready_version

from .cases import COVER, base, flagged, followed, get, post, reviewer, signed_in, words

pytestmark = pytest.mark.usefixtures("unanswered")

NONE: dict[str, Any] = {"finding": {"kind": "label", "scores": [["none", 0.8], ["effusion", 0.2]], "truncated": False}}


def end(lab: Lab, thread_id: UUID, answer: dict[str, Any] | None = None) -> None:
    """As the dispatcher and the chore after it do."""
    with team_context(lab.alice):
        ids = list(Replay.objects.filter(thread=thread_id).values_list("answered_id", flat=True))
        state = Prediction.State.SUCCEEDED if answer else Prediction.State.FAILED
        error = None if answer else {"code": "model_failed", "message": "The model stopped."}
        Prediction.objects.filter(pk__in=ids).update(state=state, answer=answer, error=error)
    for pk in filter(None, ids):
        note_replay(str(lab.team.pk), str(pk))


def said(lab: Lab, guest: Guest, flag: Flag) -> list[str]:
    with team_context(guest):
        return [message["body"] for message in thread_view(guest, flag.thread)["messages"]]


def test_a_version_that_resolves_is_asked_what_was_judged_with_its_edits(lab: Lab) -> None:
    guest = reviewer(lab)
    flag = flagged(lab, guest, correction={"finding": "none"})
    second = ready_version(lab.alice, lab.project, "reader")
    set_status(lab.alice, flag.thread_id, "resolved", version_id=second.pk)
    with team_context(lab.alice):
        [made] = Replay.objects.select_related("answered", "judged").filter(thread=flag.thread_id)
        assert made.answered is not None
        assert (made.answered.version_id, made.answered.edits) == (second.pk, [COVER])
        assert (made.answered.inputs, made.answered.author_kind) == (made.judged.inputs, "system")
        job = Job.objects.get(subject=made.answered.pk)
        assert (job.kind, job.version_id, set(job.input["inputs"])) == (KIND, second.pk, {"film"})
        assert job.input["inputs"]["film"]["sha256"] == made.judged.inputs["film"]["sha256"]
    html = words(get(lab, lab.alice, f"{flag.thread_id}/"))
    assert "is being asked" in html
    assert said(lab, guest, flag) == []
    end(lab, flag.thread_id, NONE)
    html = words(get(lab, lab.alice, f"{flag.thread_id}/"))
    assert "the correction is met" in html
    assert "Ticks: reader v1" in html
    assert said(lab, guest, flag) == ["Answered anew by reader v2: now none 0.80. Your correction is met."]
    with team_context(lab.alice):
        assert Event.objects.get(what="thread.answered_anew").data["told"] is True


def test_trying_resolves_nothing_and_tells_no_reviewer(lab: Lab) -> None:
    guest = reviewer(lab)
    flag = flagged(lab, guest, correction={"finding": "effusion"})
    second = ready_version(lab.alice, lab.project, "reader")
    post(lab, lab.alice, flag.thread_id, "try", {"version": str(second.pk)})
    end(lab, flag.thread_id, NONE)
    html = words(get(lab, lab.alice, f"{flag.thread_id}/"))
    assert "the correction is not met" in html
    assert "tried, not told to reviewers" in html
    assert "tried this on reader v2" in html
    assert said(lab, guest, flag) == []
    set_status(lab.alice, flag.thread_id, "resolved", version_id=second.pk)
    with team_context(lab.alice):
        assert Replay.objects.filter(thread=flag.thread_id).count() == 1  # what was answered is not asked again
    assert said(lab, guest, flag) == ["Answered anew by reader v2: now none 0.80. Your correction is not met yet."]


def test_another_reviewer_of_the_case_hears_nothing_of_it(lab: Lab) -> None:
    flag = flagged(lab)
    other = reviewer(lab, "Don")
    theirs = flagged(lab, other, case=bytes(flag.prediction.original_sha256))
    assert theirs.thread_id == flag.thread_id
    set_status(lab.alice, flag.thread_id, "resolved", version_id=ready_version(lab.alice, lab.project, "reader").pk)
    end(lab, flag.thread_id, NONE)
    assert len(said(lab, other, theirs)) == 1


@pytest.mark.parametrize("how", ["archived", "another interface", "files gone", "withdrawn"])
def test_what_cannot_be_asked_is_said(lab: Lab, how: str) -> None:
    flag = flagged(lab)
    interface = INTERFACE | {"outputs": [{"kind": "number", "name": "size"}]}
    second = ready_version(lab.alice, lab.project, "reader", interface if how == "another interface" else None)
    told = {
        "archived": "is archived. Bring it back first.",
        "another interface": "takes or answers something else.",
        "files gone": "Its inputs are gone",
        "withdrawn": "Its inputs are gone",
    }[how]
    with team_context(lab.alice):
        judged = Prediction.objects.get(pk=flag.prediction_id)
        if how == "files gone":
            judged.artifacts.get().artifact.delete()
        if how == "withdrawn":
            judged.inputs = {"film": {"kind": "text", "value": "withdrawn"}}
            judged.save(update_fields=["inputs"])
    if how == "archived":
        change_version(lab.alice, second.pk, archived=True)
    with pytest.raises(Problem, match=told):
        try_on(lab.alice, flag.thread_id, second.pk)
    client, form = signed_in(lab.alice), {"version": str(second.pk)}
    assert told in words(followed(client, f"{base(lab)}{flag.thread_id}/try", form))
    set_status(lab.alice, flag.thread_id, "resolved", version_id=second.pk)
    html = words(get(lab, lab.alice, f"{flag.thread_id}/"))
    assert "could not be asked" in html
    assert told in html
    with team_context(lab.alice):
        assert not Job.objects.filter(kind=KIND).exists()


def test_an_answer_that_failed_is_asked_again(lab: Lab) -> None:
    flag = flagged(lab)
    second = ready_version(lab.alice, lab.project, "reader")
    [first] = try_on(lab.alice, flag.thread_id, second.pk)
    end(lab, flag.thread_id)
    assert "The model stopped." in words(get(lab, lab.alice, f"{flag.thread_id}/"))
    [again] = try_on(lab.alice, flag.thread_id, second.pk)
    assert (again.pk, again.answered_id != first.answered_id) == (first.pk, True)


def test_rights(lab: Lab, other_lab: Lab) -> None:
    flag, vera = flagged(lab), lab.member("Vera", Role.VIEWER)
    second = ready_version(lab.alice, lab.project, "reader")
    with pytest.raises(NotPermitted):
        try_on(vera, flag.thread_id, second.pk)
    with pytest.raises(Problem):
        try_on(lab.alice, flag.thread_id, other_lab.version.pk)
    writes = token_for(lab.token(Scope.FEEDBACK_WRITE, Scope.MODELS_READ))
    with pytest.raises(NotPermitted):
        try_on(writes, flag.thread_id, second.pk)
    set_status(writes, flag.thread_id, "resolved", version_id=second.pk)
    with team_context(lab.alice):
        assert "does not allow predictions" in Replay.objects.get(thread=flag.thread_id).refused


def test_what_was_answered_anew_stays_with_the_case(lab: Lab) -> None:
    flag = flagged(lab)
    [made] = try_on(lab.alice, flag.thread_id, ready_version(lab.alice, lab.project, "reader").pk)
    end(lab, flag.thread_id, NONE)
    with team_context(lab.alice):
        Prediction.objects.filter(replays=made).update(created_at="2020-01-01T00:00:00Z")
        sweep_team()
        assert Prediction.objects.filter(replays=made).exists()
        asked = made.answered_id
        Replay.objects.all().delete()
        sweep_team()
        assert asked not in Prediction.objects.values_list("pk", flat=True)


@pytest.mark.parametrize(
    ("wanted", "answer", "tolerance", "met"),
    [
        ("a", {"kind": "label", "scores": [["a", 0.6], ["b", 0.4]]}, None, True),
        ("b", {"kind": "label", "scores": [["a", 0.6], ["b", 0.4]]}, None, False),
        ("a", {"kind": "label", "scores": []}, None, False),
        (10.0, {"kind": "number", "value": 10.5}, None, True),
        (10.0, {"kind": "number", "value": 10.51}, None, False),
        (-10.0, {"kind": "number", "value": -10.5}, None, True),
        (0.0, {"kind": "number", "value": 0.01}, None, False),
        (10.0, {"kind": "number", "value": 12.0}, 2.0, True),
        (10.0, {"kind": "number", "value": None}, 2.0, False),
        ("Fluid", {"kind": "text", "value": " Fluid\n"}, None, True),
        ("Fluid", {"kind": "text", "value": "fluid"}, None, False),
        ("Fluid", None, None, False),
    ],
)
def test_when_an_answer_is_what_it_should_be(wanted: object, answer: Any, tolerance: float | None, met: bool) -> None:
    assert is_met(wanted, answer, tolerance) is met


def test_a_version_of_another_project_is_none(lab: Lab) -> None:
    flag = flagged(lab)
    elsewhere = ready_version(lab.alice, create_project(lab.alice, name="Sounds"), "reader")
    with pytest.raises(Conflict):
        try_on(lab.alice, flag.thread_id, elsewhere.pk)


def test_a_vector_is_as_before_where_its_direction_nearly_is() -> None:
    def vector(*values: float) -> dict[str, Any]:
        return {"kind": "vector", "values": list(values), "norm": 1.0}

    assert is_as_before(vector(1, 0), vector(2, 0.05))
    assert not is_as_before(vector(1, 0), vector(1, 0.05))
    assert not is_as_before(vector(1, 0), vector(1))
    assert is_as_before(vector(0, 0), vector(0, 0))
