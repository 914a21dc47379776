"""Slices and saved analyses: who saves, who changes, and what others see of it; by the API and by the page."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.analyses.models import SavedAnalysis, Slice
from apps.analyses.questions import SAVED_BYTES
from apps.projects.models import Project
from apps.teams.models import Membership
from atrium.access.principals import Member, Role, Scope
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from gpu_workers.protocol.debugger import DEEPEST, MOST_CONDITIONS
from tests.people import Lab
from tests.schema import Api
from tests.tables import saved_of

from .tables import JSON, NIGHT, VIEW, Asked, page_of


def events(asked: Asked) -> list[str]:
    with team_context(asked.lab.alice):
        kinds = Event.objects.filter(subject_type__in=["slice", "savedanalysis"])
        return list(kinds.order_by("id").values_list("what", flat=True))


def nested(depth: int) -> str:
    """A condition with so many others around it, as JSON."""
    return '{"all":[' * depth + json.dumps(NIGHT) + "]}" * depth


class TestByTheApi:
    def test_a_slice_is_made_listed_and_deleted(self, asked: Asked) -> None:
        api = Api(asked.lab.token(Scope.DATA_WRITE))
        slices = f"datasets/{asked.version.dataset_id}/slices"
        body = {"name": " At night ", "where": NIGHT, "sentence": "age ≥ 60", "rows": 2}
        status, made = api.post(slices, body)
        assert (status, made["name"], made["where"], made["author"]) == (201, "At night", NIGHT, "Alice")
        assert api.post(slices, body)[0] == 409
        assert api.get(slices)[1]["results"] == [made]
        assert api.delete(f"slices/{made['id']}")[0] == 204
        assert api.get(slices)[1]["results"] == []
        assert events(asked) == ["slice.created", "slice.deleted"]

    def test_a_slice_says_itself_what_it_is(self, asked: Asked) -> None:
        api = Api(asked.lab.token(Scope.DATA_WRITE))
        slices = f"datasets/{asked.version.dataset_id}/slices"
        where = {"all": [NIGHT, {"column": "site", "in": ["A", "B"]}, {"column": "score:forest", "high": 2}]}
        _, made = api.post(slices, {"name": "One", "where": where})
        assert made["sentence"] == "age ≥ 60 and site is “A” or “B” and score of forest < 2"
        _, told = api.post(slices, {"name": "Two", "where": {"column": "agee", "low": 1}})
        assert "Did you mean “age”?" in told["errors"][0]["message"]

    @pytest.mark.parametrize(
        ("where", "field"),
        [
            ({"colum": "age"}, "where"),
            ({"column": "age", "low": "old"}, "where"),
            ({"column": "agee", "low": 1}, "where"),
            ({"any": [{"column": "age"}, {"column": "gone", "null": True}]}, "where"),
            ({"all": [{"column": "site", "in": ["\x00"]}]}, "where.all.0.in.0"),
            ({}, "where"),
            ({"all": [{"column": "age", "any": []}]}, "where"),
        ],
    )
    def test_what_is_no_condition_is_refused_by_its_place(self, asked: Asked, where: Any, field: str) -> None:
        api = Api(asked.lab.token(Scope.DATA_WRITE))
        status, told = api.post(f"datasets/{asked.version.dataset_id}/slices", {"name": "One", "where": where})
        assert (status, told["errors"][0]["field"]) == (400, field)

    @pytest.mark.parametrize(
        ("where", "status", "says"),
        [
            (nested(DEEPEST), 201, ""),
            (nested(DEEPEST + 1), 400, "nested more than 20 deep"),
            (nested(322), 400, "nested more than 20 deep"),
            (nested(20_000), 400, "recursion depth"),
            ({"any": [{}] * MOST_CONDITIONS}, 400, "at most 1,000 conditions"),
        ],
        ids=["deep", "deeper", "as-deep-as-recursion", "endless", "many"],
    )
    def test_conditions_are_bounded(self, asked: Asked, where: Any, status: int, says: str) -> None:
        """Also from the page, whose body another decoder reads."""
        text = where if isinstance(where, str) else json.dumps(where)
        page = page_of(asked.lab.alice).post(f"{asked.debugger}slices", f'{{"name": "One", "where": {text}}}', JSON)
        assert (page.status_code, says in page.content.decode()) == (status, True)
        view = f'{{"type": "view", "clauses": [{{"source": "manual", "where": {text}}}]}}'
        kept = page_of(asked.lab.alice).post(f"{asked.debugger}saved", f'{{"name": "One", "question": {view}}}', JSON)
        assert (kept.status_code, says in kept.content.decode()) == (status, True)

    def test_what_is_saved_is_short(self, asked: Asked) -> None:
        api = Api(asked.lab.token(Scope.DATA_WRITE))
        slices, saved = f"datasets/{asked.version.dataset_id}/slices", f"dataset-versions/{asked.version.pk}/analyses"
        fits, long = ({"column": "site", "in": ["x" * length]} for length in (SAVED_BYTES - 1000, SAVED_BYTES))
        viewed = [VIEW | {"clauses": [{"source": "manual", "where": where}]} for where in (fits, long)]
        assert api.post(slices, {"name": "One", "where": fits})[0] == 201
        status, told = api.post(slices, {"name": "Two", "where": long})
        assert (status, told["errors"][0]["field"]) == (400, "where")
        status, kept = api.post(saved, {"name": "One", "question": viewed[0]})
        assert status == 201
        for answer in (
            api.post(saved, {"name": "Two", "question": viewed[1]}),
            api.patch(f"analyses/{kept['id']}", {"question": viewed[1]}),
        ):
            assert (answer[0], answer[1]["errors"][0]["field"]) == (400, "question")

    def test_a_dataset_has_so_many_and_no_more(self, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("apps.analyses.services.MOST", 1)
        api = Api(asked.lab.token(Scope.DATA_WRITE))
        for path, body, says in (
            (f"datasets/{asked.version.dataset_id}/slices", {"where": NIGHT}, "at most 1 slices"),
            (f"dataset-versions/{asked.version.pk}/analyses", {"question": VIEW}, "at most 1 saved analyses"),
        ):
            assert api.post(path, {"name": "One"} | body)[0] == 201
            status, told = api.post(path, {"name": "Two"} | body)
            assert (status, says in told["detail"]) == (409, True)

    def test_nothing_is_there_of_a_project_that_is_being_deleted(self, asked: Asked) -> None:
        saved = saved_of(asked.lab.alice, asked.version)
        api = Api(asked.lab.token())
        there = [f"answers/{saved.answer_id}", f"analyses/{saved.analysis_id}"]
        assert [api.get(path)[0] for path in there] == [200, 200]
        with team_context(asked.lab.alice):
            Project.objects.filter(pk=asked.lab.project.pk).update(deleting_at=timezone.now())
        assert [api.get(path)[0] for path in there] == [404, 404]
        assert api.delete(f"slices/{saved.slice_id}")[0] == 404

    def test_an_analysis_is_saved_changed_and_deleted(self, asked: Asked) -> None:
        api = Api(asked.lab.token(Scope.DATA_WRITE))
        saved = f"dataset-versions/{asked.version.pk}/analyses"
        status, made = api.post(saved, {"name": "Night", "question": VIEW})
        assert (status, made["question"]["a"], made["question"]["measure"]) == (201, [3], "jensen_shannon")
        assert made["url"].endswith(f"{asked.debugger}?analysis={made['id']}")
        one = f"analyses/{made['id']}"
        status, changed = api.patch(one, {"note": "The marker.", "question": VIEW | {"a": [2]}})
        assert (changed["name"], changed["note"], changed["question"]["a"]) == ("Night", "The marker.", [2])
        assert api.get(one) == (200, changed)
        assert api.get(f"datasets/{asked.version.dataset_id}/analyses")[1]["results"] == [changed]
        assert (
            api.post(saved, {"name": "x", "question": {"type": "export"}})[1]["errors"][0]["field"] == "question.type"
        )
        assert api.delete(one)[0] == 204
        assert api.get(one)[0] == 404
        assert events(asked) == ["analysis.saved", "analysis.changed", "analysis.deleted"]


class TestWhoMay:
    """Viewers open, members save, the author and who manages the team change."""

    def saved(self, asked: Asked, by: Member) -> tuple[str, str]:
        """A slice and an analysis, as their pages' acts."""
        client = page_of(by)
        slices, saved = f"{asked.debugger}slices", f"{asked.debugger}saved"
        made = client.post(slices, {"name": f"By {by.name}", "where": NIGHT}, JSON)
        kept = client.post(saved, {"name": f"By {by.name}", "question": VIEW}, JSON)
        assert (made.status_code, kept.status_code) == (201, 201)
        assert made.json()["url"] == f"{slices}/{made.json()['id']}"
        assert kept.json()["url"] == f"{asked.debugger}?analysis={kept.json()['id']}"
        return made.json()["url"], f"{saved}/{kept.json()['id']}"

    def tried(self, by: Member, a_slice: str, analysis: str) -> list[int]:
        client = page_of(by)
        return [
            client.patch(analysis, {"note": "Mine?"}, JSON).status_code,
            client.delete(analysis).status_code,
            client.delete(a_slice).status_code,
        ]

    def test_viewers_save_nothing(self, asked: Asked) -> None:
        client = page_of(asked.lab.member("Vera", Role.VIEWER))
        for path, body in (("slices", {"name": "One", "where": NIGHT}), ("saved", {"name": "One", "question": VIEW})):
            answer = client.post(f"{asked.debugger}{path}", body, JSON)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")

    def test_members_change_their_own_and_no_others(self, asked: Asked) -> None:
        bob, ben = asked.lab.member("Bob", Role.MEMBER), asked.lab.member("Ben", Role.MEMBER)
        of_bob = self.saved(asked, bob)
        assert self.tried(ben, *of_bob) == [403, 403, 403]
        assert self.tried(bob, *of_bob) == [200, 204, 204]

    def test_admins_change_everybodys(self, asked: Asked) -> None:
        of_bob = self.saved(asked, asked.lab.member("Bob", Role.MEMBER))
        assert self.tried(asked.lab.member("Ada", Role.ADMIN), *of_bob) == [200, 204, 204]

    def test_an_author_who_is_a_viewer_now_changes_nothing(self, asked: Asked) -> None:
        bob = asked.lab.member("Bob", Role.MEMBER)
        of_bob = self.saved(asked, bob)
        with team_context(asked.lab.alice):
            Membership.objects.filter(pk=bob.membership_id).update(role=Role.VIEWER)
        assert self.tried(bob, *of_bob) == [403, 403, 403]

    def test_another_team_finds_nothing(self, asked: Asked, other_lab: Lab) -> None:
        of_alice = self.saved(asked, asked.lab.alice)
        assert self.tried(other_lab.alice, *of_alice) == [404, 404, 404]
        mine = Asked.of(other_lab, asked.as_dispatcher)
        there = [address.replace(asked.debugger, mine.debugger) for address in of_alice]
        assert self.tried(other_lab.alice, *there) == [404, 404, 404]
        api = Api(other_lab.token())
        assert api.get(f"datasets/{asked.version.dataset_id}/slices")[0] == 404
        assert api.get(f"analyses/{uuid4()}")[0] == 404


def test_what_hangs_on_a_dataset_goes_with_it(asked: Asked) -> None:
    TestWhoMay().saved(asked, asked.lab.alice)
    with team_context(asked.lab.alice):
        assert (Slice.objects.count(), SavedAnalysis.objects.count()) == (1, 1)
    Api(asked.lab.token()).delete(f"datasets/{asked.version.dataset_id}")
    with team_context(asked.lab.alice):
        assert (Slice.objects.count(), SavedAnalysis.objects.count()) == (0, 0)
