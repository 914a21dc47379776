"""A new endpoint's own example: what cannot be shown becomes none, and the log says why."""

import logging
from typing import Any

import pytest
from django.db import connections

from apps.endpoints import first_example
from apps.endpoints.chores import sweep_team
from apps.endpoints.first_example import show_first_example
from apps.endpoints.models import Example, Prediction
from apps.registry.models import Version
from atrium.audit.models import Event
from atrium.errors import Problem
from atrium.tenancy.context import team_context
from tests.people import Lab

State = Prediction.State


class Asking:
    """Stands for asking the endpoint. held: whether the caller held a connection meanwhile."""

    def __init__(self, end: Prediction | Problem) -> None:
        self.end, self.held = end, True
        self.of_the_caller = connections["default"]

    async def ask(self, *asked: Any, wait: float) -> Prediction:
        self.held = self.of_the_caller.connection is not None
        if isinstance(self.end, Problem):
            raise self.end
        return self.end


@pytest.fixture
def lab_with_example(lab: Lab) -> Lab:
    with team_context(lab.alice):
        Version.objects.filter(pk=lab.version.pk).update(example={"film": {"kind": "text", "value": "x"}})
    return lab


def shown(lab: Lab, end: Prediction | Problem, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many examples there are after the endpoint's own was asked for and ended so."""
    asking = Asking(end)
    monkeypatch.setattr(first_example, "ask", asking.ask)
    show_first_example(lab.alice, lab.endpoint.pk, wait=0)
    assert not asking.held
    with team_context(lab.alice):
        return Example.objects.filter(endpoint=lab.endpoint).count()


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.QUEUED])
def test_it_is_shown_or_will_be(lab_with_example: Lab, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    lab = lab_with_example
    assert shown(lab, lab.prediction(lab.alice, state=state), monkeypatch) == 1
    with team_context(lab.alice):
        sweep_team()
        assert Example.objects.filter(endpoint=lab.endpoint).count() == 1


@pytest.mark.parametrize(
    "end", [State.FAILED, State.CANCELLED, Problem("queue_full")], ids=["failed", "cancelled", "refused"]
)
def test_nothing_is_shown_and_the_log_says_why(
    lab_with_example: Lab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, end: str | Problem
) -> None:
    lab = lab_with_example
    found = end if isinstance(end, Problem) else lab.prediction(lab.alice, state=end, error={"code": f"why_{end}"})
    with caplog.at_level(logging.WARNING, "atrium.endpoints"):
        assert shown(lab, found, monkeypatch) == 0
    assert f"{lab.endpoint.pk} has no first example: " in caplog.text
    assert ("queue_full" if isinstance(end, Problem) else f"why_{end}") in caplog.text


def test_one_that_failed_later_is_swept(lab: Lab) -> None:
    example, good = lab.example(), lab.example()
    with team_context(lab.alice):
        Prediction.objects.filter(pk=example.prediction_id).update(state=State.FAILED)
        sweep_team()
        assert list(Example.objects.all()) == [good]
        assert Event.objects.get(what="example.removed").subject_id == example.pk
