"""What reviewers say of single findings: what is taken, what is kept, and the truth that comes of it."""

import json
from typing import Any

import numpy as np
import pytest

from apps.endpoints.models import Prediction
from apps.feedback import coco
from apps.feedback.coco import runs
from apps.feedback.deletion import forget_author
from apps.feedback.findings import truth_of
from apps.feedback.models import Flag
from apps.feedback.services import flag_prediction
from apps.registry.models import Version
from atrium.access.principals import Guest
from atrium.errors import Invalid
from atrium.tenancy.context import team_context
from gpu_workers.masks import contours
from tests.people import Lab, ready_version

from .cases import get, reviewer, words

INTERFACE = {
    "inputs": [{"kind": "image", "name": "film", "mode": "L"}, {"kind": "text", "name": "note"}],
    "outputs": [
        {"kind": "boxes", "name": "nodules", "classes": ["nodule", "mass"]},
        {"kind": "spans", "name": "words"},
        {"kind": "points", "name": "eyes"},
        {"kind": "mask", "name": "lungs", "classes": ["left", "right"]},
    ],
}
SQUARE = [[0.1, 0.1], [0.3, 0.1], [0.3, 0.3], [0.1, 0.3]]
HOLE = [[0.15, 0.15], [0.25, 0.15], [0.25, 0.25], [0.15, 0.25]]
ANSWER: dict[str, Any] = {
    "nodules": {
        "kind": "boxes",
        "boxes": [
            {"id": "b0", "label": "nodule", "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4, "score": 0.9},
            {"id": "b1", "label": "mass", "x": 0.5, "y": 0.5, "w": 0.1, "h": 0.1, "score": 0.6},
            {"id": "b2", "label": "mass", "x": 0.7, "y": 0.7, "w": 0.1, "h": 0.1, "score": 0.3},
        ],
    },
    "words": {"kind": "spans", "spans": [{"id": "s0", "label": "organ", "start": 0, "end": 4}]},
    "eyes": {"kind": "points", "points": [{"id": "p0", "name": "left", "x": 0.5, "y": 0.5}]},
    "lungs": {
        "kind": "mask",
        "width": 100,
        "height": 80,
        "classes": [
            {"id": "m1", "index": 1, "name": "left", "pixels": 120, "contours": [SQUARE]},
            {"id": "m2", "index": 2, "name": "right", "pixels": 90, "contours": [SQUARE, HOLE]},
        ],
    },
}


@pytest.fixture
def dana(lab: Lab) -> Guest:
    return reviewer(lab)


@pytest.fixture
def found(lab: Lab, dana: Guest) -> Prediction:
    version = ready_version(lab.alice, lab.project, "finder", INTERFACE)
    prediction = lab.prediction(dana, note="Lung, left lobe")
    with team_context(lab.alice):
        prediction.answer = ANSWER
        prediction.version = Version.objects.get(pk=version.pk)
        prediction.inputs["film"] |= {"width": 100, "height": 80}
        prediction.save()
    return prediction


ACCEPTED = {"output": "nodules", "id": "b0", "verdict": "accepted"}
REJECTED = {"output": "nodules", "id": "b2", "verdict": "rejected"}
CORRECTED = {"output": "nodules", "id": "b1", "verdict": "corrected", "correction": {"label": "nodule", "w": 0.25}}
MISSED = {"output": "nodules", "label": "nodule", "x": 0.0, "y": 0.0, "w": 0.5, "h": 0.25}


_FRAYED = [[place % 2, place / 1000] for place in range(600)]
FRAYED = {"output": "lungs", "name": "left", "contours": [_FRAYED]}
DOTTED = {"output": "lungs", "name": "left", "contours": [[[0.5, 0.5]] * 1500] * 3}
REDRAWN = {"output": "lungs", "id": "m1", "verdict": "corrected", "correction": {"contours": [_FRAYED]}}


def judged(dana: Guest, prediction: Prediction, **said: Any) -> Flag:
    return flag_prediction(dana, prediction.pk, **{"verdict": "wrong", **said})


class TestWhatIsTaken:
    def test_each_finding_is_judged_by_itself(self, lab: Lab, dana: Guest, found: Prediction) -> None:
        flag = judged(dana, found, findings=[ACCEPTED, REJECTED, CORRECTED], added=[MISSED])
        with team_context(lab.alice):
            kept = Flag.objects.get(pk=flag.pk)
        assert kept.findings == [ACCEPTED, REJECTED, CORRECTED]
        assert kept.added == [MISSED]

    @pytest.mark.parametrize(
        ("said", "field", "sentence"),
        [
            ({"findings": [ACCEPTED | {"id": "b9"}]}, "findings.0.id", "has no finding “b9”"),
            ({"findings": [ACCEPTED, ACCEPTED]}, "findings.1.id", "judged twice"),
            ({"findings": [ACCEPTED | {"verdict": "corrected"}]}, "findings.0.correction", "Say how"),
            ({"findings": [ACCEPTED | {"correction": {"w": 0.1}}]}, "findings.0.correction", "Say how"),
            ({"findings": [ACCEPTED | {"verdict": "fine"}]}, "findings.0.verdict", "it is one of accepted"),
            ({"findings": [CORRECTED | {"correction": {"w": 0.9}}]}, "findings.0.correction", "beyond the picture"),
            ({"findings": [CORRECTED | {"correction": {"start": 1}}]}, "findings.0.correction.start", "holds boxes"),
            ({"added": [MISSED | {"output": "other"}]}, "added.0.output", "no output “other” with findings"),
            ({"added": [{"output": "nodules", "label": "mass"}]}, "added.0.x", "Give label, x, y, w, h"),
            ({"added": [{"output": "words", "label": "a", "start": 3, "end": 99}]}, "added.0.end", "15 characters"),
            ({"added": [MISSED | {"label": "a\x00b"}]}, "added.0.label", ""),
            ({"added": "all"}, "added", ""),
            ({"added": [FRAYED]}, "added", "cross the picture at most 500 times"),
            ({"added": [DOTTED] * 5}, "added", "at most 20,000 corners"),
            ({"findings": [REDRAWN]}, "findings", "cross the picture at most 500 times"),
        ],
    )
    def test_the_rest_is_refused_in_words(
        self, dana: Guest, found: Prediction, said: dict[str, Any], field: str, sentence: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            judged(dana, found, **said)
        assert refused.value.errors[0].field == field
        assert sentence in refused.value.errors[0].message

    def test_a_correction_names_only_what_differs(self, dana: Guest, found: Prediction) -> None:
        said = [
            {"output": "words", "id": "s0", "verdict": "corrected", "correction": {"end": 3}},
            {"output": "eyes", "id": "p0", "verdict": "corrected", "correction": {"x": 0.25}},
            {"output": "lungs", "id": "m1", "verdict": "corrected", "correction": {"name": "right"}},
        ]
        truth = [(output, finding) for output, _, finding in truth_of(judged(dana, found, findings=said))]
        assert truth == [
            ("words", {"id": "s0", "label": "organ", "start": 0, "end": 3}),
            ("eyes", {"id": "p0", "name": "left", "x": 0.25, "y": 0.5}),
            ("lungs", ANSWER["lungs"]["classes"][0] | {"name": "right"}),
        ]


class TestTruth:
    def test_is_what_was_accepted_corrected_and_added(self, dana: Guest, found: Prediction) -> None:
        flag = judged(dana, found, findings=[ACCEPTED, REJECTED, CORRECTED], added=[MISSED])
        truth = list(truth_of(flag))
        assert [(verdict, finding["label"], finding["w"]) for _, verdict, finding in truth] == [
            ("accepted", "nodule", 0.3),
            ("corrected", "nodule", 0.25),
            ("added", "nodule", 0.5),
        ]

    def test_of_a_right_answer_holds_what_nobody_rejected(self, dana: Guest, found: Prediction) -> None:
        truth = list(truth_of(judged(dana, found, verdict="right", findings=[REJECTED])))
        assert [finding["id"] for _, _, finding in truth] == ["b0", "b1", "s0", "p0", "m1", "m2"]

    def test_of_another_is_nothing_but_what_was_said(self, dana: Guest, found: Prediction) -> None:
        assert list(truth_of(judged(dana, found))) == []


class TestCoco:
    def test_boxes_and_masks_are_in_pixels(self, lab: Lab, dana: Guest, found: Prediction) -> None:
        flag = judged(dana, found, verdict="right", findings=[CORRECTED, REJECTED], added=[MISSED])
        answer = get(lab, lab.alice, "export.coco")
        assert answer["Content-Disposition"] == 'attachment; filename="films-coco.json"'
        written = json.loads(answer.getvalue())
        assert written["images"] == [
            {
                "id": 1,
                "file_name": f"pictures/{flag.pk}/1-film-original.png",
                "width": 100,
                "height": 80,
            }
        ]
        assert [each["name"] for each in written["categories"]] == ["nodule", "left", "right"]
        boxes = [each for each in written["annotations"] if each["atrium"]["output"] == "nodules"]
        assert [each["bbox"] for each in boxes] == [[10, 16, 30, 32], [50, 40, 25, 8], [0, 0, 50, 20]]
        assert [each["atrium"]["verdict"] for each in boxes] == ["accepted", "corrected", "added"]
        assert boxes[0]["area"] == 960
        left, right = (each for each in written["annotations"] if each["atrium"]["output"] == "lungs")
        assert left["segmentation"] == [[10, 8, 30, 8, 30, 24, 10, 24]]
        assert (left["area"], left["bbox"]) == (320, [10, 8, 20, 16])
        assert right["segmentation"]["size"] == [80, 100]
        assert right["area"] == 320 - 80  # the hole is 10 × 8
        assert sum(right["segmentation"]["counts"]) == 8000
        assert [each["id"] for each in written["annotations"]] == [1, 2, 3, 4, 5]

    def test_of_two_judgements_of_a_picture_the_newer_counts(self, lab: Lab, dana: Guest, found: Prediction) -> None:
        judged(dana, found, findings=[ACCEPTED])
        flag_prediction(lab.alice, found.pk, verdict="wrong", findings=[REJECTED])
        written = json.loads(get(lab, lab.alice, "export.coco").getvalue())
        assert (len(written["images"]), written["annotations"]) == (1, [])

    def test_what_says_nothing_of_places_is_left_out(self, lab: Lab, dana: Guest) -> None:
        judged(dana, lab.prediction(dana), verdict="right")
        written = json.loads(get(lab, lab.alice, "export.coco").getvalue())
        assert (written["images"], written["annotations"], written["categories"]) == ([], [], [])

    def test_lines_that_go_to_and_fro_without_end_are_polygons(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A model on a team's own pool answers whatever it likes; web writes the file while others wait."""
        ring = [(place % 2, place / 1000) for place in range(600)]
        finding = {"name": "left", "contours": [ring, ring]}
        monkeypatch.setattr(coco, "runs", lambda *_: pytest.fail("pixels were counted"))
        shape = coco._shape("mask", finding, 8000, 6000)
        assert [len(outline) for outline in shape["segmentation"]] == [1200, 1200]

    def test_run_lengths_are_those_of_the_pixels(self) -> None:
        """Against the pixels themselves, column by column as COCO counts them."""
        random = np.random.default_rng(4)
        for _ in range(40):
            mask = random.random((9, 13)) > 0.6
            lines, _ = contours(mask)
            counts = runs([line.tolist() for line in lines], 13, 9)
            assert all(count > 0 for count in counts[1:])
            pixels = np.repeat(np.arange(len(counts)) % 2, counts).reshape(13, 9).T
            np.testing.assert_array_equal(pixels, mask)


def test_the_case_page_sets_the_model_beside_the_reviewer(lab: Lab, dana: Guest, found: Prediction) -> None:
    flag = judged(dana, found, findings=[ACCEPTED, REJECTED, CORRECTED], added=[MISSED])
    shown = words(get(lab, lab.alice, f"{flag.thread_id}/"))
    for sentence in ("nodule", "30 × 40 % at 10, 20 %", "Accepted", "Rejected", "Corrected", "Missed by the model"):
        assert sentence in shown
    assert "“Lung”" in shown


def test_a_withdrawn_flag_keeps_verdicts_alone(lab: Lab, dana: Guest, found: Prediction) -> None:
    flag = judged(dana, found, findings=[CORRECTED], added=[MISSED])
    with team_context(lab.alice):
        forget_author(dana.guest_id, keep_examples=True)
        kept = Flag.objects.get(pk=flag.pk)
    assert kept.findings == [{"output": "nodules", "id": "b1", "verdict": "corrected"}]
    assert kept.added == []
