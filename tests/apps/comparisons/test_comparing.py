"""Versions asked the same cases, side by side: what is asked, what is shown, what is refused, what is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from apps.comparisons.asking import WINDOW, advance, open_comparisons
from apps.comparisons.models import ComparedAnswer, Comparison
from apps.comparisons.selectors import progress_of
from apps.comparisons.services import add_cases, ask_again, change_comparison, create_comparison, delete_comparison
from apps.endpoints.chores import sweep_team
from apps.endpoints.models import Prediction
from apps.feedback.deletion import delete_prediction, forget_author
from apps.registry.models import Version
from apps.registry.services import change_version, delete_version
from atrium.access.principals import Role
from atrium.errors import Conflict, Invalid, NotFound, NotPermitted
from atrium.tenancy.context import team_context
from tests.apps.feedback.cases import flagged, signed_in, words
from tests.comparing import answer, compared, label, read_comparison, second_version
from tests.people import INTERFACE, Lab, ready_version
from tests.schema import Api

pytestmark = pytest.mark.usefixtures("unanswered")


def pages(lab: Lab) -> str:
    return f"/t/{lab.team.slug}/{lab.project.slug}/endpoints/{lab.endpoint.slug}/comparisons/"


def told(lab: Lab, comparison: Comparison) -> tuple[int, int, int]:
    """(answered, waiting, failed)."""
    with team_context(lab.alice):
        progress = progress_of([comparison])[comparison.pk]
    return progress.answered, progress.waiting, progress.failed


def test_two_versions_are_asked_and_stand_side_by_side(lab: Lab) -> None:
    case = lab.prediction(lab.alice)
    comparison = compared(lab, [case.pk])
    page = f"{pages(lab)}{comparison.pk}/"
    assert "is being asked" in words(signed_in(lab.alice).get(page))
    answer(lab, comparison, {1: label("effusion", 0.9), 2: label("none", 0.7)})
    html = words(signed_in(lab.alice).get(page))
    assert "none instead of effusion" in html
    assert html.count("What was asked") == 1
    assert html.index("reader v1</h2>") < html.index("reader v2</h2>")
    assert comparison.name in words(signed_in(lab.alice).get(pages(lab)))
    assert "Compared in" in words(signed_in(lab.alice).get(f"/t/{lab.team.slug}/predictions/{case.pk}"))


def test_two_vectors_are_told_apart_by_their_angle(lab: Lab) -> None:
    comparison = compared(lab, [lab.prediction(lab.alice).pk])
    vectors = {at: {"embedding": {"kind": "vector", "values": values, "norm": 1.0}} for at, values in TURNED.items()}
    answer(lab, comparison, vectors)
    html = words(signed_in(lab.alice).get(f"{pages(lab)}{comparison.pk}/"))
    assert "cosine 0.600" in html
    assert html.count("2 numbers, norm 1.00") == 2


TURNED = {1: [1.0, 0.0], 2: [0.6, 0.8]}


def test_several_cases_are_a_table_and_a_page_each(lab: Lab) -> None:
    cases = [lab.prediction(lab.alice).pk for _ in range(3)]
    comparison = compared(lab, cases)
    answer(lab, comparison, {1: label("none", 0.9), 2: label("none", 0.7)})
    client, page = signed_in(lab.alice), f"{pages(lab)}{comparison.pk}/"
    html = words(client.get(page))
    assert all(f"Case {number}" in html for number in (1, 2, 3))
    assert "Case 1" not in words(client.get(page, {"only": "differing"}))
    html = words(client.get(f"{page}2/"))
    assert "2 of 3" in html
    assert "the same class, −0.20" in html
    assert client.get(f"{page}4/").status_code == 404


def test_a_few_are_asked_at_a_time(lab: Lab) -> None:
    cases = [lab.prediction(lab.alice).pk for _ in range(WINDOW)]
    comparison = compared(lab, cases)
    advance(lab.team.pk, comparison.pk)
    with team_context(lab.alice):
        assert Prediction.objects.filter(compared_answers__case__comparison=comparison).count() == WINDOW
    assert (lab.team.pk, comparison.pk) in open_comparisons()
    answer(lab, comparison, {1: label("none"), 2: label("none")})
    assert told(lab, comparison) == (2 * WINDOW, 0, 0)
    assert (lab.team.pk, comparison.pk) not in open_comparisons()


def test_what_failed_is_told_and_asked_again(lab: Lab) -> None:
    comparison = compared(lab, [lab.prediction(lab.alice).pk])
    answer(lab, comparison, {1: label("none"), 2: None})
    client, page = signed_in(lab.alice), f"{pages(lab)}{comparison.pk}/"
    html = words(client.get(page))
    assert "The model failed." in html
    assert "1 of 2 answers is missing" in html
    assert ask_again(lab.alice, comparison.pk) == 1
    assert told(lab, comparison) == (1, 1, 0)
    answer(lab, comparison, {1: label("none"), 2: label("none")})
    assert told(lab, comparison) == (2, 0, 0)
    assert ask_again(lab.alice, comparison.pk) == 0


def test_a_version_that_cannot_be_asked_any_more_says_why(lab: Lab) -> None:
    second, cases = second_version(lab), [lab.prediction(lab.alice).pk for _ in range(WINDOW)]
    comparison = compared(lab, cases, second)
    change_version(lab.alice, second.pk, archived=True)
    answer(lab, comparison, {1: label("none"), 2: label("none")})
    with team_context(lab.alice):
        problems = set(ComparedAnswer.objects.exclude(problem="").values_list("problem", flat=True))
    assert [each for each in problems if "archived" in each]
    assert told(lab, comparison)[2] > 0


def test_what_is_refused(lab: Lab, other_lab: Lab) -> None:
    case, second = lab.prediction(lab.alice).pk, second_version(lab)
    both = [lab.version.pk, second.pk]

    def make(**given: Any) -> Comparison:
        return create_comparison(lab.alice, lab.endpoint.pk, **({"versions": both, "predictions": [case]} | given))

    with pytest.raises(Invalid, match="2 to 4"):
        make(versions=both[:1])
    with pytest.raises(Invalid, match="2 to 4"):
        make(versions=[lab.version.pk] * 2)
    with pytest.raises(NotFound):
        make(versions=[lab.version.pk, other_lab.version.pk])
    with pytest.raises(Invalid, match="at least one case"):
        make(predictions=[])
    with pytest.raises(Invalid, match="no case of"):
        make(predictions=[other_lab.prediction(other_lab.alice).pk])
    with pytest.raises(Invalid, match="none of examples"):
        make(sources=["everywhere"])
    number = {"inputs": INTERFACE["inputs"], "outputs": [{"kind": "number", "name": "size"}]}
    other = ready_version(lab.alice, lab.project, "other", number)
    with pytest.raises(Conflict, match="something else"):
        make(versions=[lab.version.pk, other.pk])
    with pytest.raises(NotPermitted):
        create_comparison(lab.member("Vera", Role.VIEWER), lab.endpoint.pk, versions=both, predictions=[case])
    with pytest.raises(NotFound):
        create_comparison(other_lab.alice, lab.endpoint.pk, versions=both, predictions=[case])
    with team_context(lab.alice):
        assert not Comparison.objects.exists()


def test_cases_come_from_the_examples_and_the_inbox(lab: Lab) -> None:
    lab.example()
    flagged(lab)
    comparison = compared(lab, [], sources=["examples", "inbox"])
    with team_context(lab.alice):
        assert comparison.cases.count() == 2
    assert add_cases(lab.alice, comparison.pk, sources=["examples"], predictions=[lab.prediction(lab.alice).pk]) == 1
    change_comparison(lab.alice, comparison.pk, closed=True)
    with pytest.raises(Conflict, match="closed"):
        add_cases(lab.alice, comparison.pk, sources=["examples"])
    read = read_comparison(lab, lab.prediction(lab.alice).pk)
    with pytest.raises(Conflict, match="reads it already"):
        add_cases(lab.alice, read.pk, sources=["examples"])


def test_the_form_offers_what_there_is_and_makes_one(lab: Lab) -> None:
    second = second_version(lab)
    case = lab.prediction(lab.alice)
    lab.example()
    client, page = signed_in(lab.alice), f"{pages(lab)}new/"
    html = words(client.get(page, {"case": str(case.pk)}))
    assert all(each in html for each in ("Chosen", "Examples", "reader v2", "· served"))
    assert "One effusion 0.90 by reader v1" in " ".join(strip_tags(html).split())
    assert "Choose at least one case" in words(client.post(page, {"version": [str(lab.version.pk), str(second.pk)]}))
    given = {"version": [str(lab.version.pk), str(second.pk)], "case": str(case.pk), "blind": "on"}
    made = client.post(page, given)
    assert made.status_code == 303
    with team_context(lab.alice):
        comparison = Comparison.objects.get()
        assert comparison.is_blind
        assert comparison.name == "reader v1 and reader v2"
    assert client.post(page, {"version": "x", "case": "y"}).status_code == 400


def test_cases_and_answers_are_kept_and_a_compared_version_stays(lab: Lab) -> None:
    second = second_version(lab)
    case = lab.prediction(lab.alice)
    comparison = compared(lab, [case.pk], second)
    answer(lab, comparison, {1: label("none"), 2: label("none")})
    with team_context(lab.alice):
        Prediction.objects.update(created_at=timezone.now() - timedelta(days=4000))
        sweep_team()
        assert Prediction.objects.count() == 3
    with pytest.raises(Conflict, match="a comparison"):
        delete_version(lab.alice, second.pk)
    delete_comparison(lab.alice, comparison.pk)
    with team_context(lab.alice):
        assert list(Prediction.objects.values_list("pk", flat=True)) == [case.pk]
    delete_version(lab.alice, second.pk)
    with team_context(lab.alice):
        assert not Version.objects.filter(pk=second.pk).exists()


def test_a_deleted_case_takes_its_answers_along(lab: Lab) -> None:
    cases = [lab.prediction(lab.alice) for _ in range(2)]
    comparison = compared(lab, [each.pk for each in cases])
    answer(lab, comparison, {1: label("none"), 2: label("none")})
    delete_prediction(lab.alice, cases[0].pk)
    with team_context(lab.alice):
        assert comparison.cases.count() == 1
        assert Prediction.objects.count() == 3
    assert signed_in(lab.alice).get(f"{pages(lab)}{comparison.pk}/").status_code == 200


def test_what_a_guest_withdraws_is_not_asked_any_more(lab: Lab) -> None:
    guest = lab.guest()
    case = flagged(lab, guest).prediction
    comparison = compared(lab, [case.pk])
    answer(lab, comparison, {1: label("none"), 2: label("none")})
    with team_context(lab.alice):
        forget_author(guest.guest_id, keep_examples=False)
    assert told(lab, comparison) == (0, 0, 2)
    assert "Its answer was deleted." in words(signed_in(lab.alice).get(f"{pages(lab)}{comparison.pk}/"))
    ask_again(lab.alice, comparison.pk)
    assert "inputs are gone" in words(signed_in(lab.alice).get(f"{pages(lab)}{comparison.pk}/"))


def test_who_deletes_what_was_read(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    read, unread = (
        read_comparison(lab, lab.prediction(lab.alice).pk),
        compared(lab, [lab.prediction(lab.alice).pk]),
    )
    with pytest.raises(NotPermitted, match="only admins"):
        delete_comparison(bob, read.pk)
    delete_comparison(bob, unread.pk)
    delete_comparison(lab.alice, read.pk)
    with team_context(lab.alice):
        assert not Comparison.objects.exists()


def test_by_rest(lab: Lab) -> None:
    api, second = Api(lab.token()), second_version(lab)
    case = lab.prediction(lab.alice)
    path = f"endpoints/{lab.endpoint.pk}/comparisons"
    body = {"versions": [str(lab.version.pk), str(second.pk)], "predictions": [str(case.pk)], "name": "Both"}
    key = {"Idempotency-Key": "k"}
    status, made = api.post(path, body, **key)
    assert status == 201
    assert api.post(path, body, **key)[1]["id"] == made["id"]
    with team_context(lab.alice):
        comparison = Comparison.objects.get(pk=made["id"])
    answer(lab, comparison, {1: label("none"), 2: label("effusion")})
    here = f"comparisons/{made['id']}"
    [one] = api.get(here)[1]["cases"]
    assert [each["differs"] for each in one["answers"]] == [[], ["finding"]]
    assert [each["state"] for each in one["answers"]] == ["succeeded", "succeeded"]
    assert [each["name"] for each in api.get(path)[1]["results"]] == ["Both"]
    assert api.post(f"{here}/cases", {"predictions": [str(lab.prediction(lab.alice).pk)]})[0] == 201
    assert api.post(f"{here}/again")[0] == 202
    assert api.patch(here, {"closed": True})[1]["closed"]
    assert api.delete(here)[0] == 204
