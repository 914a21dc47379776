"""Ablation, curves and words against answers that can be written down."""

from itertools import product

import numpy as np
import pytest
from PIL import Image

from gpu_workers.explanations.asking import asking
from gpu_workers.explanations.superpixels import superpixels
from gpu_workers.protocol.asked import calls_of, fields_of, words
from gpu_workers.protocol.edits import Mark
from gpu_workers.protocol.explained import Curves, Regions, Table, Weighed
from gpu_workers.protocol.explanations import Ablation, Stress, WhatIf, Words
from gpu_workers.protocol.interface import (
    ChoiceInput,
    Column,
    ImageInput,
    Interface,
    NumberInput,
    NumberOutput,
    TableInput,
    TextInput,
)
from gpu_workers.protocol.messages import Value
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Reading

OUT = (NumberOutput(name="y"),)
MIXED = Interface(
    (
        NumberInput(name="age", minimum=0, maximum=100, unit="years"),
        ChoiceInput(name="sex", choices=("f", "m", "x")),
        TableInput(name="row", columns=(Column(name="a"), Column(name="b", choices=("low", "high")), Column(name="c"))),
    ),
    OUT,
)
CASE: dict[str, Value] = {"age": 40.0, "sex": "m", "row": [2.0, 1.0, 0.0]}


def score(values: dict[str, Value]) -> float:
    row = values["row"]
    assert isinstance(row, list)
    assert isinstance(values["age"], float)
    return values["age"] * 0.5 + {"f": 1, "m": 2, "x": 3}[str(values["sex"])] + row[0] ** 2 + 10 * row[1] - row[2]


def answered(variant: Variant) -> Reading:
    return Reading(score(CASE | variant.values), "")


def test_curves_are_what_asking_directly_gives() -> None:
    method = WhatIf(points=5)
    asked = asking(method, MIXED, CASE)
    found = asked.result([answered(variant) for variant in asked.variants])
    assert isinstance(found, Curves)
    assert found.score == score(CASE)
    curves = {curve.field: curve for curve in found.curves}
    assert list(curves) == fields_of(MIXED) == ["age", "sex", "row.a", "row.b", "row.c"]
    assert [(p.value, p.score) for p in curves["age"].points] == [
        (age, score(CASE | {"age": age})) for age in (0.0, 25.0, 50.0, 75.0, 100.0)
    ]
    assert [(p.value, p.score) for p in curves["sex"].points] == [(s, score(CASE | {"sex": s})) for s in "fmx"]
    assert [p.value for p in curves["row.a"].points] == [0.0, 1.0, 2.0, 3.0, 4.0]  # as far as it is from zero
    assert [p.value for p in curves["row.c"].points] == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert [(p.value, p.score - score(CASE)) for p in curves["row.b"].points] == [("low", -10.0), ("high", 0.0)]
    assert len(asked.variants) == calls_of(method, MIXED, CASE)


def test_only_named_fields_are_varied_and_whole_numbers_stay_whole() -> None:
    counted = Interface((NumberInput(name="n", minimum=0, maximum=3, dtype="int64"), NumberInput(name="m")), OUT)
    case: dict[str, Value] = {"n": 1.0, "m": 5.0}
    asked = asking(WhatIf(fields=("n",), points=9), counted, case)
    assert [variant.values for variant in asked.variants[1:]] == [{"n": float(n)} for n in (0, 1, 2, 3)]


@pytest.mark.parametrize(
    ("mask", "texts"),
    [
        ("", ["the big dog", "big dog", "the dog", "the big"]),
        ("[MASK]", ["the big dog", "[MASK] big dog", "the [MASK] dog", "the big [MASK]"]),
    ],
)
def test_each_word_is_left_out_once(mask: str, texts: list[str]) -> None:
    interface = Interface((TextInput(name="t"),), OUT)
    asked = asking(Words(input="t", mask=mask), interface, {"t": "the big dog"})
    assert [variant.values.get("t", "the big dog") for variant in asked.variants] == texts
    found = asked.result([Reading(float(len(str(text))), "") for text in texts])
    assert isinstance(found, Weighed)
    assert [(word.start, word.end) for word in found.words] == words("the big dog") == [(0, 3), (4, 7), (8, 11)]
    assert [word.score for word in found.words] == [float(len(text)) for text in texts[1:]]


def test_marks_are_covered_and_kept() -> None:
    marks = (
        Mark(kind="box", points=((0.5, 0.5), (0.0, 0.0))),
        Mark(kind="polygon", points=((0.6, 0.6), (0.9, 0.6), (0.9, 0.9))),
    )
    method = Ablation(input="x", regions="marks", marks=marks)
    asked = asking(method, Interface((ImageInput(name="x"),), OUT), {})
    assert len(asked.variants) == calls_of(method, MIXED, {}) == 6
    covers = [variant.covers["x"] for variant in asked.variants[1:]]
    shapes = [cover.shape and cover.shape.shape for cover in covers]
    assert shapes == [None, "box", "polygon", "box", "polygon"]
    assert [cover.but for cover in covers] == [False, False, False, True, True]
    box = covers[1].shape
    assert box is not None
    assert (box.x, box.y, box.w, box.h) == (0, 0, 0.5, 0.5)
    found = asked.result([Reading(each, "") for each in (1.0, 0.1, 0.4, 0.9, 0.7, 0.2)])
    assert isinstance(found, Regions)
    assert (found.score, found.nothing) == (1.0, 0.1)
    assert [(each.covered, each.alone) for each in found.regions] == [(0.4, 0.7), (0.9, 0.2)]
    assert found.regions[0].share == 0.25
    assert (found.labels[0][0], found.labels[-1][-1]) == (0, -1)


def test_a_stress_test_says_where_the_answer_fell() -> None:
    method = Stress(input="x", changes=("jpeg_compression", "gaussian_noise"))
    asked = asking(method, Interface((ImageInput(name="x"),), OUT), {})
    assert len(asked.variants) == calls_of(method, MIXED, {}) == 11
    done = [variant.corruptions["x"] for variant in asked.variants[1:]]
    assert [(each.change, each.severity) for each in done] == list(
        product(("gaussian_noise", "jpeg_compression"), (1, 2, 3, 4, 5))
    )
    readings = [Reading(1 - 0.05 * place, "cat" if place < 8 else "dog") for place in range(11)]
    found = asked.result(readings)
    assert isinstance(found, Table)
    assert [[at.changed for at in row.at] for row in found.rows] == [[False] * 5, [False, False, True, True, True]]


class TestSuperpixels:
    def test_follow_a_clear_border(self) -> None:
        """Of a picture of two halves no region holds more than a sliver of both."""
        pixels = np.zeros((96, 128, 3), np.uint8)
        pixels[:, 70:] = (220, 200, 40)
        labels = superpixels(Image.fromarray(pixels), 30, 10)
        assert labels.shape == (96, 128)
        for label in np.unique(labels):
            right = (np.nonzero(labels == label)[1] >= 70).mean()
            assert min(right, 1 - right) < 0.05

    def test_are_connected_and_about_as_many_as_asked(self) -> None:
        noise = np.random.default_rng(4).integers(0, 256, (4, 6, 3), dtype=np.uint8)
        smooth = Image.fromarray(noise).resize((300, 200), Image.Resampling.BICUBIC)
        labels = superpixels(smooth, 40, 20)
        assert labels.shape == (85, 128)
        assert sorted(np.unique(labels)) == list(range(labels.max() + 1))
        assert 20 <= labels.max() + 1 <= 60
        for label in range(labels.max() + 1):
            assert pieces(labels == label) == 1

    def test_of_a_tiny_picture_are_few(self) -> None:
        assert superpixels(Image.new("L", (3, 2)), 40, 10).shape == (2, 3)


def pieces(mask: np.ndarray) -> int:
    """How many connected pieces a mask has, by plain flooding."""
    left, count = {(int(y), int(x)) for y, x in zip(*np.nonzero(mask), strict=True)}, 0
    while left:
        count += 1
        flood = [left.pop()]
        while flood:
            y, x = flood.pop()
            for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if near in left:
                    left.remove(near)
                    flood.append(near)
    return count
