"""Search in the inbox: what is read, what comes first, whose it is, and that the index is used."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from apps.endpoints.models import Endpoint
from apps.feedback.deletion import forget_author
from apps.feedback.filters import InboxFilters
from apps.feedback.models import Thread
from apps.feedback.selectors import inbox_for
from apps.feedback.services import assign, flag_prediction, set_status, write_message
from apps.projects.services import create_project
from atrium.tenancy.context import team_context
from tests.people import Lab
from tests.services import site

from .cases import BOX, flagged, get, reviewer, words


def found(lab: Lab, search: str = "", **filters: Any) -> list[str]:
    with team_context(lab.alice):
        return [row.sentence for row in inbox_for(lab.alice, lab.project, InboxFilters(search=search, **filters))]


def test_it_reads_all_that_is_said_of_a_case(lab: Lab) -> None:
    flag = flagged(lab, reviewer(lab, "Santos"), message="Portable marker", marks=[BOX])
    flagged(lab, message="Something else")
    write_message(lab.alice, flag.thread_id, body="Masked in the corner", internal=True)
    for looked_for in ("portable", "santos", "fluid here", "masked corner", "santos masked", "Alice", '"the corner"'):
        assert found(lab, looked_for) == ["Portable marker"], looked_for
    for looked_for in ("portable else", '"corner the"', "portable -masked", "!", "a & b |", "'", "\\"):
        assert found(lab, looked_for) == [], looked_for
    assert sorted(found(lab, "portable or else")) == ["Portable marker", "Something else"]


def test_a_correction_is_found(lab: Lab) -> None:
    flagged(lab, message="Not this", correction={"finding": "Atelectasis"})
    assert found(lab, "atelec") == ["Not this"]


def test_a_reviewers_sentence_counts_more_than_a_message_in_passing(lab: Lab) -> None:
    said = flagged(lab, message="pacemaker")
    passing = flagged(lab, message="A wire")
    write_message(lab.alice, passing.thread_id, body="Perhaps it is a pacemaker")
    assert said.thread_id != passing.thread_id
    assert found(lab, "pacemaker") == ["pacemaker", "A wire"]


def test_what_is_taken_back_or_renamed_is_found_by_its_new_words_only(lab: Lab) -> None:
    dana = reviewer(lab)
    flag = flagged(lab, dana, message="First thought")
    flag_prediction(dana, flag.prediction_id, verdict="wrong", message="Second thought")
    assert found(lab, "first") == []
    with team_context(lab.alice):
        endpoint = Thread.objects.get(pk=flag.thread_id).endpoint
        Endpoint.objects.filter(pk=endpoint.pk).update(name="Zebra ward")
    assert found(lab, "zebra") == ["Second thought"]
    with team_context(lab.alice):
        forget_author(dana.guest_id, keep_examples=True)
    assert found(lab, "second") == []
    assert found(lab, "withdrawn") == [""]


def test_another_project_or_team_finds_nothing(lab: Lab, other_lab: Lab) -> None:
    flagged(lab, message="Confidential")
    assert found(other_lab, "confidential") == []
    with team_context(other_lab.alice), connection.cursor() as cursor:
        cursor.execute("SELECT atrium.cases_found(%s, 'confidential')", [lab.project.pk])
        assert cursor.fetchall() == []


@pytest.mark.parametrize("status", ["open", "resolved", ""])
def test_a_word_of_nearly_all_cases_leads_to_the_newest(lab: Lab, status: str) -> None:
    """As one of few does, though by another way: both are bound, whole, and of this project and state alone."""
    dana = reviewer(lab)
    for number in range(10):
        one = flagged(lab, dana, message=f"common {'rare' if number == 0 else ''} {number}")
        if number % 2:
            set_status(lab.alice, one.thread_id, "resolved")
    elsewhere = flagged(lab, dana, message="common 10").thread_id
    with team_context(lab.alice):
        other = Lab(lab.alice, lab.team, create_project(lab.alice, name="Elsewhere"), lab.version, lab.endpoint)
        Thread.objects.filter(pk=elsewhere).update(project=other.project.pk)
        here = Thread.objects.filter(project=lab.project.pk)
        in_order = [thread.pk for thread in here.order_by("-updated_at") if status in ("", thread.status)]

    def sought(words: str, most: int, project: Lab = lab) -> list[UUID]:
        with team_context(lab.alice), connection.cursor() as cursor:
            cursor.execute("SELECT atrium.cases_sought(%s, %s, %s, %s)", [project.project.pk, words, status, most])
            return [pk for (pk,) in cursor.fetchall()]

    assert sought("common", 100) == in_order
    assert sought("common", 2) == in_order[:2]
    assert sought("common -rare", 100) == [pk for pk in in_order if pk not in sought("rare", 100)]
    assert len(sought("rare", 100)) == (status != "resolved")
    assert sought("common", 100, other) == ([elsewhere] if status != "resolved" else [])


def test_filters_add_up(lab: Lab) -> None:
    wrong = flagged(lab, message="Wrong one")
    flagged(lab, message="Unsure one", verdict="unsure")
    assign(lab.alice, wrong.thread_id, lab.alice.membership_id)
    assert found(lab, verdict="wrong") == ["Wrong one"]
    assert found(lab, unassigned=True) == ["Unsure one"]
    assert found(lab, "one", verdict="unsure", assignee=lab.alice.membership_id) == []
    assert found(lab, endpoint=uuid4()) == found(lab, version=uuid4()) == []
    version = wrong.prediction.version_id
    assert found(lab, version=version, verdict="wrong") == ["Wrong one"]


def test_the_pages_address_holds_search_and_filters(lab: Lab) -> None:
    flagged(lab, message="Wrong one")
    done = flagged(lab, message="Old one")
    set_status(lab.alice, done.thread_id, "resolved")
    html = words(get(lab, lab.alice, q="one", verdict="wrong", endpoint="nonsense"))
    assert "Wrong one" in html
    assert "Verdict: Wrong" in html
    assert "show=mine&amp;q=one&amp;verdict=wrong" in html
    assert "nonsense" not in html
    html = words(get(lab, lab.alice, q="old", verdict="wrong"))
    assert "Nothing found for “old”" in html
    assert 'show=all&amp;q=old&amp;verdict=wrong">Look among all cases' in html
    assert "Old one" in words(get(lab, lab.alice, q="old", show="all"))


def test_a_very_long_conversation_can_still_be_written_in(lab: Lab) -> None:
    flag = flagged(lab)
    for part in range(20):
        write_message(lab.alice, flag.thread_id, body=" ".join(f"{part:02}日{word:04}" for word in range(620)))
    assert found(lab, "19日") == ["It reads the marker."]


def test_the_index_finds_the_cases(lab: Lab) -> None:
    """By the statement of `cases_found` itself, as its owner runs it; so few rows alone would be read one by one."""
    flag = flagged(lab, message="marker")
    values = {"project": lab.project.pk, "sought": "mark"}
    with psycopg.connect(site().web("atrium_owner")["DATABASE_URL"]) as owner:
        owner.execute("SELECT set_config('atrium.team', %s, true)", [str(lab.alice.team_id)])
        owner.execute("SET LOCAL enable_seqscan = off")
        [(statement,)] = owner.execute("SELECT prosrc FROM pg_proc WHERE proname = 'cases_found'").fetchall()
        statement = statement.replace("(sought)", "(%(sought)s)")
        for before in ("|| ", "= "):
            statement = statement.replace(f"{before}project", f"{before}%(project)s::uuid")
        assert owner.execute(statement, values).fetchall() == [(flag.thread_id,)]
        plan = "\n".join(line for (line,) in owner.execute(f"EXPLAIN {statement}", values))
    assert "Bitmap Index Scan on thread_words" in plan, plan
