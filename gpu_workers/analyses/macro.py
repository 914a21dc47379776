"""The area under the ROC curve of many classes: each against the rest, and the mean of these areas (macro).

The convention of scikit-learn's `roc_auc_score(multi_class="ovr", average="macro")`, but that a class without a row, or
without a row of another class, is left out of the mean instead of refused.

One row is of one class and among the rest of all others, so that the areas of the classes go together. The error of
their mean is that of a mean over rows, of what each row adds to all of the areas (DeLong, DeLong and Clarke-Pearson
1988, for correlated areas): the same as DeLong's where there are two classes.
"""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from .arrays import Array, Floats, namespace
from .auroc import placements
from .blocks import over_rows
from .edges import code_type, codes
from .intervals import UNKNOWN, Interval, around
from .seams import group_sums, joint_counts, joint_sums


def one_against_rest(target: Any, probability: Any, edges: Sequence[Floats]) -> list[Array]:
    """Of each class: bin · 2, and 1 more for a row of the class; twice the bins for a row without one, uint16 (n,).

    target: (n,) numbers of classes, NaN for none. probability: (n, classes). edges: of each class's bins.
    """
    coded = []
    for number, of_class in enumerate(edges):
        place = codes(probability[:, number], of_class)
        code = partial(_code, number, len(of_class) - 1)
        coded.append(over_rows(code, place, target, dtype=code_type(2 * len(of_class) - 1)))
    return coded


def _code(number: int, bins: int, place: Array, true: Array) -> Array:
    xp = namespace(place)
    known = ~xp.isnan(true) & (place < bins)
    coded: Array = xp.where(known, place.astype(xp.int32) * 2 + (true == number), 2 * bins)
    return coded


def macro_auroc(
    coded: Sequence[Array],
    widths: Sequence[int],
    groups: Array,
    group_count: int,
    weights: Array | None = None,
    level: float = 0.95,
) -> list[Interval]:
    """Of each group. coded, widths: of each class, as of `one_against_rest`, a width twice the bins and one more.

    groups: codes (n,), `group_count` for a row in none. weights: (n,), 0 and more; none: all rows count alike. NaN
    where no class can be told from others; no bounds where a class has a single row.
    """
    if weights is None:
        counts: Array = joint_counts(coded, widths, groups, group_count)
        squares = counts
    else:
        counts = joint_sums(weights, coded, widths, groups, group_count)
        squared = over_rows(lambda weight: weight * weight, weights, dtype=np.float64)
        squares = joint_sums(squared, coded, widths, groups, group_count)
    starts = np.concatenate(([0], np.cumsum(widths)))
    areas = np.full((len(coded), group_count), np.nan)
    tables = [np.zeros((group_count + 1, width)) for width in widths]
    for number, table in enumerate(tables):
        own = slice(starts[number], starts[number + 1] - 1)
        for group in range(group_count):
            held, squared = (of[group, own].reshape(-1, 2).astype(np.float64) for of in (counts, squares))
            areas[number, group] = _area(held, squared, table[group, :-1].reshape(-1, 2))
    told = ~np.isnan(areas)
    count = told.sum(0)
    mean = np.where(count > 0, np.where(told, areas, 0.0).sum(0) / np.maximum(count, 1), np.nan)
    spread = _spread(coded, tables, groups, group_count, weights) / np.maximum(count, 1) ** 2
    found = []
    for group in range(group_count):
        if not count[group]:
            found.append(UNKNOWN)
            continue
        around_mean = around(float(mean[group]), math.sqrt(spread[group]), level)
        cut = Interval(around_mean.estimate, max(around_mean.low, 0.0), min(around_mean.high, 1.0))
        found.append(Interval(around_mean.estimate, math.nan, math.nan) if math.isnan(around_mean.low) else cut)
    return found


def _area(held: Floats, squared: Floats, into: Floats) -> float:
    """held, squared: (bins, 2) weights of the rest and of the class, and their squares. NaN where one has none.

    into: (bins, 2), what a row there adds to the error of the area, per unit of its weight.
    """
    rest, own = held[:, 0], held[:, 1]
    if not rest.sum() or not own.sum():
        return math.nan
    of_own, of_rest = placements(rest, own)
    area = float((own * of_own).sum() / own.sum())
    for side, placed in ((0, of_rest), (1, of_own)):
        free = held[:, side].sum() ** 2 - squared[:, side].sum()
        into[:, side] = (placed - area) / math.sqrt(free) if free > 1e-12 * held[:, side].sum() ** 2 else math.nan
    return area


def _spread(
    coded: Sequence[Array], tables: Sequence[Floats], groups: Array, group_count: int, weights: Array | None
) -> Floats:
    """Of each group the sum over its rows of the square of what one adds to all areas, times its weight's square."""
    xp = namespace(groups)
    flat = [xp.asarray(table.ravel()) for table in tables]
    widths = [table.shape[1] for table in tables]

    def squares(groups: Array, *columns: Array) -> Array:
        held = groups.astype(xp.int32)
        sums = xp.zeros(len(groups))
        for codes_of, table, width in zip(columns, flat, widths, strict=False):
            sums += table[held * width + codes_of]
        if len(columns) > len(flat):
            sums *= columns[-1]
        squared: Array = xp.square(sums)
        return squared

    heavy = () if weights is None else (weights,)
    added = over_rows(squares, groups, *coded, *heavy, dtype=np.float64)
    found: Floats = group_sums([added], groups, group_count)[0]
    return found
