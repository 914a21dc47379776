"""Metrics of each model in each segment, with intervals, from counts of rows coded once.

Of a model of two classes a row's code says in which fine bin its probability lies, its class, and what the model
decided for; accuracy, F1, AUROC and the calibration error of any grouping are then made of one count of the codes.
Where rows have weights these are summed up instead, and their squares beside them, by which intervals widen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from gpu_workers.analyses import (
    Interval,
    accuracy,
    auroc_of_counts,
    bias,
    confusion,
    effective_rows,
    expected_calibration_error,
    f1,
    macro_auroc,
    mae,
    moments,
    one_against_rest,
    r2,
    rmse,
)
from gpu_workers.analyses.arrays import Array, Counts, Floats, namespace
from gpu_workers.analyses.blocks import over_parts, over_rows, spread
from gpu_workers.analyses.calibration import BINS as CALIBRATED
from gpu_workers.analyses.edges import category_codes, code_type, codes, quantile_edges, uniform_edges
from gpu_workers.analyses.intervals import UNKNOWN
from gpu_workers.analyses.seams import group_sums, joint_counts, joint_sums
from gpu_workers.protocol.debugger import Estimate

from .held import Held
from .truth import Said, Truth
from .weights import Weights, weights_of

FINE = 1000
"""Bins of a probability with about equally many rows each, beside those of the calibration error."""
DRAWN = 400_000
"""Cells that a bootstrap of a confusion draws at most; of many classes it is drawn less often, 100 times at least."""

MOST_RANKED = 20
"""Classes up to which the area under the curve is told of many classes: each has a code of its own for every row."""

Metrics = dict[str, Estimate]


def metrics_of(truth: Truth) -> tuple[str, ...]:
    """By name, those that can be told of the models here."""
    if not truth.labelled or not truth.models:
        return ()
    if truth.task == "regression":
        return ("rmse", "mae", "r2", "bias")
    if not any(said.probability is not None for said in truth.models.values()):
        return ("accuracy", "f1")
    return ("accuracy", "auroc", "f1", "ece") if len(truth.classes) <= MOST_RANKED else ("accuracy", "f1", "ece")


def metrics(held: Held, truth: Truth, model: str, groups: Array, count: int) -> list[Metrics]:
    """Of each group. groups: codes (n,), `count` for a row in none. Empty without labels."""
    if not truth.labelled:
        return [{} for _ in range(count)]
    said, weights = truth.models[model], weights_of(held)
    if truth.task == "regression":
        return _of_numbers(truth, said, groups, count, weights)
    if truth.task == "binary":
        decided = held.kept.get("decided", (model, truth.positive), lambda: _decided(truth, said))
        return _of_two(decided, groups, count, weights)
    sure = held.kept.get("confidence", model, lambda: _confidence(truth, said))
    found = _of_many(truth, said, sure, groups, count, weights)
    if said.probability is not None and len(truth.classes) <= MOST_RANKED:
        ranked = held.kept.get("ranked", model, lambda: _ranked(truth, said), most=4)
        values = None if weights is None else weights.values
        for one, area in zip(found, macro_auroc(ranked.codes, ranked.widths, groups, count, values), strict=True):
            one["auroc"] = estimate(area)
    return found


def lacking(truth: Truth, groups: Array, count: int) -> int:
    """How many groups have no row of one of the classes, where there are more than two."""
    if truth.task != "multiclass" or truth.target is None or not truth.models:
        return 0
    classes = len(truth.classes)
    rows = joint_counts([category_codes(truth.target, classes)], [classes + 1], groups, count)[:, :classes]
    return int(np.count_nonzero((rows == 0).any(1) & rows.any(1)))


def estimate(interval: Interval) -> Estimate:
    """Bounds that are not known are None."""
    return Estimate(*(float(value) if np.isfinite(value) else None for value in interval))


@dataclass(frozen=True, eq=False)
class Cells:
    """counts: rows in each cell of a group, or the sums of their weights; squares: of the weights' squares."""

    counts: Array
    squares: Array

    def to(self, shape: Callable[[Array], Array]) -> "Cells":
        counts = shape(self.counts)
        return Cells(counts, counts if self.squares is self.counts else shape(self.squares))

    @property
    def effective(self) -> Array:
        """Scaled to sum up to as many rows that count alike as leave so much open."""
        if self.squares is self.counts:
            return self.counts
        weight = float(self.counts.sum())
        scaled: Array = self.counts * (effective_rows(weight, float(self.squares.sum())) / weight if weight else 0.0)
        return scaled


def _cells(codes: Array, width: int, groups: Array, count: int, weights: Weights | None) -> Cells:
    """(count, width)."""
    if weights is None:
        counts = joint_counts([codes], [width], groups, count)
        return Cells(counts, counts)
    return Cells(*(joint_sums(w, [codes], [width], groups, count) for w in (weights.values, weights.squares)))


def _of_numbers(truth: Truth, said: Said, groups: Array, count: int, weights: Weights | None) -> list[Metrics]:
    if said.prediction is None or truth.target is None:
        return [{} for _ in range(count)]
    known = truth.target[: 1 << 16]
    known = known[np.isfinite(known)]
    centre = float(known.mean(dtype=np.float64)) if len(known) else 0.0
    values = None if weights is None else weights.values
    held = moments(truth.target, said.prediction, centre, groups, count, values)
    named: dict[str, Callable[..., Interval]] = {"rmse": rmse, "mae": mae, "r2": r2, "bias": bias}
    return [{name: estimate(metric(held, group)) for name, metric in named.items()} for group in range(count)]


@dataclass(frozen=True, eq=False)
class Decided:
    """codes: uint16 (n,), (bin · 2 + class) · 3 + decision, each a null at its end; the last one for no class.

    bins: of the probability, 0 where there is none. said: (bins,) the mean probability of each, of all rows.
    calibrated: (bins,) in which of the calibration error's bins each lies.
    """

    codes: Array
    bins: int
    said: Floats
    calibrated: Counts

    @property
    def width(self) -> int:
        return (self.bins + 1) * 6 + 1


def _decided(truth: Truth, said: Said) -> Decided:
    target, decision = truth.target, said.prediction
    assert target is not None
    assert decision is not None
    xp = namespace(target)
    bins, bin_of, means, calibrated = 0, None, np.empty(0), np.empty(0, np.int64)
    if said.probability is not None:
        inner = uniform_edges(0.0, 1.0, CALIBRATED)
        inside = over_rows(lambda part: xp.where((part >= 0) & (part <= 1), part, xp.nan), said.probability)
        quantile = quantile_edges(inside, FINE)
        edges = np.unique(np.concatenate((quantile[(quantile > 0) & (quantile < 1)], inner)))
        bins = len(edges) - 1
        bin_of = codes(inside, edges)
        means = _means(inside, bin_of, bins)
        calibrated = np.searchsorted(inner, edges[:-1], side="right") - 1
    last = (bins + 1) * 6

    def code(true: Array, decided: Array, *place: Array) -> Any:
        choice = xp.where(xp.isnan(decided), 2, decided)
        before = place[0].astype(xp.float32) * 2 if place else 0
        return xp.where(xp.isnan(true), last, (before + true) * 3 + choice)

    placed = () if bin_of is None else (bin_of,)
    coded = over_rows(code, target, decision, *placed, dtype=code_type(last + 1))
    return Decided(coded, bins, means, calibrated)


def _means(values: Array, place: Array, bins: int) -> Floats:
    rows = joint_counts([place], [bins + 1])[0, :bins]
    xp = namespace(values)
    sums = sum(over_parts(lambda part, of: group_sums([xp.nan_to_num(part)], of, bins)[0], values, place))
    means: Floats = sums / np.maximum(rows, 1)
    return means


def _of_two(decided: Decided, groups: Array, count: int, weights: Weights | None) -> list[Metrics]:
    counted = _cells(decided.codes, decided.width, groups, count, weights)
    cells = counted.to(lambda one: one[:, :-1].reshape(count, decided.bins + 1, 2, 3))
    return spread(partial(_of_two_in, decided), [cells.to(itemgetter(group)) for group in range(count)])


def _of_two_in(decided: Decided, cells: Cells) -> Metrics:
    """cells: (bins + 1, 2, 3) of one group."""
    table = cells.to(lambda one: one[:, :, :2].sum(0)).effective
    found = {"accuracy": estimate(accuracy(table)), "f1": estimate(f1(table))}
    if not decided.bins:
        return found
    rows = cells.to(lambda one: one[:-1].sum(2))
    found["auroc"] = estimate(auroc_of_counts(rows.counts[:, 0], rows.counts[:, 1], squares=rows.squares.T))
    alike = rows.effective
    found["ece"] = estimate(_calibration(alike[:, 0], alike[:, 1], decided.said, decided.calibrated, CALIBRATED))
    return found


def _calibration(others: Array, events: Array, said: Floats, place: Counts, bins: int) -> Interval:
    """From fine bins, each with its mean probability."""
    rows = others + events
    if not rows.sum():
        return UNKNOWN
    together = [np.bincount(place, weights, bins) for weights in (rows, events, rows * said)]
    return expected_calibration_error(together[0], together[1], together[2])


@dataclass(frozen=True, eq=False)
class Confidence:
    """codes: uint16 (n,), bin · 2 + right, the last one for a null. said: (bins,) the mean confidence of each."""

    codes: Array
    said: Floats


def _confidence(truth: Truth, said: Said) -> Confidence | None:
    """Of many classes: the greatest probability, and whether it was right."""
    if said.probability is None or truth.target is None:
        return None
    greatest = over_rows(lambda block: block.max(1), said.probability)
    likeliest = over_rows(lambda block: block.argmax(1), said.probability)
    bins = CALIBRATED * FINER
    xp = namespace(greatest)

    def inside(greatest: Array, true: Array) -> Any:
        return xp.where((greatest >= 0) & (greatest <= 1) & ~xp.isnan(true), greatest, xp.nan)

    def code(place: Array, likeliest: Array, true: Array) -> Any:
        return xp.where(place < bins, place * xp.int32(2) + (likeliest == true), 2 * bins)

    place = codes(over_rows(inside, greatest, truth.target), uniform_edges(0.0, 1.0, bins))
    coded = over_rows(code, place, likeliest, truth.target, dtype=np.uint16)
    return Confidence(coded, _means(greatest, place, bins))


FINER = 64


@dataclass(frozen=True, eq=False)
class Ranked:
    """Of each class the rows' codes, see `one_against_rest`, and how many codes there are."""

    codes: list[Array]
    widths: list[int]


def _ranked(truth: Truth, said: Said) -> Ranked:
    probability = said.probability
    assert probability is not None
    edges = [quantile_edges(probability[:, number], FINE) for number in range(len(truth.classes))]
    return Ranked(one_against_rest(truth.target, probability, edges), [2 * len(one) - 1 for one in edges])


def _of_many(
    truth: Truth, said: Said, ranked: Confidence | None, groups: Array, count: int, weights: Weights | None
) -> list[Metrics]:
    if said.prediction is None or truth.target is None:
        return [{} for _ in range(count)]
    classes = len(truth.classes)

    def table(values: Array | None) -> Array:
        return confusion(truth.target, said.prediction, classes, groups, count, values)

    if weights is None:
        counted = table(None)
        tables = Cells(counted, counted)
    else:
        tables = Cells(table(weights.values), table(weights.squares))
    draws = int(min(1000, max(100, DRAWN // classes**2)))
    bins = CALIBRATED * FINER
    sure = None
    if ranked is not None:
        counts = _cells(ranked.codes, 2 * bins + 1, groups, count, weights)
        sure = counts.to(lambda one: one[:, :-1].reshape(count, bins, 2))

    def one(group: int) -> Metrics:
        of_group = tables.to(itemgetter(group)).effective
        found = {"accuracy": estimate(accuracy(of_group)), "f1": estimate(f1(of_group, resamples=draws))}
        if ranked is not None and sure is not None:
            place = np.arange(bins) // FINER
            wrong, right = sure.to(itemgetter(group)).effective.T
            found["ece"] = estimate(_calibration(wrong, right, ranked.said, place, CALIBRATED))
        return found

    return spread(one, range(count))
