"""Each predicate by itself, with every kind of principal: roles, links, scopes, Atrium itself, and a person outside."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from apps.endpoints.models import Endpoint, Prediction
from apps.explanations.models import Explanation
from apps.feedback.models import Thread
from apps.feedback.services import flag_prediction
from atrium.access.principals import (
    NEAR,
    Guest,
    LinkRole,
    Member,
    Person,
    Principal,
    Role,
    Scope,
    System,
    Token,
)
from atrium.tenancy.context import team_context
from tests.operations import (
    READS_DATA,
    READS_FEEDBACK,
    READS_MODELS,
    READS_PREDICTIONS,
    WRITES_DATA,
    WRITES_FEEDBACK,
    WRITES_MODELS,
)
from tests.people import Lab

from .removals import predicates
from .table import Outcome, Right, of_guest, of_member


@dataclass(frozen=True, slots=True)
class Says:
    """right: by the table. scopes: one of them is enough for a token; none where no token ever may. also: further ones,
    each of which it needs beside.

    guests, system: whether a link can lend it at all, and whether Atrium itself needs it for a chore.
    """

    right: Right
    scopes: frozenset[Scope] = frozenset()
    guests: bool = False
    system: bool = False
    also: frozenset[Scope] = frozenset()


SAYS = {
    "analyses.can_change_saved": Says(Right.MANAGE, WRITES_DATA),
    "comparisons.can_see_comparisons": Says(Right.SEE, READS_FEEDBACK),
    "comparisons.can_change_comparisons": Says(Right.JUDGE, WRITES_FEEDBACK),
    "comparisons.can_compare": Says(Right.JUDGE, WRITES_FEEDBACK, also=frozenset({Scope.PREDICT})),
    "comparisons.can_read_blind": Says(Right.JUDGE, guests=True),
    "datasets.can_see_data": Says(Right.SEE, READS_DATA),
    "datasets.can_change_data": Says(Right.BUILD, WRITES_DATA),
    "datasets.can_run_models": Says(Right.BUILD, WRITES_DATA, also=frozenset({Scope.PREDICT})),
    "datasets.can_download_data": Says(Right.BUILD, frozenset({Scope.DATA_READ})),
    "endpoints.can_see_endpoint": Says(Right.SEE, NEAR, guests=True, system=True),
    "endpoints.can_change_endpoints": Says(Right.BUILD, WRITES_MODELS),
    "endpoints.can_predict": Says(Right.PREDICT, frozenset({Scope.PREDICT}), guests=True, system=True),
    "endpoints.can_handle_quarantine": Says(Right.BUILD, frozenset({Scope.PREDICT})),
    "endpoints.can_see_quarantined": Says(Right.PREDICT, frozenset({Scope.PREDICT}), guests=True),
    "endpoints.can_see_prediction": Says(Right.SEE, READS_PREDICTIONS, guests=True, system=True),
    "explanations.can_see_explanations": Says(Right.SEE_WHY, READS_PREDICTIONS, guests=True, system=True),
    "explanations.can_explain": Says(Right.EXPLAIN, frozenset({Scope.PREDICT}), guests=True, system=True),
    "explanations.can_stop": Says(Right.EXPLAIN, frozenset({Scope.PREDICT}), guests=True, system=True),
    "feedback.can_flag": Says(Right.JUDGE, WRITES_FEEDBACK, guests=True),
    "feedback.can_read_inbox": Says(Right.SEE, READS_FEEDBACK),
    "feedback.can_write_inbox": Says(Right.JUDGE, WRITES_FEEDBACK),
    "feedback.can_write_in_thread": Says(Right.JUDGE, WRITES_FEEDBACK, guests=True),
    "suites.can_see_suites": Says(Right.SEE, READS_FEEDBACK),
    "suites.can_change_suites": Says(Right.JUDGE, WRITES_FEEDBACK),
    "suites.can_make_suites_refuse": Says(Right.MANAGE, WRITES_FEEDBACK),
    "suites.can_run_suites": Says(Right.JUDGE, WRITES_FEEDBACK, also=frozenset({Scope.PREDICT})),
    "webhooks.can_manage_webhooks": Says(Right.MANAGE, WRITES_MODELS),
    "feedback.can_delete_cases": Says(Right.MANAGE, WRITES_FEEDBACK),
    "projects.can_see_projects": Says(Right.SEE, NEAR),
    "projects.can_change_projects": Says(Right.BUILD, WRITES_MODELS),
    "projects.can_delete_projects": Says(Right.MANAGE, WRITES_MODELS),
    "projects.can_change_retention": Says(Right.MANAGE),
    "registry.can_see_models": Says(Right.SEE, READS_MODELS),
    "registry.can_change_models": Says(Right.BUILD, WRITES_MODELS),
    "registry.can_download_models": Says(Right.BUILD, frozenset({Scope.MODELS_READ})),
    "sharing.can_share": Says(Right.BUILD, frozenset({Scope.LINKS_WRITE})),
    "sharing.can_see_links": Says(Right.SEE, frozenset({Scope.LINKS_WRITE, Scope.MODELS_READ})),
    "teams.can_manage_members": Says(Right.MANAGE),
    "teams.can_rename_team": Says(Right.MANAGE),
    "teams.can_hand_over": Says(Right.OWN),
    "teams.can_delete_team": Says(Right.OWN),
    "teams.can_make_tokens": Says(Right.BUILD),
    "teams.can_manage_pools": Says(Right.MANAGE),
    "teams.can_see_pools": Says(Right.SEE, NEAR),
    "teams.can_read_audit": Says(Right.MANAGE, frozenset({Scope.ADMIN_READ})),
}


def expected(says: Says, principal: Principal) -> bool:
    match principal:
        case Member():
            return of_member(says.right, principal.role) is Outcome.ALLOWED
        case Token():
            may = bool(says.scopes & principal.scopes) and says.also <= principal.scopes
            return may and of_member(says.right, principal.role) is Outcome.ALLOWED
        case Guest():
            return says.guests and of_guest(says.right, principal.grant.role) is Outcome.ALLOWED
        case System():
            return says.system
    return False


@dataclass(frozen=True, slots=True)
class Subjects:
    """Of what a predicate is asked: the guest's own, since a link shows nothing else."""

    lab: Lab
    principals: tuple[Principal, ...]

    def arguments(self, name: str, principal: Principal) -> tuple[Any, ...]:
        author = principal if isinstance(principal, Guest) else self.lab.alice
        asked: dict[str, Callable[[], tuple[Any, ...]]] = {
            "analyses.can_change_saved": lambda: (uuid4(),),
            "comparisons.can_read_blind": lambda: (self.lab.endpoint,),
            "endpoints.can_see_endpoint": lambda: (self.lab.endpoint.pk,),
            "endpoints.can_predict": lambda: (self.lab.endpoint,),
            "endpoints.can_see_quarantined": lambda: (self.lab.held(author),),
            "endpoints.can_see_prediction": lambda: (self.lab.prediction(author), False),
            "explanations.can_see_explanations": lambda: (self.open_endpoint(),),
            "explanations.can_explain": lambda: (self.open_endpoint(),),
            "explanations.can_stop": lambda: (self.explanation_by(author),),
            "feedback.can_flag": lambda: (self.lab.prediction(author),),
            "feedback.can_write_in_thread": lambda: (self.thread_of(author),),
        }
        return asked.get(name, tuple)()

    def open_endpoint(self) -> Endpoint:
        """Of a project that has opened explanations to guests."""
        self.lab.endpoint.project.guests_explain = True
        return self.lab.endpoint

    def explanation_by(self, author: Guest | Member) -> Explanation:
        asker_id = author.guest_id if isinstance(author, Guest) else author.user_id
        return Explanation(prediction=Prediction(endpoint=self.open_endpoint()), asker_id=asker_id)

    def thread_of(self, author: Guest | Member) -> Thread:
        """Judged when the link still lent that."""
        reviewing = author
        if isinstance(author, Guest):
            reviewing = self.lab.guest(LinkRole.REVIEW)
            reviewing = Guest(author.team_id, author.guest_id, reviewing.grant, "Dana")
        thread: Thread = flag_prediction(reviewing, self.lab.prediction(reviewing).pk, verdict="wrong").thread
        return thread


@pytest.fixture(scope="module")
def subjects() -> Subjects:
    lab = Lab.make()
    team, alice = lab.team.pk, lab.alice
    roles = [Member(uuid4(), team, uuid4(), role, role.word) for role in Role]
    one = [Token(team, uuid4(), uuid4(), alice.user_id, Role.OWNER, frozenset({scope}), scope) for scope in Scope]
    all_of = [Token(team, uuid4(), uuid4(), alice.user_id, role, frozenset(Scope), "all") for role in Role]
    guests = [lab.guest(role) for role in LinkRole]
    others: list[Principal] = [System(team, "a chore"), Person(uuid4(), "Pat"), Person(uuid4(), "Olga", operator=True)]
    return Subjects(lab, (*roles, *one, *all_of, *guests, *others))


def test_each_predicate_has_its_row() -> None:
    assert set(predicates()) == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_it_says_what_the_table_says(subjects: Subjects, name: str) -> None:
    predicate = predicates()[name]
    with team_context(subjects.lab.alice):
        wrong = [
            principal
            for principal in subjects.principals
            if predicate(principal, *subjects.arguments(name, principal)) != expected(SAYS[name], principal)
        ]
    assert wrong == []


def test_a_guest_sees_no_more_than_its_own_and_the_examples(subjects: Subjects) -> None:
    lab, predicate = subjects.lab, predicates()["endpoints.can_see_prediction"]
    theirs = lab.prediction(lab.guest())
    for guest in (principal for principal in subjects.principals if isinstance(principal, Guest)):
        assert not predicate(guest, theirs, False)
        assert predicate(guest, theirs, True)
        assert not predicates()["endpoints.can_see_endpoint"](guest, uuid4())
