"""Rows that count by a weight, beside scikit-learn's sample_weight, SciPy and the rows repeated."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from gpu_workers.analyses import permutation_p_value
from gpu_workers.debugger.answer import answer
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByPerformance,
    Clause,
    Condition,
    FindSlices,
    Segment,
    SlicesAnswer,
    View,
)

from .conftest import Make
from .stored import numbers, texts
from .test_view import view

ROWS = 2000
SITES = ByColumn("site")


class Weighted:
    """Rows of two sites; those of "B" stand for more than those of "A"."""

    def __init__(self, classes: int = 2) -> None:
        random = np.random.default_rng(31)
        self.site = np.where(random.uniform(size=ROWS) < 0.4, "A", "B")
        self.y = random.integers(0, classes, ROWS)
        logits = random.normal(size=(2, ROWS, classes)) + 2.0 * (self.y[:, None] == np.arange(classes))
        p = np.exp(logits) / np.exp(logits).sum(2, keepdims=True)
        self.p = p.astype(np.float32).astype(np.float64)
        self.x = random.normal(size=ROWS) + (self.site == "B")
        self.w = np.where(self.site == "B", 2.0, 0.5) * random.choice([0.5, 1.0, 1.5], ROWS)
        self.classes = classes

    def columns(self, weight: Any) -> dict[str, Any]:
        said = {f"{m}{k}": numbers(self.p[place, :, k]) for place, m in enumerate("ab") for k in range(self.classes)}
        held = {"y": numbers(self.y), **said, "x": numbers(self.x), "site": texts(self.site)}
        return held if weight is None else held | {"w": numbers(weight)}

    def roles(self) -> dict[str, str]:
        said = {f"{m}{k}": f"probability:{m.upper()}:{k}" for m in "ab" for k in range(self.classes)}
        return {"y": "label", "w": "weight", **said}

    def loss(self, model: int) -> Any:
        return -np.log(self.p[model, np.arange(ROWS), self.y])

    def rows(self, segment: Segment) -> Any:
        return self.site == segment.name.split("“")[1][0]


@pytest.fixture(scope="module")
def table() -> Weighted:
    return Weighted()


def calibration(y: Any, p: Any, w: Any) -> float:
    place = np.minimum((p * 15).astype(int), 14)
    apart = [abs((w * (y - p))[place == one].sum()) for one in range(15)]
    return float(np.sum(apart) / w.sum())


def test_the_numbers_of_two_classes_are_scikit_learns(make: Make, table: Weighted) -> None:
    held = make(table.columns(table.w), table.roles())
    found = view(held, View(segments=SITES))
    assert found.facts.weight == "w"
    for segment in found.segments:
        rows = table.rows(segment)
        y, w = table.y[rows], table.w[rows]
        assert segment.rows == rows.sum()
        assert segment.weight == pytest.approx(w.sum())
        for number, of_model in enumerate(segment.models):
            p, told, score = table.p[number, rows, 1], of_model.metrics, of_model.score
            assert told["accuracy"].value == pytest.approx(sk.accuracy_score(y, p > 0.5, sample_weight=w), abs=1e-6)
            assert told["f1"].value == pytest.approx(sk.f1_score(y, p > 0.5, sample_weight=w), abs=1e-6)
            assert told["auroc"].value == pytest.approx(sk.roc_auc_score(y, p, sample_weight=w), abs=5e-4)
            assert told["ece"].value == pytest.approx(calibration(y, p, w), abs=2e-3)
            assert score.mean == pytest.approx(sk.log_loss(y, p, sample_weight=w), rel=1e-4)
            assert sum(score.counts) + score.above == rows.sum()
            assert sum(score.weights) == pytest.approx(w.sum())
            median = np.quantile(table.loss(number)[rows], 0.5, weights=w, method="inverted_cdf")
            assert score.quartiles[1] == pytest.approx(median, abs=0.01)
        apart = np.average(table.loss(1)[rows] - table.loss(0)[rows], weights=w)
        assert segment.differences["B"].value == pytest.approx(apart, abs=1e-5)
    [worst] = found.groups["a"].keys
    assert found.groups["a"].weight == pytest.approx(table.w[table.rows(found.segments[worst])].sum())
    for segment in view(held, View(segments=SITES, score="brier")).segments:
        rows = table.rows(segment)
        wanted = sk.brier_score_loss(table.y[rows], table.p[0, rows, 1], sample_weight=table.w[rows])
        assert segment.models[0].score.mean == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_the_numbers_of_many_classes_are_scikit_learns(make: Make, is_weighted: bool) -> None:
    table = Weighted(4)
    held = make(table.columns(table.w if is_weighted else None), table.roles())
    for segment in view(held, View(segments=SITES)).segments:
        rows = table.rows(segment)
        y, w = table.y[rows], table.w[rows] if is_weighted else np.ones(rows.sum())
        for number, of_model in enumerate(segment.models):
            p = table.p[number, rows] / table.p[number, rows].sum(1, keepdims=True)
            said, told = p.argmax(1), of_model.metrics
            assert told["accuracy"].value == pytest.approx(sk.accuracy_score(y, said, sample_weight=w))
            assert told["f1"].value == pytest.approx(sk.f1_score(y, said, average="macro", sample_weight=w))
            area, auroc = sk.roc_auc_score(y, p, multi_class="ovr", sample_weight=w), told["auroc"]
            assert auroc.value == pytest.approx(area, abs=5e-4)
            assert auroc.low is not None
            assert auroc.high is not None
            assert auroc.low < area < auroc.high
            assert told["ece"].value == pytest.approx(calibration(said == y, p.max(1), w), abs=2e-3)
            assert of_model.score.mean == pytest.approx(sk.log_loss(y, p, sample_weight=w), rel=1e-4)
    for segment in view(held, View(segments=SITES, score="brier")).segments:
        rows = table.rows(segment)
        p = table.p[0, rows] / table.p[0, rows].sum(1, keepdims=True)
        w = table.w[rows] if is_weighted else None
        wanted = sk.brier_score_loss(table.y[rows], p, sample_weight=w, scale_by_half=False)
        assert segment.models[0].score.mean == pytest.approx(wanted, rel=1e-4)


def test_a_class_that_a_segment_lacks_is_left_out_and_said(make: Make) -> None:
    table = Weighted(4)
    table.y[(table.site == "A") & (table.y == 3)] = 0
    found = view(make(table.columns(None), table.roles()), View(segments=SITES))
    assert (
        "One segment has no row of some class: F1 and AUROC are means over the classes that are there." in found.notes
    )
    lacks = next(segment for segment in found.segments if "A" in segment.name)
    rows = table.rows(lacks)
    each = [sk.roc_auc_score(table.y[rows] == number, table.p[0, rows, number]) for number in range(3)]
    assert lacks.models[0].metrics["auroc"].value == pytest.approx(np.mean(each), abs=5e-4)


def test_regression_is_scikit_learns(make: Make, table: Weighted) -> None:
    y = table.x * 10 + 50
    said = y + np.random.default_rng(2).normal(size=ROWS)
    columns = {"y": numbers(y), "m": numbers(said), "site": texts(table.site), "w": numbers(table.w)}
    found = view(make(columns, {"y": "label", "m": "prediction:M", "w": "weight"}), View(segments=SITES))
    for segment in found.segments:
        rows = table.rows(segment)
        told = {name: one.value for name, one in segment.models[0].metrics.items()}
        given, w = (y[rows], said[rows]), table.w[rows]
        assert told["mae"] == pytest.approx(sk.mean_absolute_error(*given, sample_weight=w), rel=1e-6)
        assert told["rmse"] == pytest.approx(sk.root_mean_squared_error(*given, sample_weight=w), rel=1e-6)
        assert told["r2"] == pytest.approx(sk.r2_score(*given, sample_weight=w), rel=1e-6)
        assert told["bias"] == pytest.approx(np.average(said[rows] - y[rows], weights=w), rel=1e-5)


def test_features_are_measured_by_weight(make: Make, table: Weighted) -> None:
    """By SciPy from the weights of the same categories."""
    held = make(table.columns(table.w), table.roles())
    by = ByPerformance(2, models=("A",))
    for feature in view(held, View(segments=by, a=(1,))).features:
        a, b = np.array(feature.weights_a), np.array(feature.weights_b)
        assert a.sum() + b.sum() == pytest.approx(table.w.sum())
        assert sum(feature.a) + sum(feature.b) == ROWS
        if feature.name == "site":
            middle = (a / a.sum() + b / b.sum()) / 2
            wanted = (stats.entropy(a / a.sum(), middle) + stats.entropy(b / b.sum(), middle)) / 2
            assert feature.measures["jensen_shannon"] == pytest.approx(wanted, abs=1e-9)
            assert any(f"{share:.1%} of A" in feature.sentence for share in a[:2] / a.sum())
    clause = Clause("feature:site", Condition("site", among=("A",)))
    filtered = {one.name: one for one in view(held, View(segments=by, a=(1,), clauses=(clause,))).features}
    for name, weight in (("site", table.w.sum()), ("x", table.w[table.site == "A"].sum())):
        assert sum(filtered[name].weights_a) + sum(filtered[name].weights_b) == pytest.approx(weight)


def same(one: Any, other: Any) -> None:
    """Numbers to a billionth, all else exactly."""
    left = {"weight", "weights", "weights_a", "weights_b", "notes", "seconds", "facts"}
    if isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, tuple):
        for first, second in zip(one, other, strict=True):
            same(first, second)
    elif hasattr(one, "__struct_fields__"):
        for name in set(one.__struct_fields__) - left:
            same(getattr(one, name), getattr(other, name))
    else:
        assert one == other


@pytest.mark.parametrize("classes", [2, 3])
def test_one_weight_for_all_changes_no_number(make: Make, classes: int) -> None:
    table = Weighted(classes)
    plain = view(make(table.columns(None), table.roles()), View(segments=SITES))
    alike = view(make(table.columns(np.full(ROWS, 4.0)), table.roles()), View(segments=SITES, rows=None))
    same(plain.segments, alike.segments)
    same(plain.features, alike.features)
    same(plain.groups, alike.groups)
    assert (plain.facts.weight, alike.facts.weight) == (None, "w")


@pytest.mark.parametrize(
    ("weight", "used", "said"),
    [
        (lambda n: np.where(np.arange(n) % 4, 1.0, np.nan), "w", "500 rows have no weight above 0"),
        (lambda n: np.where(np.arange(n) % 4, 1.0, -3.0), "w", "500 rows have no weight above 0"),
        (np.zeros, None, "“w” holds no weight above 0"),
        (lambda n: np.full(n, np.nan), None, "“w” holds no weight above 0"),
    ],
)
def test_rows_without_a_weight_count_for_nothing_and_that_is_said(
    make: Make, table: Weighted, weight: Callable[[int], Any], used: str | None, said: str
) -> None:
    found = view(make(table.columns(weight(ROWS)), table.roles()), View(segments=SITES))
    assert found.facts.weight == used
    assert any(said in note for note in found.notes)
    if used:
        for segment in found.segments:
            rows = table.rows(segment) & (np.arange(ROWS) % 4 > 0)
            right = (table.p[0, rows, 1] > 0.5) == table.y[rows]
            assert segment.models[0].metrics["accuracy"].value == pytest.approx(right.mean())


def test_a_segment_whose_rows_weigh_nothing(make: Make, table: Weighted) -> None:
    found = view(make(table.columns(np.where(table.site == "A", 1.0, 0.0)), table.roles()), View(segments=SITES))
    nothing = next(segment for segment in found.segments if "B" in segment.name)
    assert nothing.weight == 0
    assert nothing.models[0].score.mean is None
    assert all(one.value is None for one in nothing.models[0].metrics.values())


def test_blind_spots_say_that_rows_count_alike(make: Make, table: Weighted) -> None:
    found = answer(make(table.columns(table.w), table.roles()), FindSlices("A"))
    assert isinstance(found, SlicesAnswer)
    assert "Rows count alike here, whatever their weights." in found.notes


def test_effective_rows_call_chance_chance() -> None:
    """Groups by chance, weights that go with the category: of 300 tables about 15 have a p of 0.05 at most."""
    random = np.random.default_rng(5)
    called = 0
    for seed in range(300):
        category, group = random.integers(0, 6, 800), random.integers(0, 2, 800)
        weight = random.exponential(size=800) * np.where(category > 3, 1.5, 1.0)
        sides = []
        for side in (0, 1):
            w = weight[group == side]
            sides.append(np.rint(np.bincount(category[group == side], w, 6) * w.sum() / (w**2).sum()).astype(int))
        called += permutation_p_value(sides[0], sides[1], permutations=200, seed=seed) <= 0.05
    assert 4 <= called <= 30
