"""Flagged cases as a suite: what is expected of each, how a version did, and what that means for its promotion."""

from typing import Any

import pytest

from apps.endpoints.models import Prediction
from apps.endpoints.services import promote
from apps.feedback.chores import note_replay
from apps.feedback.models import Flag
from apps.registry.chores import version_decided
from apps.registry.models import Version
from apps.registry.services import change_version
from apps.suites.expected import outcome_of, read_expected
from apps.suites.models import Suite, SuiteCase, SuiteResult, SuiteRun
from apps.suites.runs import WINDOW, advance, cancel_run, open_runs, start_run
from apps.suites.selectors import Report, report_of
from apps.suites.services import add_cases, change_case, remove_case, set_refuses
from atrium.access.principals import Role, Scope
from atrium.audit.models import Event
from atrium.errors import Conflict, Invalid, NotPermitted
from atrium.tenancy.context import team_context
from tests.apps.feedback.cases import base, flagged, followed, signed_in, words
from tests.locks import until_waiting
from tests.people import Lab, ready_version
from tests.schema import Api
from tests.threads import Threads

pytestmark = pytest.mark.usefixtures("unanswered")


def label(name: str) -> dict[str, Any]:
    return {"finding": {"kind": "label", "scores": [[name, 0.8]], "truncated": False}}


def in_suite(lab: Lab, *corrections: str) -> list[Flag]:
    flags = [flagged(lab, correction={"finding": each}) for each in corrections]
    add_cases(lab.alice, lab.version.model_id, None)
    return flags


def answer_all(lab: Lab, answer: dict[str, Any] | None) -> None:
    """As the dispatcher and the chore after it do, until nothing is asked any more."""
    while True:
        with team_context(lab.alice):
            asked = SuiteResult.objects.filter(outcome="asked").values_list("answered_id", flat=True)
            ids = [pk for pk in asked if pk is not None]
            state = "succeeded" if answer else "failed"
            Prediction.objects.filter(pk__in=ids).update(state=state, answer=answer)
        if not ids:
            return
        for pk in ids:
            note_replay(str(lab.team.pk), str(pk))


def reported(lab: Lab, version: Version) -> Report:
    with team_context(lab.alice):
        report = report_of(Version.objects.select_related("model").get(pk=version.pk))
        assert report is not None
        return report


def test_a_new_version_is_asked_before_anybody_promotes_it(lab: Lab) -> None:
    in_suite(lab, "none", "effusion")
    second = ready_version(lab.alice, lab.project, "reader")
    version_decided(str(lab.team.pk), str(second.pk))
    version_decided(str(lab.team.pk), str(second.pk))  # told twice, it is asked once
    assert (lab.team.pk, reported(lab, second).run.pk) in open_runs()  # type: ignore[union-attr]
    answer_all(lab, label("none"))
    report = reported(lab, second)
    assert (report.counts["passed"], report.counts["failed"], report.passes) == (1, 1, False)
    html = words(signed_in(lab.alice).get(f"/t/{lab.team.slug}/films/models/reader/v{second.number}/"))
    assert "1 passed" in html
    assert "1 failed" in html
    page = signed_in(lab.alice).get(
        f"/t/{lab.team.slug}/films/models/reader/v{second.number}/promote/?endpoint={lab.endpoint.slug}"
    )
    assert "1 of 2 cases of the suite did not pass" in words(page)
    assert "all the same" in words(page)
    _, notices = promote(lab.alice, lab.endpoint.pk, second.pk)
    assert any("did not pass" in notice for notice in notices)


def test_a_suite_that_refuses_lets_pass_what_passes(lab: Lab) -> None:
    [flag] = in_suite(lab, "none")
    set_refuses(lab.alice, lab.version.model_id, True)
    second = ready_version(lab.alice, lab.project, "reader")
    with pytest.raises(Conflict, match="has not been asked"):
        promote(lab.alice, lab.endpoint.pk, second.pk)
    start_run(lab.alice, second.pk)
    with pytest.raises(Conflict, match="is being asked"):
        promote(lab.alice, lab.endpoint.pk, second.pk)
    answer_all(lab, label("effusion"))
    with pytest.raises(Conflict, match="did not pass"):
        promote(lab.alice, lab.endpoint.pk, second.pk)
    with team_context(lab.alice):
        case = SuiteCase.objects.get(judged=flag.prediction_id)
    change_case(lab.alice, case.pk, expected={"finding": {"is": "label", "value": "effusion"}})
    with pytest.raises(Conflict, match="changed since"):
        promote(lab.alice, lab.endpoint.pk, second.pk)
    start_run(lab.alice, second.pk)
    answer_all(lab, label("effusion"))
    endpoint, notices = promote(lab.alice, lab.endpoint.pk, second.pk)
    assert (endpoint.version_id, notices) == (second.pk, [])


def test_programs_of_admins_make_a_suite_refuse(lab: Lab, other_lab: Lab) -> None:
    path = f"models/{lab.version.model_id}/suite"
    bob = lab.member("Bob", Role.MEMBER)
    without = set(Scope) - {Scope.FEEDBACK_WRITE}
    refused = ((lab.token(member=bob), 403), (lab.token(*without), 403), (other_lab.token(), 404))
    for token, status in refused:
        assert Api(token).patch(path, {"refuses": True})[0] == status
    admin = Api(lab.token())
    assert admin.get(path)[1]["refuses"] is False
    assert admin.patch(path, {"refuses": "perhaps"})[0] == 400
    status, suite = admin.patch(path, {"refuses": True})
    assert (status, suite["refuses"], suite["cases"]) == (200, True, [])
    in_suite(lab, "none")
    second = ready_version(lab.alice, lab.project, "reader")
    status, told = admin.patch(f"endpoints/{lab.endpoint.pk}", {"version": str(second.pk)})
    assert (status, told["code"]) == (409, "suite_failing")
    assert admin.patch(path, {"refuses": False})[1]["refuses"] is False
    assert admin.patch(f"endpoints/{lab.endpoint.pk}", {"version": str(second.pk)})[0] == 200
    with team_context(lab.alice):
        acts = Event.objects.filter(what="suite.set_refuses").order_by("at")
        assert [(act.who, act.data["refuses"]) for act in acts] == [("token", True), ("token", False)]


def test_a_case_that_comes_as_a_run_begins_makes_it_old(lab: Lab) -> None:
    in_suite(lab, "none")
    late = flagged(lab, correction={"finding": "effusion"})
    with Threads(1) as other:
        with team_context(lab.alice):
            Suite.objects.select_for_update().get(model=lab.version.model_id)  # as who begins one does first
            added = other.submit(add_cases, lab.alice, lab.version.model_id, [late.prediction_id])
            until_waiting(1)
            start_run(lab.alice, lab.version.pk)
        assert len(added.result()) == 1
    report = reported(lab, lab.version)
    assert (len(report.results), report.is_old) == (1, True)


def test_a_run_asks_a_few_at_a_time_can_be_cancelled_and_begun_anew(lab: Lab) -> None:
    in_suite(lab, *["none"] * (WINDOW + 2))
    run = start_run(lab.alice, lab.version.pk)
    with pytest.raises(Conflict, match="being asked already"):
        start_run(lab.alice, lab.version.pk)
    advance(lab.team.pk, run.pk)
    assert reported(lab, lab.version).counts["asked"] == WINDOW
    cancel_run(lab.alice, run.pk)
    report = reported(lab, lab.version)
    assert report.run is not None
    assert (report.run.state, report.counts["unanswered"]) == (SuiteRun.State.CANCELLED, WINDOW + 2)
    start_run(lab.alice, lab.version.pk)
    answer_all(lab, label("none"))
    assert reported(lab, lab.version).passes


def test_what_gives_no_answer_does_not_pass(lab: Lab) -> None:
    in_suite(lab, "none")
    second = ready_version(lab.alice, lab.project, "reader")
    start_run(lab.alice, second.pk)
    answer_all(lab, None)
    assert reported(lab, second).counts["unanswered"] == 1
    change_version(lab.alice, second.pk, archived=True)
    start_run(lab.alice, second.pk)
    [result] = reported(lab, second).results
    assert (result.outcome, "archived" in result.problem) == ("unanswered", True)


def test_what_comes_in(lab: Lab, other_lab: Lab) -> None:
    unsaid, right = flagged(lab), flagged(lab, verdict="right")
    with pytest.raises(Invalid, match="Nobody has said"):
        add_cases(lab.alice, lab.version.model_id, [unsaid.prediction_id])
    [case] = add_cases(lab.alice, lab.version.model_id, [right.prediction_id])
    assert case.expected == {"finding": {"is": "as_before"}}
    assert add_cases(lab.alice, lab.version.model_id, [right.prediction_id]) == []
    with pytest.raises(Invalid):
        add_cases(lab.alice, lab.version.model_id, [flagged(other_lab).prediction_id])
    with pytest.raises(NotPermitted):
        add_cases(lab.member("Vera", Role.VIEWER), lab.version.model_id, None)
    with pytest.raises(NotPermitted):
        set_refuses(lab.member("Bob", Role.MEMBER), lab.version.model_id, True)
    client, thread = signed_in(lab.alice), f"{base(lab)}{right.thread_id}/"
    assert "its inputs are kept while it is there" in words(client.get(thread))
    told = words(followed(client, f"{base(lab)}{unsaid.thread_id}/suite"))
    assert "Nobody has said what the right answer is" in told
    remove_case(lab.alice, case.pk)
    assert "In no suite" in words(client.get(thread))


@pytest.mark.parametrize(
    ("expected", "now", "outcome"),
    [
        ({"a": {"is": "label", "value": "x"}}, {"a": {"kind": "label", "scores": [["x", 1.0]]}}, "passed"),
        ({"a": {"is": "label", "value": "y"}}, {"a": {"kind": "label", "scores": [["x", 1.0]]}}, "failed"),
        ({"a": {"is": "as_before"}}, {"a": {"kind": "label", "scores": [["x", 0.4]]}}, "passed"),
        ({"a": {"is": "as_before"}}, {"a": {"kind": "label", "scores": [["y", 0.4]]}}, "changed"),
        ({"n": {"is": "as_before"}}, {"n": {"kind": "number", "value": 10.4}}, "passed"),
        ({"n": {"is": "as_before", "tolerance": 0.1}}, {"n": {"kind": "number", "value": 10.4}}, "changed"),
        ({"n": {"is": "number", "value": 12.0, "tolerance": 2.0}}, {"n": {"kind": "number", "value": 10.0}}, "passed"),
        ({"i": {"is": "as_before"}}, {"i": {"kind": "image", "artifact": "2", "sha256": "s"}}, "passed"),
        ({"i": {"is": "as_before"}}, {"i": {"kind": "image", "artifact": "1", "sha256": "t"}}, "changed"),
        ({"a": {"is": "as_before"}}, {}, "changed"),
    ],
)
def test_outcomes(expected: dict[str, Any], now: dict[str, Any], outcome: str) -> None:
    before = {
        "a": {"kind": "label", "scores": [["x", 0.9]]},
        "n": {"kind": "number", "value": 10.0},
        "i": {"kind": "image", "artifact": "1", "sha256": "s"},
    }
    assert outcome_of(expected, before, now) == outcome


@pytest.mark.parametrize(
    "given",
    [
        None,
        {},
        {"none": {"is": "as_before"}},
        {"n": {"is": "label", "value": "x"}},
        {"n": {"is": "number", "value": "x"}},
        {"n": {"is": "number", "value": float("nan")}},
        {"n": {"is": "number", "value": 1, "tolerance": -1}},
        {"a": {"is": "label", "value": ""}},
        {"a": {"is": "as_before", "tolerance": 1}},
    ],
)
def test_what_cannot_be_expected(given: Any) -> None:
    answer = {"a": {"kind": "label", "scores": []}, "n": {"kind": "number", "value": 1.0}}
    with pytest.raises(Invalid):
        read_expected(given, answer)
