"""Boxes told from a grid, against decoders that go cell by cell."""

from math import exp
from typing import Any

import numpy as np
import pytest

from gpu_workers.protocol.findings import BoxesOutput
from gpu_workers.protocol.interface import ImageInput, Interface
from gpu_workers.runner.binding import Unbound, bound_outputs
from gpu_workers.runner.postprocess import Unanswered
from gpu_workers.runner.tensors import Signature, TensorInfo

from .test_findings import found, plain

WIDE, HIGH, STRIDES, CLASSES = 100, 72, (8, 16, 32), ("cat", "dog", "owl")
"""Neither side is a multiple of all strides: the last cells stand out."""
PICTURE = ImageInput(name="film", size=(HIGH, WIDE), mode="L")
RNG = np.random.default_rng(11)
CELLS = [(x, y, stride) for stride in STRIDES for y in range(-(-HIGH // stride)) for x in range(-(-WIDE // stride))]


def answered(output: BoxesOutput, raw: Any) -> Any:
    return found(output, raw, plain(WIDE, HIGH), PICTURE).boxes


def compared(boxes: Any, wanted: list[tuple[float, str, float, float, float, float]]) -> None:
    """wanted: score, class and corners in pixels; what lies outside the picture is cut off. Nothing is thinned out."""
    kept = []
    for score, label, *ends in sorted(wanted, key=lambda each: -each[0]):
        x0, x1 = (min(max(end, 0), WIDE) / WIDE for end in (ends[0], ends[2]))
        y0, y1 = (min(max(end, 0), HIGH) / HIGH for end in (ends[1], ends[3]))
        if x1 > x0 and y1 > y0:
            kept.append((label, score, x0, y0, x1 - x0, y1 - y0))
    assert [box.label for box in boxes] == [each[0] for each in kept]
    told = [(box.score, box.x, box.y, box.w, box.h) for box in boxes]
    np.testing.assert_allclose(told, [each[1:] for each in kept], atol=1e-5, rtol=0)
    assert len(kept) > 50


def test_offsets_are_what_a_decoder_of_single_cells_makes_of_them() -> None:
    raw = RNG.normal(size=(1, len(CELLS), 5 + len(CLASSES))).astype(np.float32)
    raw[..., 4:] = RNG.uniform(size=raw[..., 4:].shape)
    output = BoxesOutput(
        name="y", classes=CLASSES, layout="rows", objectness=True, grid="offsets", score_threshold=0, iou_threshold=1
    )
    wanted = []
    for (x, y, stride), row in zip(CELLS, raw[0].tolist(), strict=True):
        dx, dy, w, h, there, *scores = row
        cx, cy, wide, high = (x + dx) * stride, (y + dy) * stride, exp(w) * stride, exp(h) * stride
        best = max(range(len(scores)), key=scores.__getitem__)
        ends = (cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2)
        wanted.append((there * scores[best], CLASSES[best], *ends))
    wanted.sort(key=lambda each: -each[0])
    full = BoxesOutput(**{name: getattr(output, name) for name in output.__struct_fields__} | {"most": 1000})
    compared(answered(full, raw), wanted)


@pytest.mark.parametrize("bins", [1, 8])
def test_distances_over_bins_are_their_mean_at_each_stride(bins: int) -> None:
    counts = [sum(cell[2] == stride for cell in CELLS) for stride in STRIDES]
    told = [RNG.uniform(0, 3, size=(1, count, 4 * bins)).astype(np.float32) for count in counts]
    scores = [RNG.uniform(size=(1, count, len(CLASSES))).astype(np.float32) for count in counts]
    output = BoxesOutput(
        name="y",
        classes=CLASSES,
        grid="distances",
        boxes_tensors=("b0", "b1", "b2"),
        scores_tensors=("s0", "s1", "s2"),
        score_threshold=0,
        iou_threshold=1,
        most=1000,
    )
    wanted = []
    rows = zip(np.concatenate(told, 1)[0].tolist(), np.concatenate(scores, 1)[0].tolist(), strict=True)
    for (x, y, stride), (sides, score) in zip(CELLS, rows, strict=True):
        away = []
        for side in range(4):
            logits = sides[side * bins : (side + 1) * bins]
            powers = [exp(each) for each in logits]
            mean = sum(at * power for at, power in enumerate(powers)) / sum(powers) if bins > 1 else logits[0]
            away.append(mean * stride)
        cx, cy = (x + 0.5) * stride, (y + 0.5) * stride
        best = max(range(len(score)), key=score.__getitem__)
        wanted.append((score[best], CLASSES[best], cx - away[0], cy - away[1], cx + away[2], cy + away[3]))
    compared(answered(output, [*told, *scores]), wanted)


@pytest.mark.parametrize(
    ("options", "raw", "says"),
    [
        ({"layout": "rows", "grid": "offsets"}, np.zeros((1, 9, 6)), "164 cells at the strides 8, 16, 32"),
        ({"layout": "rows", "grid": "offsets", "strides": (64,)}, np.zeros((1, 9, 6)), "has 4 cells"),
        ({"grid": "offsets", "strides": (64,)}, [np.zeros((1, 4, 8)), np.zeros((1, 4, 2))], "four numbers a cell"),
        ({"grid": "distances", "strides": (64,)}, [np.zeros((1, 4, 6)), np.zeros((1, 4, 2))], "as many bins"),
    ],
)
def test_what_lies_on_no_such_grid_is_said(options: dict[str, Any], raw: Any, says: str) -> None:
    with pytest.raises(Unanswered, match=says):
        answered(BoxesOutput(name="y", **options), raw)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"grid": "offsets", "layout": "detections"}, "its grid is none"),
        ({"boxes_tensors": ("a",), "scores_tensors": ("b",)}, "declare a grid"),
        ({"grid": "distances", "boxes_tensors": ("a",), "scores_tensors": ("b",)}, "has 3 strides"),
    ],
)
def test_what_contradicts_itself_is_said(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Interface((PICTURE,), (BoxesOutput(name="y", **options),))


def test_the_tensors_of_the_strides_are_bound_in_their_order() -> None:
    strides: Any = {"strides": (8, 16), "boxes_tensors": ("d", "c"), "scores_tensors": ("b", "a")}
    interface = Interface((PICTURE,), (BoxesOutput(name="y", grid="distances", **strides),))
    tensors = tuple(TensorInfo(name, "float32", ()) for name in "abcd")
    assert bound_outputs(interface, Signature((), tensors))[0][1] == ("d", "c", "b", "a")
    with pytest.raises(Unbound, match="needs the tensor “d”"):
        bound_outputs(interface, Signature((), tensors[:3]))
