"""Segments by k-means on score columns: rows in which the models do alike.

The start (k-means++) and a first convergence are found on a sample, then all rows are gone through until the centres
stay. A table that does not fit in memory is given as parts, which are gone through again in each pass: whatever the
split, the same rows are drawn and the same sums are made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, Counts, Floats, floats, namespace, on_host
from .seams import gathered, magnitudes, nearest

SAMPLE = 1 << 14
"""Rows on which the start is found."""
MOST = 255
"""Clusters at most: a label is one byte, and one value says that the row is in none."""

Columns = Sequence[Array]


@dataclass(frozen=True, eq=False)
class Clustering:
    """What k-means found.

    centres: float64 (k, d) on the host, ascending by their mean, so that segment 0 is the best of errors. k is less
    than asked for where there are fewer distinct rows. sizes: (k,) rows at the last pass. passes: over all rows.
    converged: the centres stayed; else the passes were used up.
    """

    centres: Floats
    sizes: Counts
    passes: int
    converged: bool

    def labels(self, points: Any) -> Array:
        """The segment of each row, uint8 (n,), and k for rows with a value that is not finite (the group of none)."""
        return nearest(_columns(points), self.centres)


def kmeans(points: Any, k: int, seed: int = 0, tolerance: float = 1e-4, passes: int = 100) -> Clustering:
    """Clusters of the rows of points, (n, d), (n,) or a tuple of d columns (n,), of NumPy or CuPy; the unit of the
    columns must be the same.

    Stops when the squared movement of the centres is at most tolerance × the mean variance of the columns, as
    scikit-learn does, or after `passes`. Rows with a value that is not finite are left out. ValueError: k is not in
    1..255.
    """
    rows = len(points[0]) if isinstance(points, tuple) else len(points)
    return kmeans_of_parts([points], rows, k, seed, tolerance, passes)


def kmeans_of_parts(
    parts: Iterable[Any], rows: int, k: int, seed: int = 0, tolerance: float = 1e-4, passes: int = 100
) -> Clustering:
    """`kmeans` of rows that come in parts, each as of `kmeans`, `rows` in all.

    parts: can be iterated over again and again, with the same rows in the same order.
    """
    if not 1 <= k <= MOST:
        raise ValueError(f"There can be 1 to {MOST} clusters, not {k}.")
    random = np.random.default_rng(seed)
    sample, variance, xp, greatest = _sample(parts, rows, random)
    if len(sample) == 0:
        return Clustering(np.empty((0, sample.shape[1])), np.empty(0, np.int64), 0, True)
    still = tolerance * variance
    drawn = [xp.asarray(column) for column in np.ascontiguousarray(sample.T)]
    centres = _spread_out(sample.astype(np.float64), k, random)
    for _ in range(passes):
        before = centres
        centres = _moved([drawn], before, greatest)[0]
        if _movement(before, centres) <= still:
            break
    converged, passed, sizes = False, 0, np.zeros(len(centres), np.int64)
    while passed < passes and not converged:
        before = centres
        centres, sizes = _moved((_columns(part) for part in parts), before, greatest)
        passed += 1
        converged = _movement(before, centres) <= still
    order = np.argsort(centres.mean(1), kind="stable")
    return Clustering(centres[order], sizes[order], passed, converged)


def _columns(points: Any) -> Columns:
    if isinstance(points, tuple):
        return [floats(column) for column in points]
    points = floats(points)
    xp = namespace(points)
    return [points] if points.ndim == 1 else [xp.ascontiguousarray(column) for column in points.T]


def _sample(parts: Iterable[Any], rows: int, random: np.random.Generator) -> tuple[Array, float, Any, Floats | None]:
    """At most SAMPLE finite rows (m, d) drawn by their number in the table, the mean variance of their columns, where
    the parts lie, and the columns' `magnitudes`."""
    wanted = np.arange(rows) if rows <= SAMPLE else np.sort(random.integers(0, rows, SAMPLE))
    drawn, start, xp = [], 0, np
    greatest: Floats | None = None
    for part in parts:
        columns = _columns(part)
        xp = namespace(*columns)
        of_part = magnitudes(columns)
        greatest = of_part if greatest is None or of_part is None else np.maximum(greatest, of_part)
        end = start + len(columns[0])
        here = wanted[np.searchsorted(wanted, start) : np.searchsorted(wanted, end)] - start
        drawn.append(np.stack([on_host(column[xp.asarray(here)]) for column in columns], 1))
        start = end
    if start != rows:
        raise ValueError(f"The parts hold {start:,} rows, not {rows:,}.")
    sample = np.concatenate(drawn) if drawn else np.empty((0, 1))
    sample = sample[np.isfinite(sample).all(1)]
    return sample, float(sample.var(0, dtype=np.float64).mean()) if len(sample) else 0.0, xp, greatest


def _spread_out(sample: Floats, k: int, random: np.random.Generator) -> Floats:
    """k-means++ (Arthur and Vassilvitskii 2007), each centre the best of a few draws; fewer where rows repeat."""
    draws = 2 + int(np.log(k))
    centres = [sample[random.integers(len(sample))]]
    columns = np.ascontiguousarray(sample.T)

    def distances(centre: Array) -> Floats:
        squares: Floats = sum((column - place) ** 2 for column, place in zip(columns, centre, strict=True))
        return squares

    away = distances(centres[0])
    while len(centres) < k and away.max() > 0:
        drawn = np.searchsorted(np.cumsum(away), random.random(draws) * away.sum(), side="right")
        options = sample[np.minimum(drawn, len(sample) - 1)]
        left = np.minimum(away, [distances(option) for option in options])
        best = left.sum(1).argmin()
        centres.append(options[best])
        away = left[best]
    return np.array(centres)


def _moved(parts: Iterable[Columns], centres: Floats, greatest: Floats | None) -> tuple[Floats, Counts]:
    """The means of the rows nearest to each centre, and how many they are. A centre that has none stays."""
    k, d = centres.shape
    sizes, sums = np.zeros(k, np.int64), np.zeros((d, k))
    for columns in parts:
        of_part, sums_of_part = gathered(columns, centres, greatest)
        sizes += of_part
        sums += sums_of_part
    return np.where(sizes[:, None] > 0, sums.T / np.maximum(sizes, 1)[:, None], centres), sizes


def _movement(before: Floats, after: Floats) -> float:
    return float(((after - before) ** 2).sum())
