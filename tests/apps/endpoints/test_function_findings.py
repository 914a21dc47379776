"""What a function found: checked, and told of the original, whatever edits made of what it saw."""

import asyncio
from io import BytesIO
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

from apps.endpoints.live.answers import answers_of
from apps.endpoints.live.unusable import Unusable
from gpu_workers.inputs.mask import decode
from gpu_workers.inputs.refusal import Refusal
from gpu_workers.protocol.edits import Crop, Flip, Rotate
from gpu_workers.protocol.findings import BoxesOutput, JsonOutput, PointsOutput, SpansOutput
from gpu_workers.protocol.interface import ImageInput, Interface, TextInput
from gpu_workers.protocol.messages import Origin

TEXT = "🫁 of the left lobe"
HALF = (Crop(x=0.5, y=0, w=0.5, h=1), Flip(axis="x"))


def told(output: Any, value: Any, edits: tuple[Any, ...] = ()) -> Any:
    interface = Interface((ImageInput(name="film"), TextInput(name="note")), (output,))
    film = {"sha256": "", "content_type": "image/png", "origin": msgspec.to_builtins(Origin(200, 100, edits))}
    return asyncio.run(answers_of(interface, {output.name: value}, {}, {"film": film, "note": TEXT}))[output.name]


BOX = {"x": 0.2, "y": 0.5, "w": 0.4, "h": 0.25, "label": "a", "score": 0.5}


def test_boxes_are_ordered_named_and_cut_at_the_edge() -> None:
    given = [BOX, BOX | {"x": 0.8, "score": 0.9}, BOX | {"w": 0}]
    boxes = told(BoxesOutput(name="y", classes=("a",)), given).boxes
    assert [(box.id, box.score, round(box.w, 6)) for box in boxes] == [("b0", 0.9, 0.2), ("b1", 0.5, 0.4)]
    assert told(BoxesOutput(name="nodule"), [{"x": 0, "y": 0, "w": 1, "h": 1}]).boxes[0].label == "nodule"


def test_places_on_an_edited_picture_are_told_of_the_original() -> None:
    (box,) = told(BoxesOutput(name="y"), [BOX], HALF).boxes
    assert (box.x, box.y, box.w, box.h) == (0.7, 0.5, 0.2, 0.25)  # the right half, mirrored
    (point,) = told(PointsOutput(name="y"), [{"x": 0.25, "y": 0.5}], HALF).points
    assert (point.x, point.y) == (0.875, 0.5)


def test_spans_lie_in_the_text() -> None:
    given = [{"start": 9, "end": 13, "label": "side"}, {"start": 5, "end": 99, "label": "side"}]
    (span,) = told(SpansOutput(name="y"), given).spans
    assert TEXT[span.start : span.end] == "left"


@pytest.mark.parametrize(
    ("output", "value", "code"),
    [
        (BoxesOutput(name="y"), {"x": 1}, "model_failed"),
        (BoxesOutput(name="y"), [{"x": "a", "y": 0, "w": 1, "h": 1}], "model_failed"),
        (BoxesOutput(name="y", classes=("a",)), [BOX | {"label": "b"}], "model_failed"),
        (BoxesOutput(name="y"), [BOX | {"score": float("inf")}], "answer_not_finite"),
        (PointsOutput(name="y"), [{"x": 0, "y": 0}] * 2000, "model_failed"),
        (SpansOutput(name="y"), [{"start": 0.5, "end": 1}], "model_failed"),
        (JsonOutput(name="y"), {"a": "x" * 200_000}, "model_failed"),
    ],
)
def test_what_is_none_of_it_is_refused(output: Any, value: Any, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        told(output, value)
    assert refused.value.code == code


def test_a_value_of_any_form_stands_as_it_is() -> None:
    assert told(JsonOutput(name="y"), {"side": ["left", 1, None]}).value == {"side": ["left", 1, None]}


# ---- masks, in the inputs process ----


def png(indices: Any) -> bytes:
    written = BytesIO()
    Image.fromarray(np.asarray(indices, np.uint8)).save(written, "PNG")
    return written.getvalue()


def made(indices: Any, edits: tuple[Any, ...] = (), **options: Any) -> tuple[Any, dict[str, Any]]:
    origin = msgspec.to_builtins(Origin(200, 100, edits))
    mask = decode(png(indices), {"origin": origin, **options})
    return np.asarray(Image.open(BytesIO(mask.data))), mask.facts


def test_a_mask_of_any_size_covers_the_whole_of_the_original() -> None:
    mask, facts = made([[0, 1], [0, 2]], classes=["left", "right"])
    np.testing.assert_array_equal(mask, np.kron([[0, 1], [0, 2]], np.ones((50, 100))))
    assert [(each["id"], each["name"], each["pixels"]) for each in facts["classes"]] == [
        ("m1", "left", 5000),
        ("m2", "right", 5000),
    ]


def test_a_mask_of_an_edited_picture_lies_on_the_original() -> None:
    mask, _ = made(np.ones((10, 10)), HALF)
    np.testing.assert_array_equal(mask[:, :100], 0)
    np.testing.assert_array_equal(mask[:, 100:], 1)
    turned, _ = made([[1, 0]], (Rotate(degrees=180),))
    np.testing.assert_array_equal(turned[:, :100], 0)
    np.testing.assert_array_equal(turned[:, 100:], 1)


def test_a_class_that_is_not_declared_is_refused() -> None:
    with pytest.raises(Refusal, match="It holds class 3, and 1 are declared"):
        made([[3]], classes=["a"])
