"""Asking over HTTP: what the page and programs are answered, and in which words they are refused."""

from functools import reduce
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from apps.teams.services import remove_member
from atrium.access.principals import Role, Scope
from tests.people import Lab
from tests.schema import Api
from tests.tables import ready_table

from .tables import ANSWER, JSON, NIGHT, VIEW, Asked, page_of, refused

AT_ONCE = {"Prefer": "wait=0"}
DEEP = reduce(lambda below, _: {"any": [below]}, range(322), NIGHT)
"""A condition that is nested too deeply."""
OF_DEEP = {"type": "conditions", "segments": [{"name": "One", "where": DEEP}]}


def ask(client: Client, asked: Asked, question: Any = VIEW) -> Any:
    return client.post(f"{asked.debugger}ask", question, JSON, headers=AT_ONCE)


class TestFromThePage:
    def test_an_answer_is_polled_and_then_handed_on_as_it_is(self, asked: Asked) -> None:
        client = page_of(asked.lab.alice)
        first = ask(client, asked)
        assert (first.status_code, set(first.json())) == (202, {"id"})
        there = first["Location"]
        assert there == f"{asked.debugger}answers/{first.json()['id']}"
        assert client.get(there).status_code == 202
        asked.end_all()
        for answer in (client.get(there), ask(client, asked)):
            assert (answer.status_code, answer.content, answer["Atrium-Answer"]) == (200, ANSWER, first.json()["id"])
            assert answer["Cache-Control"] == "no-store"

    def test_a_failure_is_a_problem_with_the_workers_sentence(self, asked: Asked) -> None:
        client = page_of(asked.lab.alice)
        there = ask(client, asked)["Location"]
        asked.end_all(error=refused("There is no column “ages”."))
        answer = client.get(there)
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
        assert (answer.json()["code"], answer.json()["detail"]) == ("question_refused", "There is no column “ages”.")

    def test_what_is_stopped_says_so(self, asked: Asked) -> None:
        client = page_of(asked.lab.alice)
        there = ask(client, asked)["Location"]
        assert client.post(f"{there}/cancel", {}, JSON).json()["state"] == "cancelled"
        assert (client.get(there).status_code, client.get(there).json()["code"]) == (409, "cancelled")

    @pytest.mark.parametrize(
        ("question", "status", "field"),
        [
            ({"type": "view", "segments": {"type": "column"}}, 400, "segments"),
            ({"type": "view", "clauses": [{"source": "manual", "where": {"colum": "age"}}]}, 400, "clauses.0.where"),
            ({"type": "view", "clauses": [{"source": "manual", "where": DEEP}]}, 400, "clauses.0.where"),
            ({"type": "export", "view": {"type": "view", "segments": OF_DEEP}}, 400, "view.segments.segments.0.where"),
            ({"type": "view", "score": "\x00"}, 400, "score"),
            ({"type": "view", "a": [2**64]}, 400, "a.0"),
            ({"type": "take", "rows": [0], "columns": ["\x00"]}, 400, "columns.0"),
            ({"type": "weather"}, 400, "type"),
            ("{", 400, None),
            ('{"type": "view", "score": "' + "x" * 300_000 + '"}', 413, None),
            ("[" * 100_000, 400, None),
        ],
    )
    def test_what_is_no_question_is_refused(self, asked: Asked, question: Any, status: int, field: str | None) -> None:
        answer = ask(page_of(asked.lab.alice), asked, question)
        assert (answer.status_code, asked.jobs()) == (status, [])
        if field is not None:
            assert answer.json()["errors"][0]["field"] == field

    def test_only_so_often_in_a_minute(self, asked: Asked, monkeypatch: pytest.MonkeyPatch, one_window: None) -> None:
        monkeypatch.setattr("apps.analyses.pace.QUESTIONS_A_MINUTE", 2)
        alice, bob = page_of(asked.lab.alice), page_of(asked.lab.member("Bob", Role.MEMBER))
        told = [ask(client, asked) for client in (alice, alice, alice, bob)]
        assert [answer.status_code for answer in told] == [202, 202, 429, 202]
        assert told[2]["Retry-After"]

    def test_who_is_logged_out_is_told_so_and_who_left_finds_nothing(self, asked: Asked) -> None:
        bob = asked.lab.member("Bob", Role.MEMBER)
        client = page_of(bob)
        there = ask(client, asked)["Location"]
        remove_member(asked.lab.alice, bob.membership_id)
        assert [ask(client, asked).status_code, client.get(there).status_code] == [404, 404]
        assert ask(Client(), asked).status_code == 401
        assert len(asked.jobs()) == 1

    def test_it_is_posted(self, asked: Asked) -> None:
        assert page_of(asked.lab.alice).get(f"{asked.debugger}ask").status_code == 405

    def test_an_answer_is_found_at_its_own_version_only(self, asked: Asked, other_lab: Lab) -> None:
        client = page_of(asked.lab.alice)
        there = ask(client, asked)["Location"]
        ready_table(asked.lab.alice, asked.lab.project, "rows")
        assert client.get(there).status_code == 202
        elsewhere = there.replace("/v1/", "/v2/")
        assert client.get(elsewhere).status_code == 404
        assert client.post(f"{elsewhere}/cancel", {}, JSON).status_code == 404
        assert [answer.state for answer in asked.answers()] == ["queued"]
        assert client.get(f"{asked.debugger}answers/{uuid4()}").status_code == 404
        assert page_of(other_lab.alice).get(there).status_code == 404


class TestByTheApi:
    def test_only_so_often_in_a_minute_by_each_token(
        self, asked: Asked, monkeypatch: pytest.MonkeyPatch, one_window: None
    ) -> None:
        monkeypatch.setattr("apps.analyses.pace.QUESTIONS_A_MINUTE", 2)
        path = f"dataset-versions/{asked.version.pk}/ask"
        mine, other = (Api(asked.lab.token(Scope.DATA_READ)) for _ in range(2))
        assert [api.post(path, VIEW, **AT_ONCE)[0] for api in (mine, mine, mine, other)] == [202, 202, 429, 202]

    def test_an_answer_comes_as_the_worker_made_it(self, asked: Asked) -> None:
        api = Api(asked.lab.token(Scope.DATA_READ))
        path = f"dataset-versions/{asked.version.pk}/ask"
        status, told = api.post(path, VIEW, **AT_ONCE)
        one = f"answers/{told['id']}"
        assert (status, api.get(one)[0]) == (202, 202)
        asked.end_all()
        assert api.post(path, VIEW)[1] == api.get(one)[1]
        assert api.get(one)[1]["notes"] == ["Twelve looked at."]

    def test_a_token_without_the_scope_is_told_what_it_lacks(self, asked: Asked) -> None:
        status, told = Api(asked.lab.token(Scope.PREDICT)).post(f"dataset-versions/{asked.version.pk}/ask", VIEW)
        assert (status, told["code"]) == (403, "not_permitted")
        assert "data:read" in told["detail"]
        assert "scopes predict" in told["detail"]

    def test_a_stranger_finds_nothing(self, asked: Asked, other_lab: Lab) -> None:
        api, stranger = Api(asked.lab.token()), Api(other_lab.token())
        path = f"dataset-versions/{asked.version.pk}/ask"
        _, told = api.post(path, VIEW, **AT_ONCE)
        assert stranger.post(path, VIEW)[0] == 404
        assert [stranger.get(f"answers/{told['id']}")[0], api.get(f"answers/{told['id']}")[0]] == [404, 202]
        assert stranger.post(f"answers/{told['id']}/cancel")[0] == 404


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"type": "view", "measure": "js"}, "there is jensen_shannon, kl,"),
        ({"type": "view", "segments": {"type": "sites"}}, "there is performance, quantiles,"),
        ({"type": "table"}, "there is view, slices, export, take."),
    ],
)
def test_a_refused_choice_says_what_there_is(asked: Asked, question: dict[str, Any], told: str) -> None:
    answer = ask(page_of(asked.lab.alice), asked, question)
    assert (answer.status_code, told in answer.json()["errors"][0]["message"]) == (400, True), answer.json()
