"""A case is explained on running processes: told what it costs, asked, found again, deleted with its prediction."""

from base64 import b64encode
from io import BytesIO
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image

from apps.artifacts.models import Artifact
from apps.explanations.models import Explanation
from apps.feedback.deletion import delete_prediction
from apps.jobs.models import Job, UsageEntry
from atrium.audit.models import Event
from atrium.tenancy.context import team_context
from atrium_client.png import encode
from tests.apps.endpoints.served import Served
from tests.schema import LiveApi
from tests.waiting import until

COARSE = {"window": 0.25, "stride": 0.25, "fill": "black"}
ASKED = {"method": "occlusion", "options": COARSE}
LEVELS = np.random.default_rng(11).integers(0, 256, (16, 16), dtype=np.uint8)


def data_url(pixels: Any) -> str:
    return "data:image/png;base64," + b64encode(encode(np.ascontiguousarray(pixels))).decode()


@pytest.fixture(scope="module")
def case(served: Served) -> str:
    """A case whose answer is the softmax of (m, -m), m its mean."""
    _, answer = served.predict({"inputs": {"film": data_url(LEVELS)}})
    return str(answer["id"])


@pytest.fixture
def explained(served: Served, case: str) -> dict[str, Any]:
    return explain(served.api, case, ASKED)


def explain(api: LiveApi, case: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.request("POST", f"predictions/{case}/explanations", json=body)
    assert answer.status_code in (200, 202), answer.text
    path = f"explanations/{answer.json()['id']}"
    until(lambda: api.request("GET", path).json()["state"] != "queued")
    found: dict[str, Any] = api.request("GET", path).json()
    return found


def bright(pixels: Any) -> float:
    mean = float((pixels / 255).mean())
    return float(1 / (1 + np.exp(-2 * mean)))


def test_its_map_is_what_covering_by_hand_gives(explained: dict[str, Any]) -> None:
    assert explained["state"] == "succeeded", explained
    assert explained["target"] == {"output": "finding", "label": "bright"}
    expected = np.zeros((4, 4))
    for row in range(4):
        for column in range(4):
            covered = LEVELS.copy()
            covered[row * 4 : row * 4 + 4, column * 4 : column * 4 + 4] = 0
            expected[row, column] = bright(LEVELS) - bright(covered)
    np.testing.assert_allclose(np.array(explained["result"]["values"]), expected, rtol=0, atol=1e-6)
    assert explained["result"]["x"] == [0, 0.25, 0.5, 0.75, 1]
    assert "lowered “bright” from" in explained["found"]


def test_its_overlay_is_a_picture_of_the_prediction(served: Served, explained: dict[str, Any]) -> None:
    path = explained["overlay"].partition("/api/v1/")[2]
    answer = served.api.request("GET", path)
    with Image.open(BytesIO(answer.content)) as picture:
        assert picture.mode == "RGBA"


def test_asked_again_it_is_found(served: Served, case: str, explained: dict[str, Any]) -> None:
    answer = served.api.request("POST", f"predictions/{case}/explanations", json=ASKED)
    assert (answer.status_code, answer.json()["id"], answer.json()["stored"]) == (200, explained["id"], True)
    named = ASKED | {"target": {"output": "finding", "label": "bright"}}
    assert served.api.request("POST", f"predictions/{case}/explanations", json=named).json()["id"] == explained["id"]
    other = explain(served.api, case, ASKED | {"target": {"label": "dark"}})
    np.testing.assert_allclose(
        np.array(other["result"]["values"]), -np.array(explained["result"]["values"]), rtol=0, atol=1e-6
    )
    listed = served.api.request("GET", f"predictions/{case}/explanations").json()["results"]
    assert {each["id"] for each in listed} == {explained["id"], other["id"]}


def test_its_cost_is_told_before_and_taken_of_the_quota(served: Served, case: str, explained: dict[str, Any]) -> None:
    cost = served.api.request("POST", f"predictions/{case}/explanations/cost", json=ASKED).json()
    assert (cost["calls"], cost["measured"]) == (17, True)
    assert cost["message"].startswith("Asks the model 17 times: some ")
    with team_context(served.lab.alice):
        entries = UsageEntry.objects.filter(kind="explain", outcome="succeeded")
        job = Job.objects.get(subject=explained["id"])
        assert job.reserved_ms == round(cost["expected_seconds"] * 1000)
        assert entries.get(job_id=job.pk).device_ms == round((job.timings or {}).get("run", -1))
        assert Event.objects.filter(what="prediction.explained", subject_id=case).exists()


def test_what_edits_changed_is_explained_as_the_model_saw_it(served: Served, case: str) -> None:
    """Covered on the left first: there covering again changes nothing."""
    left = {"kind": "occlude", "x": 0, "y": 0, "w": 0.5, "h": 1, "fill": "black"}
    _, edited = served.predict({"inputs": {"film": {"prediction": case}}, "edits": [left]})
    found = np.array(explain(served.api, edited["id"], ASKED)["result"]["values"])
    np.testing.assert_allclose(found[:, :2], 0, atol=1e-7)
    assert (found[:, 2:] > 1e-4).all()


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"method": "guess"}, "method", "is none of"),
        ({"method": "occlusion", "options": {"window": 2}}, "options.window", "<= 1"),
        ({"method": "occlusion", "options": {"window": 0.1, "stride": 0.2}}, "options", "never be covered"),
        ({"method": "occlusion", "options": {"sigma": 1}}, "options", "unknown field"),
        ({"method": "occlusion", "options": {"input": "other"}}, "options.input", "It is one of film."),
        ({"method": "occlusion", "options": {"window": 0.02, "stride": 0.01}}, "options", "9,802 times"),
        ({"method": "occlusion", "target": {"output": "other"}}, "target.output", "It is one of finding."),
        ({"method": "occlusion", "target": {"label": "grey"}}, "target.label", "no class “grey”"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    served: Served, case: str, body: dict[str, Any], field: str, words: str
) -> None:
    answer = served.api.request("POST", f"predictions/{case}/explanations", json=body)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert words in error["message"]


def test_it_goes_with_its_prediction(served: Served) -> None:
    _, asked = served.predict({"inputs": {"film": data_url(LEVELS[::-1])}})
    found = explain(served.api, asked["id"], ASKED)
    overlay = UUID(found["overlay"].rpartition("/")[2])
    with team_context(served.lab.alice):
        assert Artifact.objects.filter(pk=overlay).exists()
    delete_prediction(served.lab.alice, UUID(asked["id"]))
    with team_context(served.lab.alice):
        assert not Explanation.objects.filter(pk=found["id"]).exists()
        assert not Artifact.objects.filter(pk=overlay).exists()
        assert not Job.objects.filter(subject=found["id"]).exists()
