"""Who asks, what is kept, and what it draws on; no worker runs."""

import pytest

from apps.explanations.models import Explanation
from apps.explanations.services import cancel, cost_before, explain
from apps.explanations.words import methods_for
from apps.feedback.deletion import forget_author
from apps.feedback.services import flag_prediction
from apps.jobs.models import Job, Quota
from apps.projects.services import change_project
from atrium.access.principals import LinkRole, Role
from atrium.errors import Conflict, Invalid, NotPermitted, Problem
from atrium.tenancy.context import team_context
from gpu_workers.protocol.interface import ImageInput, Interface, LabelOutput
from gpu_workers.protocol.vectors import VectorOutput
from tests.people import Lab

pytestmark = pytest.mark.usefixtures("unanswered")

ASKED = {"method": "occlusion"}


@pytest.fixture
def lab(lab: Lab) -> Lab:
    """Its endpoint is of a pool that nobody serves."""
    lab.endpoint.pool = "deserted"
    with team_context(lab.alice):
        lab.endpoint.save(update_fields=["pool"])
    return lab


def test_a_guest_asks_where_the_project_has_opened_it(lab: Lab) -> None:
    guest = lab.guest()
    mine = lab.prediction(guest)
    with pytest.raises(NotPermitted):
        explain(guest, mine.pk, ASKED)
    change_project(lab.alice, lab.project.pk, guests_explain=True)
    assert explain(guest, mine.pk, ASKED).asker_id == guest.guest_id
    trying = lab.guest(LinkRole.TRY)
    with pytest.raises(NotPermitted):
        explain(trying, lab.prediction(trying).pk, ASKED)


def test_a_viewer_looks_and_does_not_ask(lab: Lab) -> None:
    with pytest.raises(NotPermitted):
        explain(lab.member("Vera", Role.VIEWER), lab.prediction(lab.alice).pk, ASKED)


def test_it_is_one_of_a_links_cases(lab: Lab) -> None:
    change_project(lab.alice, lab.project.pk, guests_explain=True)
    guest = lab.guest(quota=1)
    case = lab.prediction(guest).pk
    explain(guest, case, ASKED)
    assert explain(guest, case, ASKED).stored
    with pytest.raises(Problem, match="All cases of this link are used"):
        explain(guest, case, ASKED | {"options": {"fill": "black"}})
    with team_context(lab.alice):
        assert Quota.objects.get(subject=guest.grant.link_id).used == 1
        assert Explanation.objects.filter(prediction=case).count() == 1


def test_what_was_stopped_is_asked_anew(lab: Lab) -> None:
    case = lab.prediction(lab.alice).pk
    first = explain(lab.alice, case, ASKED)
    assert cancel(lab.member("Bob", Role.MEMBER), first.pk).state == "cancelled"
    again = explain(lab.alice, case, ASKED)
    assert again.pk != first.pk
    with team_context(lab.alice):
        assert Job.objects.get(subject=first.pk).cancel_requested
        assert list(Explanation.objects.filter(prediction=case).values_list("pk", flat=True)) == [again.pk]


def test_a_case_without_an_answer_has_no_why(lab: Lab) -> None:
    failed = lab.prediction(lab.alice, state="failed")
    with pytest.raises(Conflict, match="Only a case that was answered"):
        cost_before(lab.alice, failed.pk, ASKED)


def test_what_a_live_function_answered_is_refused_in_words(lab: Lab) -> None:
    prediction = lab.prediction(lab.alice)
    with team_context(lab.alice):
        type(lab.version).objects.filter(pk=lab.version.pk).update(format="live")
    with pytest.raises(Problem, match="somebody's notebook"):
        explain(lab.alice, prediction.pk, ASKED)


def test_what_was_withdrawn_is_not_explained_any_more(lab: Lab) -> None:
    guest = lab.guest()
    prediction = lab.prediction(guest)
    flag_prediction(guest, prediction.pk, verdict="wrong")
    found = explain(lab.alice, prediction.pk, ASKED)
    with team_context(lab.alice):
        forget_author(guest.guest_id, keep_examples=False)
        assert not Explanation.objects.filter(pk=found.pk).exists()
    with pytest.raises(Problem, match="withdrawn by who brought them"):
        explain(lab.alice, prediction.pk, ASKED)


def test_an_output_that_was_not_answered_has_no_why(lab: Lab) -> None:
    """As of a case that somebody took back, whose answers keep classes alone."""
    silent = lab.prediction(lab.alice)
    with team_context(lab.alice):
        type(silent).objects.filter(pk=silent.pk).update(answer={})
    with pytest.raises(Conflict, match="was not answered with “finding”"):
        explain(lab.alice, silent.pk, ASKED)


def test_marks_are_the_same_question_whatever_is_noted_beside_them(lab: Lab) -> None:
    case = lab.prediction(lab.alice).pk
    mark = {"kind": "box", "points": [[0, 0], [0.5, 0.5]]}

    def asked(**more: str) -> Explanation:
        options = {"regions": "marks", "marks": [mark | more]}
        return explain(lab.alice, case, {"method": "ablation", "options": options})

    first = asked()
    assert asked(note="the marker", input="film").pk == first.pk
    with pytest.raises(Invalid) as refused:
        asked(input="other")
    assert refused.value.errors[0].message == "A mark lies on “other”, and it is “film” that is covered."


def test_no_method_is_offered_where_no_answer_can_be_followed() -> None:
    film, likeness = ImageInput(name="film"), VectorOutput(name="embedding")
    finding = LabelOutput(name="finding", classes=("a", "b"))
    assert "occlusion" in [one["method"] for one in methods_for(Interface((film,), (likeness, finding)))]
    assert methods_for(Interface((film,), (likeness,))) == []
