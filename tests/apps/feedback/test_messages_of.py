"""Who reads what of a conversation that several reviewers share."""

from apps.feedback.models import Thread
from apps.feedback.selectors import messages_of
from apps.feedback.services import flag_prediction, write_message
from atrium.access.principals import Guest
from atrium.tenancy.context import team_context
from tests.people import Lab


def read(who: Guest, thread: Thread) -> list[str]:
    with team_context(who):
        return [message.body for message in messages_of(who, thread)]


def test_a_guest_reads_what_was_written_since_its_own_flag(lab: Lab) -> None:
    example = lab.example().prediction
    dana, henrik = lab.guest(), lab.guest(name="Henrik")
    thread = flag_prediction(dana, example.pk, verdict="wrong").thread
    write_message(lab.alice, thread.pk, body="To Dana's flag")
    write_message(dana, thread.pk, body="From Dana")
    flag_prediction(henrik, example.pk, verdict="unsure")
    write_message(lab.alice, thread.pk, body="To both")
    write_message(lab.alice, thread.pk, body="To Dana alone", to_reviewer=dana.guest_id)
    write_message(lab.alice, thread.pk, body="Among us", internal=True)
    assert read(dana, thread) == ["To Dana's flag", "From Dana", "To both", "To Dana alone"]
    assert read(henrik, thread) == ["To both"]
    with team_context(lab.alice):
        assert len(messages_of(lab.alice, thread)) == 5


def test_a_flag_sent_again_hides_no_answer(lab: Lab) -> None:
    example = lab.example().prediction
    dana = lab.guest()
    thread = flag_prediction(dana, example.pk, verdict="wrong").thread
    write_message(lab.alice, thread.pk, body="Which part?")
    flag_prediction(dana, example.pk, verdict="right_wrong_reason")
    assert read(dana, thread) == ["Which part?"]
