"""Blind spots: conditions under which a model does much worse than elsewhere, found without anybody asking.

A slice is one to three conditions, each a range of a feature, a category, or "missing", weighed by SliceLine's score
(Sagadeeva and Boehm, SIGMOD 2021): how much worse the model is in it, against how few rows it has.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .arrays import Array, floats, namespace
from .blocks import evenly, over_parts, over_rows
from .discoveries import benjamini_hochberg
from .intervals import Interval, around
from .lattice import Found, Lattice, p_values
from .predicates import All, Predicate
from .table import Table
from .trees import described_by

SAMPLE = 50_000
"""Rows searched at most; what was found is measured on all."""


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice that was found. rows: in it, with an error; support: their share of those.

    mean, elsewhere: the mean error in it and in all other rows. effect: mean − elsewhere with its 95 % interval.
    score: SliceLine's, above 0. p: one-sided, of no greater mean in it (Welch 1947); q: over all slices weighed.
    """

    predicate: Predicate
    rows: int
    support: float
    mean: float
    elsewhere: float
    effect: Interval
    score: float
    p: float
    q: float


def find_slices(
    table: Table,
    error: Any,
    most: int = 10,
    conditions: int = 2,
    smallest: float = 0.01,
    weight: float = 0.95,
    bins: int = 8,
) -> list[Slice]:
    """At most `most` slices with a score above 0, the highest first.

    error: (n,) of NumPy or CuPy as the table, greater is worse; rows where it is not finite are left out. It may be
    a difference of two models' errors: slices are then where the first is worse by most. conditions: 1 to 3 joined
    by and. smallest: share of the rows that a slice has at least (and at least 32). weight: SliceLine's α, of the
    error against the size. bins: ranges that a numeric feature is cut into for the search, of about equally many
    rows; the bounds of what was found are then moved to the best of the feature's own.

    score = α (mean / m − mean of all / m) − (1 − α) (rows of all / rows − 1), with m the mean of |error| of all,
    which for errors that are not below 0 is SliceLine's. A slice is left out where it is none without the rows of
    those before it: they are different blind spots, not one in several words.
    """
    return weighed_slices(table, error, most, conditions, smallest, weight, bins)[0]


def weighed_slices(
    table: Table,
    error: Any,
    most: int = 10,
    conditions: int = 2,
    smallest: float = 0.01,
    weight: float = 0.95,
    bins: int = 8,
) -> tuple[list[Slice], int]:
    """As `find_slices`, and how many slices were weighed."""
    if not 1 <= conditions <= 3:
        raise ValueError("A slice has one to three conditions.")
    error = floats(error)
    xp = namespace(error)
    drawn = evenly(over_rows(xp.isfinite, error, dtype=bool), SAMPLE)
    if len(drawn) == 0:
        return [], 0
    lattice = Lattice(table.rows_at(drawn), error[drawn], max(32.0, smallest * len(drawn)), weight, bins)
    found = lattice.best(conditions, most)
    slices = [_measured(table, lattice, one, error) for one in found]
    weighed = np.concatenate(([slice_.p for slice_ in slices], lattice.other_p_values(found)))
    q_values = benjamini_hochberg(weighed)
    return [replace(slice_, q=float(q)) for slice_, q in zip(slices, q_values, strict=False)], len(lattice.weighed)


def _measured(table: Table, lattice: Lattice, found: Found, error: Array) -> Slice:
    """A slice over all rows of the table, not those alone that were searched."""
    conditions = [lattice.conditions[place] for place in found.places]
    parts = [described_by(table.features[one.feature], one.codes) for one in conditions]
    (rows, total, squares), (all_rows, all_total, all_squares) = _sums(
        error, [table.codes[one.feature] for one in conditions], [one.codes for one in conditions]
    ).tolist()
    rest, rest_total = all_rows - rows, all_total - total
    mean = total / rows if rows else math.nan
    elsewhere = rest_total / rest if rest else math.nan
    p, deviation = p_values(np.array([rows]), np.array([total]), np.array([squares]), all_rows, all_total, all_squares)
    predicate = All(tuple(part for part in parts if part is not None))
    effect = around(mean - elsewhere, float(deviation[0]))
    return Slice(predicate, int(rows), rows / all_rows, mean, elsewhere, effect, found.score, float(p[0]), math.nan)


def _sums(error: Array, codes: Sequence[Array], allowed: Sequence[Array]) -> Array:
    """Rows, sum and sum of squares of the finite errors where each of the codes is allowed, and of all, (2, 3)."""
    xp = namespace(error)
    named = [xp.asarray(one) for one in allowed]

    def of(error: Array, *codes: Array) -> Array:
        known = xp.isfinite(error)
        met = known
        for one, column in zip(named, codes, strict=True):
            met = met & one[column]
        sums = []
        for rows in (met, known):
            chosen = error[rows].astype(xp.float64)
            sums.append((float(len(chosen)), float(chosen.sum()), float((chosen * chosen).sum())))
        return np.array(sums)

    return sum(over_parts(of, error, *codes), np.zeros((2, 3)))
