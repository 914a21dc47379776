"""The search behind `slices`: single conditions, pairs and triples, level by level.

Candidates that can no longer reach the best are left out by SliceLine's bound, and what remains is counted by matrix
products, a whole level at once. Sums are float32 within a block of rows and float64 over the blocks.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise
from operator import and_

import numpy as np

from .arrays import Array, Floats, namespace, on_host
from .blocks import blocks
from .columns import Feature
from .seams import joint_counts, joint_sums
from .table import Table

WIDEST = 128
"""Candidates of a level that are combined with others at most, those that could lead highest."""
LOOKED_AT = 300
"""Slices with a score above 0 of which those are chosen that do not repeat another, at most."""
_BLOCK = 1 << 13


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
    """Slices of one number of conditions: places (m, level), and (m,) of each rows, Σ e, Σ e² and Σ max(e, 0)."""

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
    conditions: list[Condition] = field(init=False)
    weighed: list[Found] = field(init=False, default_factory=list)
    _met: dict[int, Array] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        xp = namespace(self.error)
        error = self.error.astype(xp.float64)
        self.rows = float(len(error))
        self.total, self.squares = float(error.sum()), float((error * error).sum())
        self.scale = float(abs(error).sum()) / self.rows
        self.greatest = max(float(error.max()), 0.0)

    def best(self, conditions: int, most: int) -> list[Found]:
        """At most `most` slices of at most so many conditions, the highest score first; all above 0."""
        level = self._singles()
        scores: dict[tuple[int, ...], float] = {}
        self._weigh(level, scores)
        singles = parents = self._promising(level, scores, most)
        for _ in range(1, conditions):
            if not len(parents.rows):
                break
            level = self._combined(parents, singles)
            self._weigh(level, scores)
            parents = self._promising(level, scores, most)
        ranked = sorted(self.weighed, key=lambda one: (-one.score, len(one.places), one.places))
        return self._distinct([one for one in ranked if one.score > 0], most)

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
            if rows >= self.fewest:
                errors = np.array([float(self.error[new].sum(dtype=xp.float64))])
                if self._score(np.array([rows]), errors)[0] > 0:
                    one = self._refined(one)
                    chosen.append(one)
                    free &= ~_all(self._meets(place) for place in one.places)
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
            outside = xp.zeros(len(self.error), xp.uint8) if not others else (~_all(others)).astype(xp.uint8)
            codes, widths = [self.table.codes[condition.feature]], [feature.width]
            rows = np.cumsum(joint_counts(codes, widths, outside, 1)[0])
            errors = np.cumsum(joint_sums(codes, widths, outside, 1, self.error)[0])
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

    def _promising(self, level: _Level, scores: dict[tuple[int, ...], float], most: int) -> _Level:
        """Those of a level whose parts can still be among the best."""
        reached = sorted((score for score in scores.values() if score > 0), reverse=True)
        least = reached[most - 1] if len(reached) >= most else 0.0
        bound = self._bound(level)
        order = np.argsort(-bound, kind="stable")[:WIDEST]
        return level.at(order[bound[order] > least])

    def other_p_values(self, found: Sequence[Found]) -> Floats:
        """Of the other slices that were weighed: all but as many of the least as were found."""
        return np.sort([one.p for one in self.weighed])[len(found) :]

    def _weigh(self, level: _Level, scores: dict[tuple[int, ...], float]) -> None:
        score = self._score(level.rows, level.errors)
        p, _ = p_values(level.rows, level.errors, level.squares, self.rows, self.total, self.squares)
        for places, value, chance in zip(level.places, score, p, strict=True):
            one = Found(tuple(int(place) for place in places), float(value), float(chance))
            scores[one.places] = one.score
            self.weighed.append(one)

    def _score(self, rows: Floats, errors: Floats) -> Floats:
        if not self.scale:
            return np.zeros(len(rows))
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

    def _singles(self) -> _Level:
        xp = namespace(self.error)
        codes, widths = self.table.codes, self.table.widths
        one = xp.zeros(self.table.rows, xp.uint8)
        rows = joint_counts(codes, widths)[0].astype(np.float64)
        columns = (self.error, self.error * self.error, xp.maximum(self.error, 0))
        sums = [joint_sums(codes, widths, one, 1, values)[0] for values in columns]
        self.conditions, held = [], []
        start = 0
        for number, feature in enumerate(self.table.features):
            part = slice(start, start + feature.width)
            start += feature.width
            for chosen in _choices(feature, rows[part], self.bins):
                values = [float(column[part][chosen].sum()) for column in (rows, *sums)]
                if self.fewest <= values[0] < self.rows:
                    self.conditions.append(Condition(number, chosen))
                    held.append(values)
        table = np.array(held).reshape(-1, 4)
        return _Level(np.arange(len(held))[:, None], *table.T)

    def _combined(self, parents: _Level, singles: _Level) -> _Level:
        """Each parent with each single condition on another feature, once, where enough rows remain."""
        of = np.array([condition.feature for condition in self.conditions], dtype=np.intp)
        last = singles.places[:, 0]
        seen: dict[tuple[int, ...], tuple[int, int]] = {}
        for row, places in enumerate(parents.places):
            for column, place in enumerate(last):
                if of[place] not in of[places]:
                    seen.setdefault(tuple(sorted((*map(int, places), int(place)))), (row, column))
        if not seen:
            return singles.at(np.empty(0, np.intp))
        sums = self._products(parents, singles)
        rows, columns = np.array(list(seen.values())).T
        level = _Level(np.array(list(seen)), *(product[rows, columns] for product in sums))
        return level.at(np.flatnonzero(level.rows >= self.fewest))

    def _products(self, parents: _Level, singles: _Level) -> Floats:
        """Rows, Σ e, Σ e², Σ max(e, 0) of each parent with each single condition, (4, parents, singles)."""
        xp = namespace(self.error)
        total = np.zeros((4, len(parents.rows), len(singles.rows)))
        meets = {place: self._meets(place) for place in {*parents.places.ravel(), *singles.places.ravel()}}
        for rows in blocks(len(self.error), _BLOCK if xp is np else len(self.error)):
            right = xp.stack([meets[place][rows] for place in singles.places[:, 0]]).astype(xp.float32)
            left = xp.stack([_all(meets[place][rows] for place in places) for places in parents.places])
            left = left.astype(xp.float32)
            error = self.error[rows].astype(xp.float32)
            for number, weights in enumerate((1, error, error * error, xp.maximum(error, 0))):
                total[number] += on_host((left * weights) @ right.T)
        return total

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
    32 rows and more), and the standard error of that difference. 1 where neither side varies and the means agree."""
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
