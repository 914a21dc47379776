"""The list: what needs an answer first, then the newest; filters, search, and who may look."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.feedback.services import assign, set_status, write_message
from atrium.access.principals import Role
from tests.people import Lab

from .cases import base, flagged, get, reviewer, words


def sentences(answer: object) -> list[str]:
    """The list's titles, from top to bottom."""
    return [part.split("</span>")[0] for part in words(answer).split('<span class="title">')[1:]]


def test_what_waits_for_an_answer_comes_first_then_the_newest(lab: Lab) -> None:
    old, answered, new = (flagged(lab, message=text) for text in ("Old", "Answered", "New"))
    write_message(lab.alice, answered.thread_id, body="Thank you")
    assert sentences(get(lab, lab.alice)) == ["New", "Old", "Answered"]
    write_message(lab.alice, new.thread_id, body="Thank you")
    assert sentences(get(lab, lab.alice)) == ["Old", "New", "Answered"]
    assert old.thread_id != new.thread_id


def test_the_filters_choose_and_count(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    mine, theirs, done = (flagged(lab, message=text) for text in ("Mine", "Theirs", "Done"))
    assign(lab.alice, mine.thread_id, bob.membership_id)
    write_message(lab.alice, theirs.thread_id, body="Thank you")
    set_status(lab.alice, done.thread_id, "resolved")
    assert sentences(get(lab, bob)) == ["Mine", "Theirs"]
    assert sentences(get(lab, bob, show="mine")) == ["Mine"]
    assert sentences(get(lab, bob, show="waiting")) == ["Mine"]
    assert sentences(get(lab, bob, show="resolved")) == ["Done"]
    html = words(get(lab, bob))
    for word, count in (("Open", 2), ("Mine", 1), ("Waiting", 1), ("Resolved", 1)):
        assert f'{word} <span class="num">{count}</span>' in html
    assert "2 open · 1 resolved" in html
    assert sentences(get(lab, lab.alice, show="mine")) == []


def test_the_navigation_counts_open_cases(lab: Lab) -> None:
    flagged(lab)
    done = flagged(lab)
    set_status(lab.alice, done.thread_id, "resolved")
    html = words(get(lab, lab.alice))
    assert '<span class="visually-hidden">, open: </span>1</span>' in html
    assert f'data-counts="{base(lab)}socket"' in html


def test_the_search_reads_sentences_people_and_messages(lab: Lab) -> None:
    marker = flagged(lab, message="It reads the marker")
    flagged(lab, reviewer(lab, "Henrik"), message="A skin fold")
    write_message(lab.alice, marker.thread_id, body="Masked in v2")
    for looked_for, found in (
        ("MARKER", ["It reads the marker"]),
        ("henrik", ["A skin fold"]),
        ("masked", ["It reads the marker"]),
        ("nothing of this", []),
        ("100%", []),
        ("a\x00b", []),
    ):
        assert sentences(get(lab, lab.alice, q=looked_for)) == found
    assert "Nothing found for “nothing of this”" in words(get(lab, lab.alice, q="nothing of this"))


def test_a_case_is_listed_once_however_often_the_search_finds_it(lab: Lab) -> None:
    flag = flagged(lab, message="marker")
    for _ in range(3):
        write_message(lab.alice, flag.thread_id, body="marker, marker")
    assert sentences(get(lab, lab.alice, q="marker")) == ["marker"]


def test_an_empty_list_says_why(lab: Lab) -> None:
    assert "Send someone a link to start." in words(get(lab, lab.alice))
    assert "Nothing is assigned to you" in words(get(lab, lab.alice, show="mine"))
    assert "Nobody waits for an answer" in words(get(lab, lab.alice, show="waiting"))
    assert "Nothing is resolved yet" in words(get(lab, lab.alice, show="resolved"))


def test_more_than_a_page_is_a_click_away(lab: Lab) -> None:
    dana = reviewer(lab)
    for number in range(51):
        flagged(lab, dana, message=f"Case {number}")
    first = get(lab, lab.alice)
    assert len(sentences(first)) == 50
    assert "rows=100" in words(first)
    more = get(lab, lab.alice, rows="100")
    assert len(sentences(more)) == 51
    assert "Show more" not in words(more)
    assert len(sentences(get(lab, lab.alice, rows="-3"))) == 50


def test_a_longer_list_asks_the_database_no_oftener(lab: Lab) -> None:
    dana = reviewer(lab)
    first = flagged(lab, dana)
    assign(lab.alice, first.thread_id, lab.alice.membership_id)

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert get(lab, lab.alice, path).status_code == 200
        return len(queries)

    paths = ("", f"{first.thread_id}/")
    before = [asked(path) for path in paths]
    for _ in range(3):
        more = flagged(lab, dana)
        assign(lab.alice, more.thread_id, lab.alice.membership_id)
    assert [asked(path) for path in paths] == before


def test_what_strangers_write_is_text(lab: Lab) -> None:
    flagged(lab, reviewer(lab, "<b>Dana</b>"), message="<script>alert(1)</script>")
    html = get(lab, lab.alice).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<b>Dana" not in html


def test_viewers_read_strangers_and_guests_find_nothing(lab: Lab, other_lab: Lab) -> None:
    flagged(lab, message="Seen")
    assert sentences(get(lab, lab.member("Vera", Role.VIEWER))) == ["Seen"]
    assert get(lab, other_lab.alice).status_code == 404
    assert sentences(get(other_lab, other_lab.alice)) == []
    answer = Client().get(base(lab))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
