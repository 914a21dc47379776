"""Everybody at every address: what they are told is what the table says, and the matrix itself sees a missing wall."""

from contextlib import ExitStack
from functools import partial
from typing import Any

import pytest

from tests.operations import OPERATIONS, described

from .calls import ACCOUNTS, API, CALLS, INVITED, is_classified
from .matrix import Cell, cells, perform
from .removals import Predicate, predicates, replaced
from .routes import METHODS, OTHERS, Route, methods_of, patterns, sockets
from .stage import Stage
from .table import Outcome

PREDICATES = sorted(predicates())


def lines(found: list[str]) -> str:
    return "\n".join(["", *found])


class Played:
    """Every cell, once: how it was answered, and which predicates said no on the way."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.answers: list[tuple[Cell, Outcome]] = []
        self.refused_by: dict[str, list[Cell]] = {name: [] for name in PREDICATES}
        said_no: set[str] = set()
        with ExitStack() as stack:
            for name, predicate in predicates().items():
                stack.enter_context(replaced(predicate, partial(_heard, said_no, name, predicate)))
            for cell in cells(stage):
                said_no.clear()
                self.answers.append((cell, perform(cell)))
                for name in said_no:
                    self.refused_by[name].append(cell)


def _heard(said_no: set[str], name: str, predicate: Predicate, *arguments: Any) -> bool:
    allowed = predicate(*arguments)
    if not allowed:
        said_no.add(name)
    return allowed


@pytest.fixture(scope="module")
def played(stage: Stage) -> Played:
    list(patterns())  # what a request imports first must hold the predicates themselves, not those that listen
    return Played(stage)


def test_every_address_and_method_is_classified() -> None:
    """A new route is given its right in `tests/rights/calls.py`, one of the API in `tests/operations.py`."""
    known = {name for names in ACCOUNTS.values() for name in names}
    missing = [
        f"{pattern} ({url.name})" for pattern, url in patterns() if pattern.startswith(OTHERS) and url.name not in known
    ]
    for pattern, url in patterns():
        if not pattern.startswith(OTHERS):
            methods = methods_of(url)
            if methods is None:
                methods = {m for m in METHODS if is_classified(Route(pattern, m))}
                missing += [] if methods else [pattern]
            missing += [str(route) for m in sorted(methods) if not is_classified(route := Route(pattern, m))]
    missing += [str(socket) for socket in sockets() if not is_classified(socket)]
    assert not missing, lines(missing)


def test_what_is_not_classified_is_not_allowed(stage: Stage) -> None:
    """A function does not say which methods it takes: it is asked with each of the others."""
    wrong = []
    for pattern, url in patterns():
        if methods_of(url) is None and not pattern.startswith(OTHERS):
            actor = stage.guests[-1] if pattern.startswith("r/") else stage.visitors[0]
            client = stage.tokens[-2].client if pattern.startswith(API) else actor.client
            for method in METHODS:
                if not is_classified(Route(pattern, method)):
                    status = client.generic(method, Route(pattern, method).address(actor.values)).status_code
                    wrong += [] if status == 405 else [f"{method} /{pattern}: {status}"]
    assert not wrong, lines(wrong)


def test_nothing_is_classified_that_is_not_there() -> None:
    there = {pattern for pattern, _ in patterns()} | {socket.pattern for socket in sockets()}
    assert {pattern for pattern, _ in (*CALLS, INVITED)} - there == set()
    assert set(OPERATIONS) == described()


def test_everybody_is_told_what_the_table_says(played: Played) -> None:
    wrong = [f"{cell}: {cell.expected} by the table, was {was}" for cell, was in played.answers if was != cell.expected]
    assert not wrong, lines(wrong)


@pytest.mark.parametrize("name", PREDICATES)
def test_without_a_predicate_the_matrix_is_red(played: Played, name: str) -> None:
    with replaced(predicates()[name], lambda *arguments: True):
        assert any(perform(cell) != cell.expected for cell in played.refused_by[name])
