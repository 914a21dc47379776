"""An example whose answer takes longer than its request may wait is asked for again, and is run once."""

import pytest

from apps.endpoints.api import views
from apps.endpoints.models import Endpoint, Prediction
from atrium.tenancy.context import team_context
from tests.apps.endpoints.served import gray
from tests.people import Lab
from tests.schema import Api

pytestmark = pytest.mark.usefixtures("inputs_process")


def test_it_is_told_to_come_again_and_found_then(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "EXAMPLE_SECONDS", 0.1)
    with team_context(lab.alice):
        Endpoint.objects.filter(pk=lab.endpoint.pk).update(pool=lab.team.slug)  # nobody serves it
    api, address = Api(lab.token()), f"endpoints/{lab.endpoint.pk}/examples"
    body = {"inputs": {"film": gray(7)}}
    status, problem = api.request("POST", address, body)
    assert (status, problem["code"]) == (503, "unavailable")
    with team_context(lab.alice):
        [asked] = Prediction.objects.filter(state=Prediction.State.QUEUED)
        answer = {"finding": {"kind": "label", "scores": [["effusion", 0.9], ["none", 0.1]], "truncated": False}}
        Prediction.objects.filter(pk=asked.pk).update(state=Prediction.State.SUCCEEDED, answer=answer)
    status, example = api.request("POST", address, body)
    assert status == 201
    assert example["prediction"]["id"] == str(asked.pk)
