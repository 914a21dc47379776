"""A member who is named in a message for the team is told by mail, and finds the case under “@ me”."""

from pathlib import Path
from uuid import uuid4

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from apps.feedback.chores import mail_mention
from apps.feedback.mentions import named_in
from apps.feedback.models import Mention
from apps.feedback.services import write_message
from apps.users.models import User
from apps.users.services import choose_mails
from atrium.access.principals import Role
from atrium.tenancy.context import team_context
from tests.journeys.mailbox import Mailbox
from tests.people import Lab

from .cases import flagged, get, words

ADA, ADAM, BOB = uuid4(), uuid4(), uuid4()
PEOPLE = [(ADA, "Ada"), (ADAM, "Ada Mann"), (BOB, "bob@example.org")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("@Ada look", {ADA}),
        ("@ada, @ADA MANN!", {ADA, ADAM}),
        ("@Adamant", set()),
        ("Ada", set()),
        ("(@bob@example.org)", {BOB}),
        ("@@Ada", {ADA}),
        ("@", set()),
    ],
)
def test_names_are_found_behind_an_at(body: str, found: set[object]) -> None:
    assert named_in(body, PEOPLE) == found


def test_who_is_named_for_the_team_finds_the_case_and_is_mailed(lab: Lab, mails: Path) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    flag, other = flagged(lab), flagged(lab, message="Another")
    write_message(lab.alice, other.thread_id, body="@Bob is not told of what all can read.")
    write_message(lab.alice, flag.thread_id, body="@Bob and @Alice, is this the marker?", internal=True)
    with team_context(lab.alice):
        [mention] = Mention.objects.filter(thread__project=lab.project)
        assert mention.member_id == bob.membership_id
    html = words(get(lab, bob, show="mentions"))
    assert '@ me <span class="num">1</span>' in html
    assert "It reads the marker." in html
    assert "Another" not in html
    mail_mention(str(lab.team.pk), str(mention.pk))
    [text] = Mailbox(mails, User.objects.get(pk=bob.user_id).email).bodies()
    assert "is this the marker?" in text
    assert f"/inbox/{flag.thread_id}/" in text


def test_who_wishes_no_mail_gets_none(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    choose_mails(lab.people["bob"], mentions=False)
    flag = flagged(lab)
    write_message(lab.alice, flag.thread_id, body="@Bob", internal=True)
    with team_context(lab.alice):
        [mention] = Mention.objects.filter(member=bob.membership_id)
    assert not ProcrastinateJob.objects.filter(args__mention_id=str(mention.pk)).exists()
    choose_mails(lab.people["bob"], mentions=True)
    write_message(lab.alice, flag.thread_id, body="@Bob", internal=True)
    with team_context(lab.alice):
        last = Mention.objects.filter(member=bob.membership_id).order_by("pk").last()
    assert last is not None
    assert ProcrastinateJob.objects.filter(args__mention_id=str(last.pk)).exists()
