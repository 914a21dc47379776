"""A project whose deletion was asked for: nothing of it answers from then on, long before its rows go."""

import json
from typing import Any

import httpx
import pytest
from django.test import Client

from apps.endpoints.models import Prediction, PredictionArtifact
from apps.feedback.services import flag_prediction
from apps.home.deletion import ask_project_deletion
from atrium.tenancy.context import team_context
from tests.apps.sharing.links import Browser
from tests.browsing import signed_in
from tests.people import Lab
from tests.services import site


def asked(token: str, method: str, path: str, body: Any = None) -> tuple[int, str]:
    data = json.dumps(body or {})
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client().generic(method, f"/api/v1/{path}", data, content_type="application/json", headers=headers)
    kind = answer["Content-Type"]
    return answer.status_code, answer.json().get("code", "") if "json" in kind else ""


@pytest.fixture
def calls(lab: Lab) -> list[tuple[str, str, Any]]:
    """What a script does with the ids that it has: each is answered while the project is there."""
    prediction = lab.prediction(lab.alice)
    thread = flag_prediction(lab.alice, prediction.pk, verdict="wrong", message="No.").thread_id
    with team_context(lab.alice):
        picture = PredictionArtifact.objects.filter(prediction=prediction).values_list("artifact_id", flat=True)[0]
    endpoint, one = f"endpoints/{lab.endpoint.pk}", f"predictions/{prediction.pk}"
    return [
        ("GET", f"projects/{lab.project.pk}", None),
        ("GET", f"projects/{lab.project.pk}/threads", None),
        ("GET", f"models/{lab.version.model_id}", None),
        ("GET", f"versions/{lab.version.pk}", None),
        ("PATCH", f"versions/{lab.version.pk}", {"notes": "New"}),
        ("GET", endpoint, None),
        ("PATCH", endpoint, {"name": "New"}),
        ("GET", f"{endpoint}/examples", None),
        ("GET", f"{endpoint}/links", None),
        ("POST", f"{endpoint}/links", {"role": "try"}),
        ("GET", one, None),
        ("POST", f"{one}/cancel", None),
        ("POST", f"{one}/flag", {"verdict": "right"}),
        ("GET", f"pictures/{picture}", None),
        ("GET", f"threads/{thread}", None),
        ("POST", f"threads/{thread}/messages", {"body": "Seen."}),
    ]


def test_nothing_of_it_answers_a_script(lab: Lab, calls: list[tuple[str, str, Any]]) -> None:
    token = lab.token()
    assert {asked(token, *call)[0] for call in calls} <= {200, 201, 202}
    ask_project_deletion(lab.alice, lab.project.pk, typed=lab.project.name)
    assert {call[:2]: asked(token, *call) for call in calls} == {call[:2]: (404, "not_found") for call in calls}
    with team_context(lab.alice):
        assert Prediction.objects.count() == 1, "its rows have not gone yet"


@pytest.mark.usefixtures("web_process")
def test_its_links_and_pages_are_over_and_it_takes_no_case(lab: Lab) -> None:
    browser = Browser(*lab.link())
    headers = {"Authorization": f"Bearer {lab.token()}"}
    predict = f"{site().url}/api/v1/endpoints/{lab.endpoint.pk}/predictions"
    mine = lab.prediction(lab.alice)
    page = f"/t/{lab.team.slug}/predictions/{mine.pk}"
    assert browser.get().status_code == 200
    assert httpx.post(predict, json={"inputs": {}}, headers=headers, timeout=20).status_code == 400
    assert signed_in(lab.alice).get(page).status_code == 200
    ask_project_deletion(lab.alice, lab.project.pk, typed=lab.project.name)
    assert browser.get().status_code == 410
    assert signed_in(lab.alice).get(page).status_code == 404
    assert httpx.post(predict, json={"inputs": {}}, headers=headers, timeout=20).status_code == 404


def test_another_project_of_the_team_answers_as_before(lab: Lab, other_lab: Lab) -> None:
    ask_project_deletion(other_lab.alice, other_lab.project.pk, typed=other_lab.project.name)
    assert asked(lab.token(), "GET", f"endpoints/{lab.endpoint.pk}")[0] == 200
