"""Answering, assigning, resolving: each by the page's own forms, each refused to whom it is not for."""

from uuid import UUID

import pytest

from apps.feedback.models import Flag, Message, Thread
from apps.feedback.selectors import messages_of, thread_for
from apps.feedback.services import flag_prediction, set_status, write_message
from atrium.access.principals import Guest, Role
from atrium.audit.models import Event
from atrium.errors import Invalid, NotFound, NotPermitted
from atrium.tenancy.context import team_context
from tests.locks import until_waiting
from tests.people import Lab, ready_version
from tests.threads import Threads

from .cases import base, flagged, post, reviewer, words


@pytest.fixture
def dana(lab: Lab) -> Guest:
    return reviewer(lab)


@pytest.fixture
def flag(lab: Lab, dana: Guest) -> Flag:
    return flagged(lab, dana)


def thread_of(lab: Lab, flag: Flag) -> Thread:
    with team_context(lab.alice):
        return Thread.objects.select_related("resolved_version__model").get(pk=flag.thread_id)


def read_by(guest: Guest, thread_id: UUID) -> list[str]:
    with team_context(guest):
        return [message.body for message in messages_of(guest, thread_for(guest, thread_id))]


class TestReply:
    def test_the_reviewer_reads_it_and_the_case_waits_no_more(self, lab: Lab, dana: Guest, flag: Flag) -> None:
        answer = post(lab, lab.alice, flag.thread_id, "reply?show=waiting&q=x", {"body": "Fixed in v2"})
        assert answer.status_code == 303
        assert answer["Location"] == f"{base(lab)}{flag.thread_id}/?show=waiting&q=x"
        assert read_by(dana, flag.thread_id) == ["Fixed in v2"]
        assert not thread_of(lab, flag).waiting

    def test_a_note_for_the_team_stays_there_and_answers_nobody(self, lab: Lab, dana: Guest, flag: Flag) -> None:
        post(lab, lab.alice, flag.thread_id, "reply", {"body": "Check the holdout", "internal": "on"})
        assert read_by(dana, flag.thread_id) == []
        assert thread_of(lab, flag).waiting

    def test_one_of_several_reviewers_alone(self, lab: Lab, dana: Guest, flag: Flag) -> None:
        henrik = reviewer(lab, "Henrik")
        with team_context(lab.alice):
            sha = bytes(flag.thread.original_sha256)
        flagged(lab, henrik, case=sha)
        post(lab, lab.alice, flag.thread_id, "reply", {"body": "To Henrik", "to": str(henrik.guest_id)})
        post(lab, lab.alice, flag.thread_id, "reply", {"body": "To all", "to": ""})
        assert read_by(henrik, flag.thread_id) == ["To Henrik", "To all"]
        assert read_by(dana, flag.thread_id) == ["To all"]

    def test_a_reviewer_never_reads_anothers_words(self, lab: Lab, dana: Guest, flag: Flag) -> None:
        henrik = reviewer(lab, "Henrik")
        with team_context(lab.alice):
            sha = bytes(flag.thread.original_sha256)
        flagged(lab, henrik, case=sha)
        write_message(dana, flag.thread_id, body="Between us")
        assert read_by(henrik, flag.thread_id) == []
        assert read_by(dana, flag.thread_id) == ["Between us"]

    def test_the_guest_of_another_link_sees_nothing(self, lab: Lab, flag: Flag) -> None:
        henrik = reviewer(lab, "Henrik")
        with pytest.raises(NotFound):
            read_by(henrik, flag.thread_id)
        with pytest.raises(NotFound):
            write_message(henrik, flag.thread_id, body="Hello")

    def test_nothing_is_refused_beside_the_field_and_keeps_the_rest(self, lab: Lab, flag: Flag) -> None:
        answer = post(lab, lab.alice, flag.thread_id, "reply", {"body": " \n ", "internal": "on"})
        assert answer.status_code == 422
        html = words(answer)
        assert "Write a sentence first." in html
        assert 'name="internal" checked' in html
        assert f'action="{base(lab)}{flag.thread_id}/reply?' in html

    def test_too_much_is_refused_and_kept_in_the_field(self, lab: Lab, flag: Flag) -> None:
        answer = post(lab, lab.alice, flag.thread_id, "reply", {"body": "x" * 5001})
        assert answer.status_code == 422
        assert "x" * 5001 in words(answer)
        with team_context(lab.alice):
            assert not Message.objects.exists()

    @pytest.mark.parametrize("to", ["nobody", "01a213dc-9415-7d88-8a4f-1210094b945d"])
    def test_to_somebody_without_a_flag_is_refused(self, lab: Lab, flag: Flag, to: str) -> None:
        assert post(lab, lab.alice, flag.thread_id, "reply", {"body": "Hello", "to": to}).status_code == 422

    def test_is_audited_without_the_text(self, lab: Lab, flag: Flag) -> None:
        post(lab, lab.alice, flag.thread_id, "reply", {"body": "Fixed in v2"})
        with team_context(lab.alice):
            event = Event.objects.get(what="thread.wrote")
        assert (event.subject_id, event.user_id) == (flag.thread_id, lab.alice.user_id)
        assert "Fixed" not in str(event.data)

    def test_a_guests_answer_opens_a_resolved_case(self, lab: Lab, dana: Guest, flag: Flag) -> None:
        set_status(lab.alice, flag.thread_id, "resolved")
        write_message(dana, flag.thread_id, body="It is still wrong")
        thread = thread_of(lab, flag)
        assert (thread.status, thread.waiting) == ("open", True)


class TestAssign:
    def test_to_a_colleague_and_to_nobody(self, lab: Lab, flag: Flag) -> None:
        bob = lab.member("Bob", Role.MEMBER)
        assert post(lab, bob, flag.thread_id, "assign", {"assignee": str(bob.membership_id)}).status_code == 303
        assert thread_of(lab, flag).assignee_id == bob.membership_id
        post(lab, bob, flag.thread_id, "assign", {"assignee": ""})
        assert thread_of(lab, flag).assignee_id is None

    def test_not_to_a_member_of_another_team(self, lab: Lab, other_lab: Lab, flag: Flag) -> None:
        values = {"assignee": str(other_lab.alice.membership_id)}
        assert post(lab, lab.alice, flag.thread_id, "assign", values).status_code == 404


class TestResolve:
    def test_by_a_version_and_open_again(self, lab: Lab, flag: Flag) -> None:
        version = ready_version(lab.alice, lab.project, "reader")
        values = {"status": "resolved", "version": str(version.pk)}
        assert post(lab, lab.alice, flag.thread_id, "status", values).status_code == 303
        thread = thread_of(lab, flag)
        assert (thread.status, str(thread.resolved_version), thread.waiting) == ("resolved", "reader v2", False)
        post(lab, lab.alice, flag.thread_id, "status", {"status": "open"})
        thread = thread_of(lab, flag)
        assert (thread.status, thread.resolved_version) == ("open", None)

    def test_not_by_a_version_of_another_team(self, lab: Lab, other_lab: Lab, flag: Flag) -> None:
        values = {"status": "resolved", "version": str(other_lab.version.pk)}
        assert post(lab, lab.alice, flag.thread_id, "status", values).status_code == 404
        assert thread_of(lab, flag).status == "open"

    def test_not_to_a_status_that_there_is_not(self, lab: Lab, flag: Flag) -> None:
        with pytest.raises(Invalid):
            set_status(lab.alice, flag.thread_id, "lost")
        assert post(lab, lab.alice, flag.thread_id, "status", {"status": "lost"}).status_code in (400, 422)


ACTS = {
    "reply": {"body": "Hello"},
    "assign": {"assignee": ""},
    "status": {"status": "resolved"},
}


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_may_look_and_not_act(lab: Lab, flag: Flag, act: str) -> None:
    vera, bob = lab.member("Vera", Role.VIEWER), lab.member("Bob", Role.MEMBER)
    assert post(lab, vera, flag.thread_id, act, ACTS[act]).status_code == 403
    assert post(lab, bob, flag.thread_id, act, ACTS[act]).status_code == 303


@pytest.mark.parametrize("act", ACTS)
def test_a_stranger_finds_nothing_to_act_on(lab: Lab, other_lab: Lab, flag: Flag, act: str) -> None:
    assert post(lab, other_lab.alice, flag.thread_id, act, ACTS[act]).status_code == 404
    assert post(other_lab, other_lab.alice, flag.thread_id, act, ACTS[act]).status_code == 404
    assert thread_of(lab, flag).status == "open"


def test_a_link_below_review_cannot_write(lab: Lab, flag: Flag) -> None:
    with pytest.raises((NotFound, NotPermitted)):
        write_message(lab.guest(name="Eve"), flag.thread_id, body="Hello")


class TestAtOnce:
    def test_a_note_that_is_written_as_the_case_is_resolved_opens_it_not_again(self, lab: Lab, flag: Flag) -> None:
        with Threads(1) as other:
            with team_context(lab.alice):
                set_status(lab.alice, flag.thread_id, "resolved")
                note = other.submit(write_message, lab.alice, flag.thread_id, body="For the record.", internal=True)
                until_waiting(1)
            assert note.result().internal
        assert thread_of(lab, flag).status == Thread.Status.RESOLVED


@pytest.mark.usefixtures("unanswered")
@pytest.mark.parametrize("act", ["writes", "judges again"])
def test_what_a_reviewer_opens_again_is_resolved_by_no_version(lab: Lab, dana: Guest, flag: Flag, act: str) -> None:
    set_status(lab.alice, flag.thread_id, "resolved", version_id=lab.version.pk)
    assert thread_of(lab, flag).resolved_version == lab.version
    if act == "writes":
        write_message(dana, flag.thread_id, body="It is still there.")
    else:
        flag_prediction(dana, flag.prediction_id, verdict="wrong")
    thread = thread_of(lab, flag)
    assert (thread.status, thread.resolved_version) == ("open", None)
