"""Drafts of a live edit: which of them a newer one cancels, and that one being cancelled answers nobody else."""

import asyncio
from typing import Any

import pytest

from apps.endpoints.acceptance import Submission, insert_prediction
from apps.endpoints.models import Endpoint, Prediction
from apps.endpoints.predictions import cancel, prepare
from apps.endpoints.preparation import Asked
from apps.endpoints.services import create_endpoint
from apps.jobs.models import Job
from atrium.tenancy.context import team_context
from tests.people import INTERFACE, Lab, ready_version

AGE = {"kind": "number", "name": "age"}
FILM_AND_AGE = INTERFACE | {"inputs": [*INTERFACE["inputs"], AGE]}
FORM = INTERFACE | {"inputs": [AGE]}


def serve(lab: Lab, interface: dict[str, Any]) -> None:
    """From a pool without workers, so that what is asked stays open."""
    version = ready_version(lab.alice, lab.project, "form", interface)
    lab.endpoint = create_endpoint(lab.alice, lab.project.pk, name="Form", version_id=version.pk)
    with team_context(lab.alice):
        Endpoint.objects.filter(pk=lab.endpoint.pk).update(pool=lab.team.slug)


def draft(lab: Lab, **values: Any) -> Submission:
    return asyncio.run(prepare(lab.alice, lab.endpoint.pk, Asked(values, keep=False)))


def sent(submission: Submission) -> Prediction:
    return insert_prediction(submission, "", False)[0]


def is_cancelled(lab: Lab, prediction: Prediction) -> bool:
    with team_context(lab.alice):
        return Job.objects.get(subject=prediction.pk).cancel_requested


@pytest.mark.parametrize("late", [False, True])
def test_only_the_older_one_is_cancelled_whichever_was_prepared_first(lab: Lab, late: bool) -> None:
    serve(lab, FILM_AND_AGE)
    film = {"prediction": str(lab.prediction(lab.alice).pk)}
    older, newer = draft(lab, film=film, age=1), draft(lab, film=film, age=2)
    if late:
        second, first = sent(newer), sent(older)
    else:
        first, second = sent(older), sent(newer)
    assert is_cancelled(lab, first) is not late
    assert not is_cancelled(lab, second)


def test_a_form_leaves_it_to_the_page(lab: Lab) -> None:
    """Without an original nothing tells two cases apart."""
    serve(lab, FORM)
    drafts = [sent(draft(lab, age=age)) for age in (1, 2)]
    assert not any(is_cancelled(lab, one) for one in drafts)


def test_one_that_is_being_cancelled_answers_nobody_else(lab: Lab) -> None:
    serve(lab, FORM)
    first = sent(draft(lab, age=1))
    assert sent(draft(lab, age=1)) == first
    cancel(lab.alice, first.pk)
    assert sent(draft(lab, age=1)) != first


def test_one_that_is_swept_just_now_is_asked_anew(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(lab, FORM)
    first = sent(draft(lab, age=1))

    def swept(*_: Any) -> None:
        """Called between the question for a stored answer and its use."""
        Prediction.objects.filter(pk=first.pk).delete()

    monkeypatch.setattr("apps.endpoints.acceptance.idempotency.claim", swept)
    assert sent(draft(lab, age=1)).pk != first.pk
