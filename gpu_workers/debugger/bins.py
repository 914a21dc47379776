"""Columns as codes: fine bins that measures are made of, put together to fewer, wider ones to look at."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gpu_workers.analyses import Category, Feature, quantiles
from gpu_workers.analyses.arrays import Array, Counts, Floats
from gpu_workers.analyses.blocks import over_rows
from gpu_workers.analyses.columns import MOST_CATEGORIES, OTHER
from gpu_workers.analyses.edges import SAMPLE, category_codes, code_type, finite_range, quantile_edges, uniform_edges

from .texts import LONGEST, Texts, counts

SHOWN = 24
"""Bins of a number to look at; where it has up to so many different values, each has one."""
FINE = 40
"""Bins with about equally many rows each; with the edges of those to look at, a measure's."""
OUTLYING = 1.5
"""A range is cut at its outer half percents where it is so many times as wide as between them."""


@dataclass(frozen=True, eq=False)
class Binned:
    """A feature, and how it is looked at.

    edges: of the shown bins, (m + 1,), which are equally wide but for the two outermost: these reach to the least and
    the greatest value. Empty for categories. starts: the first fine bin of each shown one, (m,).
    """

    feature: Feature
    edges: Floats
    starts: Counts

    def shown(self, fine: Counts) -> Counts:
        """Rows in each shown bin, or of each category, and last the nulls, of counts (width,)."""
        if self.feature.edges is None:
            return fine
        together: Counts = np.append(np.add.reduceat(fine[:-1], self.starts), fine[-1])
        return together


def binned(name: str, values: Array) -> Binned:
    """Of a column of numbers, (n,)."""
    fine = quantile_edges(values, FINE)
    if len(fine) > SHOWN + 1:
        shown = _shown(values)
        fine = np.unique(np.concatenate((fine, shown)))
    else:
        shown = fine
    return Binned(Feature(name, fine), shown, np.searchsorted(fine, shown[:-1]).astype(np.int64))


def _shown(values: Array) -> Floats:
    low, high = finite_range(values)
    inner_low, inner_high = inner_range(values)
    if high - low <= OUTLYING * (inner_high - inner_low):
        return uniform_edges(low, high, SHOWN)
    edges = uniform_edges(inner_low, inner_high, SHOWN)
    return np.unique(np.concatenate(([low], edges[1:-1], [high])))


def inner_range(values: Array, share: float = 0.005) -> tuple[float, float]:
    """Between which all but so small a share of the finite values at either end lie, from an even sample."""
    drawn = values[:: max(1, len(values) // SAMPLE)]
    low, high = quantiles(drawn[np.isfinite(drawn)], (share, 1 - share))
    return float(low), float(high)


def of_category(name: str, column: Category) -> tuple[Binned, Array]:
    """The feature of a column of few categories, and its codes."""
    width = len(column.categories) + 1
    codes = category_codes(column.codes, width - 1)
    return Binned(Feature(name, categories=column.categories), np.empty(0), np.empty(0, np.int64)), codes


def of_texts(name: str, column: Texts) -> tuple[Binned, Array]:
    """A feature of the most frequent texts, the others together, and its codes. A text of one row is no category, nor
    is one too long for an answer: a condition made of what is left of it would match nothing."""
    rows = counts(column)
    ordered = np.lexsort((column.ranks, -rows))
    often = [int(place) for place in ordered[:MOST_CATEGORIES] if rows[place] > 1]
    texts = ((place, column.values[place].as_py()) for place in often)
    kept: list[tuple[int, str]] = [(place, text) for place, text in texts if text != OTHER and len(text) <= LONGEST]
    rest = len(kept) < np.count_nonzero(rows)
    categories = (*(text for _, text in kept), OTHER) if rest else tuple(text for _, text in kept)
    null = len(categories)
    code_of: Any = np.full(len(rows) + 1, len(kept), code_type(null + 1))
    code_of[[place for place, _ in kept]] = np.arange(len(kept))
    code_of[-1] = null
    return Binned(Feature(name, categories=categories), np.empty(0), np.empty(0, np.int64)), over_rows(
        lambda part: code_of[part], column.codes, dtype=code_of.dtype
    )
