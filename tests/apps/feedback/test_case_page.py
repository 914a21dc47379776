"""A case: every judgement with its evidence, the conversation, the facts; and who may look."""

import json
from html import unescape
from typing import Any

from uuid6 import uuid7

from apps.endpoints.models import Example, Prediction
from apps.feedback.models import Flag
from apps.feedback.services import assign, flag_prediction, set_status, write_message
from apps.sharing.services import revoke_link
from apps.sharing.withdrawal import withdraw
from atrium.access.principals import Member, Role
from atrium.tenancy.context import team_context
from tests.people import Lab, ready_version

from .cases import BOX, COVER, flagged, get, reviewer, words


def case(lab: Lab, flag: Flag, who: Member | None = None, **query: str) -> Any:
    return get(lab, who or lab.alice, f"{flag.thread_id}/", **query)


def replays(answer: Any) -> list[dict[str, Any]]:
    """What the page's script draws, from the page itself."""
    parts = answer.content.decode().split('data-replay="')[1:]
    return [json.loads(unescape(part.split('"')[0])) for part in parts]


def test_shows_the_judgement_with_its_evidence(lab: Lab) -> None:
    flag = flagged(lab, reviewer(lab, label="Ward review"), correction={"finding": "none"}, marks=[BOX])
    html = words(case(lab, flag))
    for part in (
        "It reads the marker.",
        "reader v1 · 1 edit · 1 mark",
        "Dana: should be",
        "<strong>none</strong>",
        "Model, as received",
        "Ward review, review",
        "84 <span",
        "Fluid here",
    ):
        assert part in html


def test_the_answer_stands_beside_the_originals(lab: Lab) -> None:
    flag = flagged(lab)
    with team_context(lab.alice):
        scores = [["none", 0.7], ["effusion", 0.3]]
        answer = {"finding": {"kind": "label", "scores": scores, "truncated": False}}
        Prediction.objects.filter(pk=flag.prediction_id).update(answer=answer)
    html = words(case(lab, flag))
    assert '<span>0.30</span> <span class="delta">−0.60</span>' in html
    assert '<span>0.70</span> <span class="delta">+0.60</span>' in html
    assert '<rect class="was" x="90.0%"' in html
    assert '<strong>effusion</strong> <span class="num">0.90</span>' in html


def test_an_unedited_case_is_compared_with_nothing(lab: Lab) -> None:
    dana = reviewer(lab)
    flag = flag_prediction(dana, lab.prediction(dana).pk, verdict="right")
    html = words(case(lab, flag))
    assert "delta" not in html
    assert "Ticks" not in html


def test_edits_and_marks_are_replayed_from_the_original(lab: Lab) -> None:
    flag = flagged(lab, marks=[BOX])
    [replay] = replays(case(lab, flag))
    assert replay["edits"] == [COVER]
    assert replay["marks"] == [BOX]
    assert replay["words"] == ["Cover, black, 20 × 20 %"]
    assert replay["original"].startswith(f"/t/{lab.team.slug}/pictures/")
    assert (replay["width"], replay["height"]) == (1, 1)


def test_inputs_without_a_picture_are_shown_plainly(lab: Lab) -> None:
    interface = {
        "inputs": [
            {"kind": "text", "name": "note"},
            {
                "kind": "table",
                "name": "row",
                "columns": [{"name": "age", "unit": "y"}, {"name": "ward", "choices": ["A", "B"]}],
            },
        ],
        "outputs": [{"kind": "number", "name": "risk", "unit": "%"}],
    }
    version = ready_version(lab.alice, lab.project, "risk", interface)
    dana = reviewer(lab)
    original = lab.prediction(dana)
    edited = lab.prediction(dana, original=original)
    with team_context(lab.alice):
        for prediction, age, risk in ((original, 61.0, 0.2), (edited, 71.5, 0.5)):
            prediction.version = version
            prediction.inputs = {
                "note": {"kind": "text", "value": "short <of> breath"},
                "row": {"kind": "table", "value": [age, 1]},
            }
            prediction.answer = {"risk": {"kind": "number", "value": risk, "unit": "%"}}
            prediction.save()
    flag = flag_prediction(dana, edited.pk, verdict="wrong", correction={"risk": 4.0})
    html = words(case(lab, flag))
    assert "short &lt;of&gt; breath" in html
    assert '71.5 y <span class="unit">was 61 y</span>' in html
    assert ">B<" in html.replace(" ", "")
    assert "<strong>0.20 %</strong>" in html
    assert "<strong>0.50 %</strong>" in html
    assert "+0.30" in html
    assert "<strong>4.00</strong>" in html


def test_several_reviewers_stand_together(lab: Lab) -> None:
    first = flagged(lab, reviewer(lab, "Dana"), message="Marker")
    with team_context(lab.alice):
        sha = bytes(first.thread.original_sha256)
    second = flagged(lab, reviewer(lab, "Henrik"), case=sha, message="Fold", verdict="right")
    assert first.thread_id == second.thread_id
    html = words(case(lab, first))
    assert "2 judgements" in html
    assert html.index("Judgement by Dana") < html.index("Judgement by Henrik")
    assert "To all 2 reviewers" in html
    assert "To Henrik only" in html


def test_the_case_is_called_by_its_example(lab: Lab) -> None:
    example = lab.example()
    with team_context(lab.alice):
        Example.objects.filter(pk=example.pk).update(title="Portable film")
    flag = flag_prediction(reviewer(lab), example.prediction_id, verdict="right")
    assert '<h2 id="subject">Portable film</h2>' in words(case(lab, flag))
    assert '<h2 id="subject">effusion 0.90</h2>' in words(case(lab, flagged(lab)))


def test_the_conversation_tells_what_was_said_and_done(lab: Lab) -> None:
    dana = reviewer(lab)
    flag = flagged(lab, dana)
    bob = lab.member("Bob", Role.MEMBER)
    write_message(dana, flag.thread_id, body="Third one today")
    write_message(bob, flag.thread_id, body="Looking\ninto it", internal=True)
    assign(bob, flag.thread_id, bob.membership_id)
    assign(lab.alice, flag.thread_id, lab.alice.membership_id)
    set_status(lab.alice, flag.thread_id, "resolved", version_id=lab.version.pk)
    set_status(lab.alice, flag.thread_id, "open")
    html = words(case(lab, flag))
    told = [
        "Third one today",
        "only for the team",
        "Looking<br>into it",
        "Bob took this",
        "Alice took this",
        "Alice resolved this by reader v1",
        "Alice opened this again",
    ]
    places = [html.index(part) for part in told]
    assert places == sorted(places)


def test_the_reply_says_how_it_reaches_the_reviewer(lab: Lab) -> None:
    assert "Reply to Dana, shown in the link</label>" in words(case(lab, flagged(lab))).replace(" </label>", "</label>")
    told = reviewer(lab, "Amina", "amina@example.org")
    assert "Reply to Amina, shown in the link and mailed" in words(case(lab, flagged(lab, told)))
    gone = reviewer(lab, "Henrik")
    flag = flagged(lab, gone)
    revoke_link(lab.alice, gone.grant.link_id)
    assert "Reply to Henrik, whose link has ended" in words(case(lab, flag))


def test_next_and_previous_have_their_keys(lab: Lab) -> None:
    first, second, third = (flagged(lab, message=text) for text in ("First", "Second", "Third"))
    html = words(case(lab, second))
    assert f'{first.thread_id}/?show=open" hx-push-url="true" data-key="j"' in html
    assert f'{third.thread_id}/?show=open" hx-push-url="true" data-key="k"' in html


def test_a_viewer_reads_without_buttons_and_is_told_who_can_change_that(lab: Lab) -> None:
    flag = flagged(lab)
    mine, theirs = words(case(lab, flag)), words(case(lab, flag, lab.member("Vera", Role.VIEWER)))
    for control in ('id="reply"', "Resolve…", 'id="assignee"'):
        assert control in mine
        assert control not in theirs
    assert "It reads the marker." in theirs
    assert "Your role is viewer: you read along. Alice can change that." in theirs


def test_a_withdrawn_case_keeps_its_verdict(lab: Lab) -> None:
    dana = reviewer(lab)
    flag = flagged(lab, dana)
    withdraw(dana)
    html = words(case(lab, flag))
    assert "Judgement by withdrawn" in html
    assert "It reads the marker." not in html
    assert "Wrong" in html


def test_a_strangers_case_is_not_found(lab: Lab, other_lab: Lab) -> None:
    flag = flagged(lab)
    assert case(lab, flag).status_code == 200
    assert case(lab, flag, other_lab.alice).status_code == 404
    assert get(other_lab, other_lab.alice, f"{flag.thread_id}/").status_code == 404
    assert get(lab, lab.alice, f"{uuid7()}/").status_code == 404
