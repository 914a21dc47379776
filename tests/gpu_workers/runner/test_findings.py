"""Boxes, points, spans and values of any form, from tensors to answers; against implementations of their own."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gpu_workers.inputs.edits import apply
from gpu_workers.protocol.edits import Crop, Edit, Flip, Rotate
from gpu_workers.protocol.findings import BoxesOutput, JsonOutput, PointsOutput, SpansOutput
from gpu_workers.protocol.interface import ImageInput, Interface, Output, TextInput
from gpu_workers.protocol.messages import Blob, Origin
from gpu_workers.runner.postprocess import Unanswered, answers
from gpu_workers.runner.postprocess.boxes import thinned
from gpu_workers.runner.preprocess import prepare

SIDE = 200


def blob(picture: Image.Image, edits: Sequence[Edit] = ()) -> Blob:
    written = BytesIO()
    apply(picture, edits).save(written, "PNG")
    moving = tuple(edit for edit in edits if isinstance(edit, Crop | Rotate | Flip))
    origin = Origin(*picture.size, moving) if edits else None
    return Blob("", "image/png", written.getvalue(), origin=origin)


def plain(width: int = SIDE, height: int = SIDE) -> Blob:
    return blob(Image.new("L", (width, height)))


def found(output: Output, raw: Any, value: Blob | str | None = None, image: ImageInput | None = None) -> Any:
    field = image or ImageInput(name="film", size=(SIDE, SIDE), mode="L")
    interface = Interface((field, TextInput(name="note")), (output,))
    values = {"note" if isinstance(value, str) else "film": value or plain()}
    return answers(interface, {output.name: raw}, values)[output.name]


# ---- decoding ----

CORNERS = np.array([[20, 40, 60, 100], [100, 20, 180, 60]], np.float32)
SCORES = np.array([[0.9, 0.1], [0.2, 0.7]], np.float32)
WANTED = [("cat", 0.1, 0.2, 0.2, 0.3), ("dog", 0.5, 0.1, 0.4, 0.2)]


def told(answer: Any) -> list[tuple[str, float, float, float, float]]:
    return [(box.label, box.x, box.y, box.w, box.h) for box in answer.boxes]


def form_of(corners: Any, form: str) -> Any:
    low, high = corners[:, :2], corners[:, 2:]
    forms = {
        "xyxy": corners,
        "xywh": np.hstack([low, high - low]),
        "cxcywh": np.hstack([(low + high) / 2, high - low]),
        "yxyx": corners[:, [1, 0, 3, 2]],
    }
    return forms[form]


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("form", ["xyxy", "xywh", "cxcywh", "yxyx"])
@pytest.mark.parametrize("layout", ["separate", "labelled", "rows", "columns", "objectness", "detections"])
def test_each_layout_and_form_gives_the_same_boxes(layout: str, form: Any, relative: bool) -> None:
    four = form_of(CORNERS, form) / (SIDE if relative else 1)
    rows = np.hstack([four, SCORES])[None]
    best, labels = SCORES.max(axis=1), SCORES.argmax(axis=1)
    raw: Any = {
        "separate": [four[None], SCORES[None]],
        "labelled": [four, best[None], labels],
        "rows": rows,
        "columns": rows.transpose(0, 2, 1),
        "objectness": np.hstack([four, [[0.5], [0.5]], SCORES * 2])[None],
        "detections": np.hstack([four, best[:, None], labels[:, None]])[None],
    }[layout]
    options: Any = {"layout": {"labelled": "separate", "objectness": "rows"}.get(layout, layout)}
    output = BoxesOutput(
        name="y", classes=("cat", "dog"), format=form, relative=relative, objectness=layout == "objectness", **options
    )
    answer = found(output, raw)
    np.testing.assert_allclose([box[1:] for box in told(answer)], [box[1:] for box in WANTED], atol=1e-6)
    assert [box[0] for box in told(answer)] == ["cat", "dog"]
    assert [box.id for box in answer.boxes] == ["b0", "b1"]
    np.testing.assert_allclose([box.score for box in answer.boxes], [0.9, 0.7], atol=1e-6)


def test_a_softmax_over_a_background_leaves_it_out() -> None:
    logits = np.log(np.array([[0.1, 0.6, 0.3], [0.9, 0.06, 0.04]]))
    output = BoxesOutput(name="y", classes=("cat", "dog"), activation="softmax", background=True, scores_tensor="s")
    answer = found(output, [CORNERS, logits])
    assert [box.label for box in answer.boxes] == ["cat"]
    assert answer.boxes[0].score == pytest.approx(0.6)


def test_one_class_needs_no_name_and_others_must_be_enough() -> None:
    assert found(BoxesOutput(name="nodule"), [CORNERS, SCORES[:, :1]]).boxes[0].label == "nodule"
    assert [box.label for box in found(BoxesOutput(name="y"), [CORNERS, SCORES]).boxes] == ["0", "1"]
    with pytest.raises(Unanswered, match="names 1 classes, but the model answered class 1"):
        found(BoxesOutput(name="y", classes=("cat",)), [CORNERS, SCORES])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([CORNERS, SCORES[:1, :1]], "2 boxes, but"),
        ([CORNERS[:, :3], SCORES], "four numbers a box"),
        ([CORNERS * np.nan, SCORES], "not a finite number"),
        (np.zeros((2, 3, 4, 5)), "holds no numbers"),
        ([{"a": 1.0}], "holds no numbers"),
        ([CORNERS, SCORES[:, 0], np.array([0.5, 1])], "no indices"),
    ],
)
def test_what_is_no_boxes_is_refused_in_words(raw: Any, said: str) -> None:
    with pytest.raises(Unanswered, match=said):
        found(BoxesOutput(name="y"), raw)


# ---- thinning out ----


def by_hand(corners: Any, labels: Any, most_overlap: float) -> list[int]:
    """Every pair compared, in plain Python."""

    def overlap(a: Any, b: Any) -> float:
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        shared = max(wide, 0) * max(high, 0)
        return float(shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared))

    kept: list[int] = []
    for index in range(len(corners)):
        rivals = [other for other in kept if labels[other] == labels[index]]
        if all(overlap(corners[index], corners[other]) <= most_overlap for other in rivals):
            kept.append(index)
    return kept


@given(st.integers(0, 2**32 - 1), st.integers(0, 60), st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_thinning_out_is_that_of_every_pair_compared(seed: int, many: int, most_overlap: float) -> None:
    random = np.random.default_rng(seed)
    low = random.integers(0, 20, (many, 2))
    corners = np.hstack([low, low + random.integers(1, 12, (many, 2))]).astype(np.float64)
    labels = random.integers(0, 3, many)
    assert thinned(corners, labels, most_overlap, 1000) == (by_hand(corners, labels, most_overlap), False)


def test_boxes_beyond_the_most_are_told() -> None:
    random = np.random.default_rng(0)
    low = random.uniform(0, 100, (50, 2))
    answer = found(BoxesOutput(name="y", most=7, iou_threshold=1), [np.hstack([low, low + 20]), np.ones(50)])
    assert (len(answer.boxes), answer.truncated) == (7, True)
    assert not found(BoxesOutput(name="y"), [CORNERS, SCORES]).truncated


# ---- the way back ----

EDITS: list[tuple[Edit, ...]] = [
    (),
    (Crop(x=0.25, y=0.1, w=0.6, h=0.7),),
    (Rotate(degrees=90),),
    (Flip(axis="x"), Crop(x=0.0, y=0.2, w=0.8, h=0.8), Rotate(degrees=180)),
]


def block(size: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    picture = Image.new("L", size)
    picture.paste(255, box)
    return picture


@pytest.mark.parametrize("edits", EDITS)
@pytest.mark.parametrize("resize", ["stretch", "fit", "cover"])
@pytest.mark.parametrize("size", [(240, 160), (150, 200)])
def test_a_block_is_found_where_it_lies_on_the_original(size: Any, resize: Any, edits: Any) -> None:
    """The detector is a threshold on what the model really sees; its box must come back to the block."""
    box = (size[0] * 2 // 5, size[1] * 9 // 20, size[0] * 3 // 5, size[1] * 13 // 20)
    field = ImageInput(name="film", size=(320, 320), mode="L", resize=resize, interpolation="nearest", layout="NHW")
    given = blob(block(size, box), edits)
    seen = prepare(field, given, 3)[0] > 127
    y, x = np.nonzero(seen)
    corners = np.array([[x.min(), y.min(), x.max() + 1, y.max() + 1]], np.float64)
    answer = found(BoxesOutput(name="y"), [corners, np.ones((1, 1))], given, field)
    (_, left, top, wide, high) = told(answer)[0]
    wanted = np.array(box) / np.tile(size, 2)
    # A pixel of the model's picture is at most 240 / 320 of the original's; `nearest` may be half of one aside
    np.testing.assert_allclose([left, top, left + wide, top + high], wanted, atol=1.0 / min(size))


def test_a_turned_picture_gives_the_upright_box_around() -> None:
    given = blob(Image.new("L", (SIDE, SIDE)), (Rotate(degrees=45),))
    (box,) = told(found(BoxesOutput(name="y"), [np.array([[90.0, 90, 110, 110]]), np.ones((1, 1))], given))
    half = 10 * 2**0.5 / SIDE
    np.testing.assert_allclose(box[1:], [0.5 - half, 0.5 - half, 2 * half, 2 * half], atol=1e-6)


def test_a_box_ends_where_the_picture_does() -> None:
    """In the padding of `fit`, and beyond the model's picture, there is nothing of the original."""
    field = ImageInput(name="film", size=(100, 100), mode="L", resize="fit")
    corners = np.array([[-10.0, 20, 50, 90], [10, 60, 30, 90]])  # the picture covers the upper half
    answer = found(BoxesOutput(name="y"), [corners, np.ones((2, 1))], plain(200, 100), field)
    assert [box[1:] for box in told(answer)] == [(0.0, 0.4, 0.5, 0.6)]


# ---- points ----


@given(st.floats(1, 199), st.floats(1, 199), st.booleans(), st.booleans())
def test_points_come_back_whichever_way_they_are_written(x: float, y: float, relative: bool, is_turned: bool) -> None:
    pair = np.array([[y, x]] if is_turned else [[x, y]]) / (SIDE if relative else 1)
    output = PointsOutput(name="y", classes=("eye",), order="yx" if is_turned else "xy", relative=relative)
    (point,) = found(output, pair[None]).points
    assert (point.id, point.name, point.score) == ("p0", "eye", None)
    np.testing.assert_allclose([point.x, point.y], [x / SIDE, y / SIDE], atol=1e-6)


def test_a_point_keeps_its_number_where_another_is_left_out() -> None:
    raw = np.array([[[10, 10, 0.2], [50, 60, 0.8], [-5, 0, 0.9]]])
    (point,) = found(PointsOutput(name="y", classes=("a", "b", "c"), score_threshold=0.5), raw).points
    assert (point.id, point.name, point.score) == ("p1", "b", 0.8)


def test_a_map_of_heat_is_read_at_its_highest() -> None:
    maps = np.zeros((1, 2, 20, 20))
    maps[0, 0, 5, 8], maps[0, 0, 5, 9] = 1.0, 0.5  # between 8 and 9, nearer to 8
    maps[0, 1, 0, 0] = 2.0
    first, second = found(PointsOutput(name="y", layout="heatmaps"), maps).points
    np.testing.assert_allclose([first.x, first.y, first.score], [8.75 / 20, 5.5 / 20, 1.0])
    np.testing.assert_allclose([second.x, second.y, second.score], [0.5 / 20, 0.5 / 20, 2.0])


# ---- spans ----

TEXT = "Äther im 🫁 of the left lobe"


def test_spans_count_code_points_also_where_the_model_counts_bytes() -> None:
    start = TEXT.index("left")
    inside = len(TEXT[:start].encode())
    for unit, at in (("code points", start), ("bytes", inside)):
        output = SpansOutput(name="y", classes=("organ", "side"), unit=unit)  # type: ignore[arg-type]
        (span,) = found(output, np.array([[[at, at + 4, 1, 0.75]]]), TEXT).spans
        assert (span.id, span.label, span.score, TEXT[span.start : span.end]) == ("s0", "side", 0.75, "left")


def test_labels_and_scores_of_spans_are_told_apart() -> None:
    output = SpansOutput(name="y", classes=("organ", "side"), scores_tensor="scores", labels_tensor="labels")
    scores, labels = np.array([[0.75, 0.5]], np.float32), np.array([[1, 0]])
    given = found(output, [np.array([[[20, 24], [0, 5]]]), scores, labels], TEXT).spans
    assert [(span.label, span.score) for span in given] == [("side", 0.75), ("organ", 0.5)]


def test_spans_that_are_empty_or_beyond_the_text_are_left_out() -> None:
    rows = np.array([[0, 5], [3, 3], [20, 99], [-1, 2]])
    assert [(span.start, span.end, span.label) for span in found(SpansOutput(name="y"), rows, TEXT).spans] == [
        (0, 5, "0")
    ]
    assert found(SpansOutput(name="y", unit="bytes"), np.array([[0, 1]]), TEXT).spans == ()  # within a letter


# ---- values of any form ----


def test_text_that_is_json_is_read_and_tensors_are_lists() -> None:
    text = np.array(['{"side": "left", "n": [1, 2.5, null]}'], dtype=object)
    assert found(JsonOutput(name="y"), text).value == {"side": "left", "n": [1, 2.5, None]}
    assert found(JsonOutput(name="y"), np.array(["left"], dtype=object)).value == "left"
    assert found(JsonOutput(name="y"), np.array([[[1, 2], [3, 4]]])).value == [[1, 2], [3, 4]]
    assert found(JsonOutput(name="y"), [{"a": 0.5}]).value == [{"a": 0.5}]


def test_a_value_that_cannot_be_kept_is_refused_in_words() -> None:
    deep = "[" * 40 + "]" * 40
    for raw, said in (
        (np.array([deep], dtype=object), "nested more than 32 deep"),
        (np.array(['"' + "x" * 100_001 + '"'], dtype=object), "larger than 100 kB"),
        (np.zeros(200_000), "holds 200,000 values"),
        (np.array([np.inf]), "not a finite number"),
    ):
        with pytest.raises(Unanswered, match=said):
            found(JsonOutput(name="y"), raw)
    assert found(JsonOutput(name="y"), np.array(['"a\\u0000b"'], dtype=object)).value == "a\ufffdb"


def test_findings_need_an_input_in_which_they_lie() -> None:
    for output in (BoxesOutput(name="y", input="other"), SpansOutput(name="y"), PointsOutput(name="y")):
        inputs = (ImageInput(name="film"),) if isinstance(output, SpansOutput) else (TextInput(name="note"),)
        with pytest.raises(ValueError, match="there is no such input"):
            Interface(inputs, (output,))
