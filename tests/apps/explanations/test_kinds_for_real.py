"""The other methods on running processes: a table's curves, a text's words, regions and a stress test of a picture."""

from uuid import UUID

import numpy as np
import pytest

from apps.explanations.models import Explanation
from atrium.tenancy.context import team_context
from atrium_client import Number
from tests.apps.endpoints.served import Served, gray
from tests.apps.explanations.test_occlusion_for_real import LEVELS, bright, data_url, explain
from tests.models import doubling


@pytest.fixture(scope="module")
def case(served: Served) -> str:
    _, answer = served.predict({"inputs": {"film": data_url(LEVELS.T)}})
    return str(answer["id"])


def test_regions_of_marks_are_covered_and_seen_alone(served: Served, case: str) -> None:
    mark = {"kind": "box", "points": [[0, 0], [0.5, 1]]}
    options = {"regions": "marks", "marks": [mark], "fill": "black"}
    found = explain(served.api, case, {"method": "ablation", "options": options})
    [region] = found["result"]["regions"]
    left, right = LEVELS.T.copy(), LEVELS.T.copy()
    left[:, :8], right[:, 8:] = 0, 0
    assert region["covered"] == pytest.approx(bright(left), abs=1e-6)
    assert region["alone"] == pytest.approx(bright(right), abs=1e-6)
    assert found["result"]["nothing"] == pytest.approx(0.5, abs=1e-6)
    assert found["overlay"]


def test_superpixels_are_regions(served: Served, case: str) -> None:
    found = explain(served.api, case, {"method": "ablation", "options": {"count": 9}})
    assert found["state"] == "succeeded", found
    labels = np.array(found["result"]["labels"])
    assert labels.max() + 1 == len(found["result"]["regions"])


def test_a_stress_test_is_a_table(served: Served) -> None:
    _, grey = served.predict({"inputs": {"film": gray(101)}})
    options = {"changes": ["brightness", "turn_left"]}
    found = explain(served.api, grey["id"], {"method": "stress", "options": options})
    rows = {row["change"]: [at["score"] for at in row["at"]] for row in found["result"]["rows"]}
    assert list(rows) == ["brightness", "turn_left"]
    expected = [bright(np.array([np.floor(255 * min(101 / 255 + step, 1))])) for step in (0.1, 0.2, 0.3, 0.4, 0.5)]
    assert rows["brightness"] == pytest.approx(expected, abs=2e-3)
    assert found["found"] == "“bright” stood through all 10 changes."


def test_curves_of_a_number_are_what_it_answers(served: Served) -> None:
    number = Number("x", minimum=0, maximum=8)
    version = served.project.upload("double", doubling(), inputs=[number], outputs=[Number("y")], example=[3.0])
    answer = version.deploy().predict(3.0)
    found = answer.explain("what_if", points=5, progress=False)
    [curve] = found.result["curves"]
    assert [(point["value"], point["score"]) for point in curve["points"]] == [(x, 2 * x) for x in (0, 2, 4, 6, 8)]
    assert (curve["value"], found.result["score"]) == (3, 6)
    assert answer.cost("what_if", points=5).calls == 6
    assert [each.id for each in answer.explanations] == [found.id]


def test_what_does_not_suit_is_refused_in_words(served: Served, case: str) -> None:
    for method, words in (("words", "needs a text"), ("what_if", "needs a number")):
        answer = served.api.request("POST", f"predictions/{case}/explanations", json={"method": method})
        assert (answer.status_code, answer.json()["code"]) == (422, "not_explainable")
        assert words in answer.json()["detail"]
    with team_context(served.lab.alice):
        assert not Explanation.objects.filter(prediction_id=UUID(case), question__method__method="words").exists()
