"""The search behind `slices`: single conditions, pairs and triples, level by level.

What one more condition makes of a slice is counted for all conditions at once, from the counts and sums of the
slice's rows by code. Only slices whose parts could still reach the best (SliceLine's bound) are taken further.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from operator import and_

import numpy as np

from .arrays import Array, Floats, namespace
from .columns import Feature
from .seams import joint_counts, joint_sums
from .table import Table

WIDEST = 48
"""Slices of a level that are taken further at most, those that could lead highest."""
JOINED = 500
"""Features of which slices of more than one condition are made at most, those whose single ones score highest."""
LOOKED_AT = 300
"""Slices with a score above 0 of which those are chosen that do not repeat another, at most."""


@dataclass(frozen=True, eq=False)
class Condition:
    """feature: its number. codes: which of its codes meet the condition, bool (width,)."""

    feature: int
    codes: Array


@dataclass(frozen=True, eq=False)
class Found:
    """places: of its conditions, ascending."""

    places: tuple[int, ...]
    score: float
    p: float


@dataclass(frozen=True, eq=False)
class _Level:
    """Slices: places (m, conditions), and (m,) of each rows, Σ e, Σ e² and Σ max(e, 0)."""

    places: Array
    rows: Floats
    errors: Floats
    squares: Floats
    above: Floats

    def at(self, chosen: Array) -> "_Level":
        parts = (self.places, self.rows, self.errors, self.squares, self.above)
        return _Level(*(part[chosen] for part in parts))


@dataclass(eq=False)
class Lattice:
    """table, error (n,), finite: the rows searched. fewest: rows of a slice at least. weight: SliceLine's α.

    conditions: the single ones, as many as bins, cuts, categories and nulls give.
    """

    table: Table
    error: Array
    fewest: float
    weight: float
    bins: int
    conditions: list[Condition] = field(init=False, default_factory=list)
    weighed: list[Found] = field(init=False, default_factory=list)
    _choices: list[Floats] = field(init=False, default_factory=list)
    _first: list[int] = field(init=False, default_factory=list)
    _near: list[int] = field(init=False, default_factory=list)
    _scores: dict[tuple[int, ...], float] = field(init=False, default_factory=dict)
    _met: dict[int, Array] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        xp = namespace(self.error)
        error = self.error = self.error.astype(xp.float64)
        self.rows = float(len(error))
        self.total, self.squares = float(error.sum()), float(xp.square(error).sum())
        self.scale = float(abs(error).sum()) / self.rows
        self.least, self.greatest = float(error.min()), max(float(error.max()), 0.0)
        counted = self.table.count()
        for number, feature in enumerate(self.table.features):
            chosen = list(_choices(feature, counted.of(feature.name)[0].astype(np.float64), self.bins))
            self._first.append(len(self.conditions))
            self.conditions.extend(Condition(number, codes) for codes in chosen)
            self._choices.append(np.array(chosen, dtype=np.float64).T)  # (width, choices)

    def best(self, conditions: int, most: int) -> list[Found]:
        """At most `most` slices of at most so many conditions, the highest score first; all above 0."""
        further: list[tuple[int, ...]] = [()] if self.scale else []
        for _ in range(conditions):
            levels = [self._within(places) for places in further]
            for level in levels:
                self._weigh(level)
            further = self._promising(levels, most)
        ranked = sorted(self.weighed, key=lambda one: (-one.score, len(one.places), one.places))
        return self._distinct([one for one in ranked if one.score > 0], most)

    def other_p_values(self, found: Sequence[Found]) -> Floats:
        """Of the other slices that were weighed: all but as many of the least as were found."""
        return np.sort([one.p for one in self.weighed])[len(found) :]

    def _within(self, parent: tuple[int, ...]) -> _Level:
        """A slice with one more condition on another feature, for each that leaves enough rows and not all."""
        xp = namespace(self.error)
        table, error = self.table, self.error
        numbers = self._joined() if parent else range(len(table.features))
        if parent:
            rows = xp.flatnonzero(_all(self._meets(place) for place in parent))
            few = Table(tuple(table.features[one] for one in numbers), tuple(table.codes[one] for one in numbers))
            table, error = few.rows_at(rows), error[rows]
        columns = [error, xp.square(error)]
        if self.least < 0:
            columns.append(xp.maximum(error, 0))
        sums = [joint_sums(values, table.codes, table.widths)[0] for values in columns]
        rows_of = joint_counts(table.codes, table.widths)[0].astype(np.float64)
        by_code = np.stack([rows_of, sums[0], sums[1], sums[-1] if self.least < 0 else sums[0]])
        taken = {self.conditions[place].feature for place in parent}
        places: list[tuple[int, ...]] = []
        held = [np.empty((4, 0))]
        start = 0
        for number, width in zip(numbers, table.widths, strict=True):
            if number not in taken:
                choices, first = self._choices[number], self._first[number]
                held.append(by_code[:, start : start + width] @ choices)
                places += [tuple(sorted((*parent, first + place))) for place in range(choices.shape[1])]
            start += width
        level = _Level(np.array(places, dtype=np.intp).reshape(-1, len(parent) + 1), *np.concatenate(held, 1))
        return level.at((level.rows >= self.fewest) & (level.rows < table.rows))

    def _joined(self) -> Sequence[int]:
        """The features whose conditions are joined to others, ascending."""
        if len(self._choices) <= JOINED:
            return range(len(self._choices))
        if not self._near:
            best = np.full(len(self._choices), -np.inf)
            for one in self.weighed:
                if len(one.places) == 1:
                    feature = self.conditions[one.places[0]].feature
                    best[feature] = max(best[feature], one.score)
            self._near = sorted(np.argsort(-best, kind="stable")[:JOINED].tolist())
        return self._near

    def _weigh(self, level: _Level) -> None:
        score = self._score(level.rows, level.errors)
        p, _ = p_values(level.rows, level.errors, level.squares, self.rows, self.total, self.squares)
        for row, places in enumerate(map(tuple, level.places.tolist())):
            if places not in self._scores:  # a pair is met on the way from either of its conditions
                self._scores[places] = float(score[row])
                self.weighed.append(Found(places, float(score[row]), float(p[row])))

    def _promising(self, levels: Sequence[_Level], most: int) -> list[tuple[int, ...]]:
        """Those slices whose parts can still be among the best, those that could lead highest first."""
        reached = sorted((score for score in self._scores.values() if score > 0), reverse=True)
        least = reached[most - 1] if len(reached) >= most else 0.0
        bounds: dict[tuple[int, ...], float] = {}
        for level in levels:
            bounds |= dict(zip(map(tuple, level.places.tolist()), self._bound(level).tolist(), strict=True))
        order = sorted(
            (places for places, bound in bounds.items() if bound > least), key=lambda one: (-bounds[one], one)
        )
        return order[:WIDEST]

    def _score(self, rows: Floats, errors: Floats) -> Floats:
        worse = (errors / rows - self.total / self.rows) / self.scale
        score: Floats = self.weight * worse - (1 - self.weight) * (self.rows / rows - 1)
        return score

    def _bound(self, level: _Level) -> Floats:
        """The highest score that any part of a slice with enough rows could have (SliceLine, section 3.2)."""
        best = np.full(len(level.rows), -np.inf)
        turning = level.above / self.greatest if self.greatest else level.rows
        for rows in (np.full_like(level.rows, self.fewest), np.clip(turning, self.fewest, level.rows), level.rows):
            errors = np.minimum(level.above, rows * self.greatest)
            best = np.maximum(best, self._score(rows, errors))
        return best

    def _distinct(self, ranked: Sequence[Found], most: int) -> list[Found]:
        """Those that stay slices, with enough rows and a score above 0, without the rows of the ones before."""
        xp = namespace(self.error)
        free = xp.ones(len(self.error), bool)
        chosen: list[Found] = []
        for one in ranked[:LOOKED_AT]:
            if len(chosen) == most:
                break
            new = _all(self._meets(place) for place in one.places) & free
            rows = float(new.sum())
            if rows >= self.fewest and self._score(np.array([rows]), np.array([float(self.error[new].sum())]))[0] > 0:
                refined = self._refined(one)
                chosen.append(refined)
                free &= ~_all(self._meets(place) for place in refined.places)
        return chosen

    def _refined(self, one: Found) -> Found:
        """With the bounds of its ranges moved, one after the other, to those of all bins that give the best score."""
        xp = namespace(self.error)
        for position, place in enumerate(one.places):
            condition = self.conditions[place]
            feature = self.table.features[condition.feature]
            if feature.edges is None or condition.codes[-1]:
                continue
            others = [self._meets(other) for other in one.places if other != place]
            outside = (~_all(others)).astype(xp.uint8) if others else xp.zeros(len(self.error), xp.uint8)
            codes, widths = [self.table.codes[condition.feature]], [feature.width]
            rows = np.cumsum(joint_counts(codes, widths, outside, 1)[0])
            errors = np.cumsum(joint_sums(self.error, codes, widths, outside)[0])
            low, high = np.triu_indices(feature.width - 1)
            held = rows[high] - np.where(low > 0, rows[low - 1], 0)
            total = errors[high] - np.where(low > 0, errors[low - 1], 0)
            possible = (held >= self.fewest) & (held < self.rows)
            score = np.where(possible, self._score(np.maximum(held, 1), total), -np.inf)
            best = int(score.argmax())
            if score[best] > one.score:
                bins = np.arange(feature.width)
                self.conditions.append(Condition(condition.feature, (bins >= low[best]) & (bins <= high[best])))
                places = (*one.places[:position], len(self.conditions) - 1, *one.places[position + 1 :])
                one = Found(places, float(score[best]), one.p)
        return one

    def _meets(self, place: int) -> Array:
        """Rows that meet a condition, bool (n,)."""
        if place not in self._met:
            condition = self.conditions[place]
            codes = namespace(self.error).asarray(condition.codes)
            self._met[place] = codes[self.table.codes[condition.feature]]
        return self._met[place]


def p_values(
    rows: Floats, errors: Floats, squares: Floats, all_rows: float, total: float, all_squares: float
) -> tuple[Floats, Floats]:
    """Of each slice: by chance its mean is so much greater than elsewhere (one-sided, Welch 1947, normal: slices hold
    32 rows and more), and the standard error of that difference. ½ where neither side varies and the means agree."""
    rest = all_rows - rows
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, elsewhere = errors / rows, (total - errors) / rest
        within = np.maximum(squares / rows - mean**2, 0) / np.maximum(rows - 1, 1)
        outside = np.maximum((all_squares - squares) / rest - elsewhere**2, 0) / np.maximum(rest - 1, 1)
        deviation = np.sqrt(within + outside)
        apart = mean - elsewhere
        z = np.where(deviation > 0, apart / deviation, np.where(apart > 0, np.inf, np.where(apart < 0, -np.inf, 0)))
    return np.array([math.erfc(value / math.sqrt(2)) / 2 for value in z]), deviation


def _choices(feature: Feature, rows: Floats, bins: int) -> Iterable[Array]:
    """Each category, or each of about `bins` ranges with as many rows, all below and all from each cut; the nulls."""
    width = feature.width
    if feature.edges is None:
        for place in range(width):
            yield np.arange(width) == place
        return
    known = rows[:-1]
    shares = np.cumsum(known) / max(known.sum(), 1)
    cuts = np.unique(np.searchsorted(shares, np.arange(1, bins) / bins - 1e-12) + 1)
    cuts = cuts[cuts < width - 1]
    borders = (0, *cuts, width - 1)
    ends = {*pairwise(borders), *((0, cut) for cut in cuts), *((cut, width - 1) for cut in cuts)}
    places = np.arange(width)
    for low, high in sorted(ends):
        yield (places >= low) & (places < high)
    yield places == width - 1


def _all(masks: Iterable[Array]) -> Array:
    return reduce(and_, masks)
