"""The other methods on running processes: a table's curves, a text's words, regions and a stress test of a picture,
windows of a series."""

from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from apps.explanations.models import Explanation
from atrium.tenancy.context import team_context
from atrium_client import Dicom, Invalid, Label, Number, Series
from tests import studies
from tests.apps.endpoints.served import Served, gray
from tests.apps.explanations.test_occlusion_for_real import LEVELS, bright, data_url, explain
from tests.journeys import sounds
from tests.journeys.test_study import SLICES, water_model
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


def test_marks_lie_on_the_original_where_edits_have_turned_it(served: Served, case: str) -> None:
    """Of a flipped picture the left half of the original is covered, which the model saw on the right."""
    flip = {"kind": "flip", "axis": "x"}
    _, flipped = served.predict({"inputs": {"film": {"prediction": case}}, "edits": [flip]})
    options = {"regions": "marks", "marks": [{"kind": "box", "points": [[0, 0], [0.5, 1]]}], "fill": "black"}
    [region] = explain(served.api, flipped["id"], {"method": "ablation", "options": options})["result"]["regions"]
    assert region["x"] == 0.75
    right = LEVELS.T.copy()
    right[:, :8] = 0
    assert region["covered"] == pytest.approx(bright(right), abs=1e-6)


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


def test_windows_of_a_series_are_what_silencing_gives(served: Served, tmp_path: Path) -> None:
    """By lead and in all, of the leads that the model takes; how long the signal is comes from the case."""
    leads, rate = ("I", "II"), 50
    ecg = sounds.write_leads(tmp_path / "ecg.csv", ("I", "II", "III"), np.r_[np.full(50, 0.1), np.zeros(50)], rate)
    version = served.project.upload(
        "loudness",
        sounds.model(tmp_path / "loudness.onnx", ("c", "t")),
        inputs=[Series("sound", leads=leads, unit="mV", rate_hz=rate)],
        outputs=[Label("finding", classes=sounds.CLASSES, activation="softmax")],
        example=[ecg],
        progress=False,
    )
    answer = version.deploy().predict(ecg)
    options = {"window": 0.25, "stride": 0.25, "by_lead": True}
    assert answer.cost("windows", target="loud", **options).calls == 9
    found = answer.explain("windows", target="loud", progress=False, **options)
    assert found.options | {"seconds": 2, "leads": ["I", "II"]} == found.options
    assert [row["lead"] for row in found.result["rows"]] == ["I", "II"]

    def loud(mean: float) -> float:
        return float(1 / (1 + np.exp(2 - 40 * mean)))

    drop = loud(0.05) - loud(0.0375)
    np.testing.assert_allclose(np.asarray(found), [[drop, drop, 0, 0]] * 2, rtol=0, atol=1e-6)
    assert found.found.startswith("Silencing 0.00 to 0.50 s of I lowered “loud” from 0.5 to 0.378")
    with pytest.raises(Invalid, match="There is no lead “V1”; there is I, II, III"):
        answer.cost("windows", leads=["V1"])


def test_slices_of_a_study_are_covered_one_by_one(served: Served, tmp_path: Path) -> None:
    """Slices at once, or each; how many there are comes from the case."""
    file = tmp_path / "scan.dcm"
    file.write_bytes(studies.file(studies.phantom(SLICES)))
    version = served.project.upload(
        "water",
        water_model(tmp_path),
        inputs=[Dicom("scan", frames="volume", depth=SLICES, size=(32, 32), scale=1 / 1000, layout="NDHW")],
        outputs=[Label("finding", classes=["water", "air"], activation="softmax")],
        example=[file],
        progress=False,
    )
    answer = version.deploy().predict(file)
    coarse: dict[str, Any] = {"window": 0.5, "stride": 0.5, "fill": "black"}
    assert answer.cost("slices", **coarse).calls == 5
    through = answer.explain("slices", progress=False, **coarse)
    assert [(each["first"], each["last"]) for each in through.result["layers"]] == [(0, SLICES - 1)]
    apart = answer.explain("slices", frames=[1, 3], progress=False, **coarse)
    assert apart.options | {"frames": [1, 3], "count": SLICES} == apart.options
    assert np.asarray(apart).shape == (2, 2, 2)
    assert 0 < np.abs(np.asarray(apart)).max() < np.abs(np.asarray(through)).max()
    assert through.found.startswith("Covering the place ")
    assert "in slices 1 to 5 " in through.found
    with pytest.raises(Invalid, match="There is no slice 5; the study has 5"):
        answer.cost("slices", frames=[5])
