"""The matrix itself: which cells there are, what each should say by the table, and what it says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tests.operations import OPERATIONS, READS_PREDICTIONS, Operation, Things

from .calls import ACCOUNTS, API, CALLS, INVITED, Call, operation_of
from .routes import METHODS, OTHERS, Route, methods_of, patterns
from .stage import Actor, Stage, Values
from .table import Outcome, Right, of_guest, of_member

OF_A_CASE = {"prediction_id", "artifact_id", "explanation_id"}
FOREIGN = {
    "explanation_id",
    "artifact_id",
    "prediction_id",
    "thread_id",
    "link_id",
    "invitation_id",
    "membership_id",
    "token_id",
    "request_id",
    "answer_id",
    "slice_id",
    "analysis_id",
    "held_id",
}
"""Names of an address that no slug before them confines to the team."""


@dataclass(eq=False)
class Cell:
    """One request of one actor. subject: whose thing it is about, where that is not the actor's or the team's own."""

    route: Route
    call: Call
    actor: Actor
    values: Values
    expected: Outcome
    subject: str = ""

    def __str__(self) -> str:
        about = f", about {self.subject}" if self.subject else ""
        return f"{self.route} by {self.actor}{about}"


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside happens in one transaction that is rolled back; nothing of it is announced."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def perform(cell: Cell) -> Outcome:
    """Send the request, read how it was answered, and undo what it did."""
    client, call, values = cell.actor.client, cell.call, dict(cell.values)
    values |= {name: values[other] for name, other in (call.swaps or {}).items()}
    url, cookies = cell.route.address(values) + call.query, copy(client.cookies)
    answer: Any
    with nullcontext() if call.waits else undone():
        if call.form is not None:
            answer = client.post(url, call.form(values))
        elif call.json is not None:
            body = json.dumps(call.json(values))
            answer = client.generic(
                cell.route.method, url, body, "application/json", headers={"Accept": "application/json"}
            )
        else:
            answer = client.generic(cell.route.method, url)
        if answer.streaming:
            list(answer.streaming_content)  # which closes it
    client.cookies = cookies
    return outcome_of(answer)


def outcome_of(answer: Any) -> Outcome:
    status = answer.status_code
    if status >= 500:
        return Outcome.BROKEN
    if status == 401 or (status in (302, 303) and answer["Location"].startswith("/accounts/login/")):
        return Outcome.LOGIN
    told = {403: Outcome.FORBIDDEN, 404: Outcome.HIDDEN, 410: Outcome.GONE}
    return told.get(status, Outcome.ALLOWED)


# ---- what should be said ----


def expected_on_page(right: Right, actor: Actor, stage: Stage) -> Outcome:
    """Below `/t/{team}/`: a session of a member."""
    if actor.person is None:
        return Outcome.LOGIN
    if actor.member is None or actor.member.team_id != actor.lab.team.pk:
        return Outcome.HIDDEN
    return of_member(right, actor.member.role)


def expected_outside(call: Call, actor: Actor) -> Outcome:
    match call.right:
        case Right.OPEN:
            return Outcome.HIDDEN if call.nobodys else Outcome.ALLOWED
        case Right.ACCOUNT if actor.person:
            return Outcome.HIDDEN if call.nobodys else Outcome.ALLOWED
    if actor.person is None:
        return Outcome.LOGIN
    return Outcome.ALLOWED if actor.name.startswith("operator") else Outcome.HIDDEN


def expected_of_program(route: Route, operation: Operation, actor: Actor, stage: Stage) -> Outcome:
    if actor.token is None:
        return Outcome.LOGIN
    if actor.token.team_id != stage.lab.team.pk:
        return Outcome.HIDDEN if route.names else Outcome.ALLOWED
    if not operation.allows(actor.token.scopes):
        hidden = OF_A_CASE & route.names and not READS_PREDICTIONS & actor.token.scopes
        return Outcome.HIDDEN if hidden else Outcome.FORBIDDEN
    return of_member(operation.right, actor.token.role)


# ---- which cells there are ----


def cells(stage: Stage) -> Iterator[Cell]:
    things = Things(stage.lab, {name: stage.here[name] for name in stage.here if name.endswith("_id")})
    for pattern, url in patterns():
        for method in sorted(methods_of(url) or {method for method in METHODS if (pattern, method) in CALLS}):
            route = Route(pattern, method)
            if pattern.startswith(OTHERS):
                yield from _of_accounts(route, str(url.name), stage)
            elif pattern.startswith(API) and (operation := OPERATIONS.get(operation_of(route))):
                yield from _of_programs(route, operation, stage, things)
            elif (pattern, method) == INVITED:
                yield from _of_invitation(route, stage)
            for call in CALLS.get((pattern, method), ()):
                if pattern.startswith("r/"):
                    yield from _of_guests(route, call, stage)
                elif pattern.startswith("t/<slug:team>/"):
                    yield from _of_members(route, call, stage)
                else:
                    for actor in (*stage.visitors, stage.nobody, stage.guests[-1], stage.tokens[-2]):
                        yield Cell(route, call, actor, actor.values, expected_outside(call, actor))


def _of_members(route: Route, call: Call, stage: Stage) -> Iterator[Cell]:
    for actor in (*stage.visitors, stage.nobody, stage.guests[-1], stage.tokens[-2]):
        yield Cell(route, call, actor, actor.values, expected_on_page(call.right, actor, stage))
    foreign = FOREIGN & route.names if call.foreign is None else call.foreign
    if foreign:
        yield Cell(route, call, stage.at_home, stage.at_home.values, Outcome.HIDDEN, "another team's")


def _of_guests(route: Route, call: Call, stage: Stage) -> Iterator[Cell]:
    for actor in stage.guests:
        assert actor.guest is not None
        told = Outcome.HIDDEN if call.when_over else of_guest(call.right, actor.guest.grant.role)
        yield Cell(route, call, actor, actor.values, told)
        if OF_A_CASE & route.names:
            for subject, values in actor.others.items():
                shown = subject == "an example"
                if shown and call.only_own:
                    yield Cell(route, call, actor, values, Outcome.FORBIDDEN, subject)
                else:
                    yield Cell(route, call, actor, values, told if shown else Outcome.HIDDEN, subject)
        if "held_id" in route.names:
            for subject, values in actor.held.items():
                yield Cell(route, call, actor, values, Outcome.HIDDEN, subject)
    for actor in stage.late:
        yield Cell(route, call, actor, actor.values, Outcome.ALLOWED if call.when_over else Outcome.GONE)
    for actor in (stage.lost, stage.visitors[0], stage.nobody, stage.tokens[-2]):
        link = {"link_id": stage.guests[0].values["link_id"]}
        yield Cell(route, call, actor, actor.values | link, Outcome.HIDDEN)


def _of_programs(route: Route, operation: Operation, stage: Stage, things: Things) -> Iterator[Cell]:
    body = operation.body(things) if operation.body else {} if route.method == "POST" else None
    call = Call(operation.right, json=None if body is None else lambda _: body)
    for actor in (*stage.tokens, *stage.impostors, stage.nobody, stage.visitors[0], stage.guests[-1]):
        yield Cell(route, call, actor, actor.values, expected_of_program(route, operation, actor, stage))


def _of_accounts(route: Route, name: str, stage: Stage) -> Iterator[Cell]:
    """allauth has its own tests; here only: what needs a session says so to everybody else."""
    if name in ACCOUNTS[Right.ACCOUNT]:
        call = Call(Right.ACCOUNT, form=(lambda _: {}) if route.method == "POST" else None)
        for actor in (stage.nobody, stage.guests[-1], stage.tokens[-2]):
            yield Cell(route, call, actor, actor.values, Outcome.LOGIN)


def _of_invitation(route: Route, stage: Stage) -> Iterator[Cell]:
    call = Call(Right.ACCOUNT, form=lambda _: {}, swaps={"secret": "invitation"})
    for actor in (*stage.visitors, stage.nobody, stage.guests[-1], stage.tokens[-2]):
        yield Cell(route, call, actor, actor.values, Outcome.FORBIDDEN)
