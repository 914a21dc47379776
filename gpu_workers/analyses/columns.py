"""What a table is made of: columns coded once, by which every later question is a count.

A column of numbers is (n,) float32 or float64 of NumPy or CuPy, NaN where it is missing; float64 where float32 would
lose what matters (a time in seconds, a long number). A column of categories is a `Category`. Both become a `Feature`:
which code means what.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import edges as bins
from .arrays import Array, Floats, namespace
from .blocks import over_rows

BINS = 63
"""Of a numeric feature, so that with the nulls its codes fit six bits."""
MOST_CATEGORIES = 254
OTHER = "other"
"""The category of those that are too rare for one of their own."""


@dataclass(frozen=True, eq=False)
class Category:
    """codes: (n,) whole numbers into categories; any other number is a null. categories: their names, distinct."""

    codes: Array
    categories: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def mask(self, names: Iterable[str]) -> Array:
        """Rows of these categories, bool (n,)."""
        chosen = set(names)
        wanted = [place for place, name in enumerate(self.categories) if name in chosen]
        xp = namespace(self.codes)
        listed = xp.asarray(wanted, dtype=np.int64)
        return over_rows(lambda codes: xp.isin(codes, listed), self.codes, dtype=bool)

    def nulls(self) -> Array:
        """Rows of no category, bool (n,)."""
        count = len(self.categories)
        return over_rows(lambda codes: (codes < 0) | (codes >= count), self.codes, dtype=bool)


@dataclass(frozen=True, eq=False)
class Feature:
    """One column's codes: bins between `edges` or `categories`, one of the two, and after them the nulls."""

    name: str
    edges: Floats | None = None
    categories: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many codes there are, nulls included."""
        return (len(self.categories) if self.edges is None else len(self.edges) - 1) + 1

    def codes(self, column: Any) -> Array:
        """uint8 or uint16 (n,) of a column of this feature, or of a part of it."""
        if self.edges is not None:
            return bins.codes(column, self.edges)
        null = self.width - 1
        place = {name: number for number, name in enumerate(self.categories)}
        rare = place.get(OTHER, null)
        named = np.array([*(place.get(name, rare) for name in column.categories), null], bins.code_type(self.width))
        xp = namespace(column.codes)
        named, count = xp.asarray(named), len(column.categories)
        return over_rows(
            lambda codes: named[bins.category_codes(codes, count)], column.codes, dtype=bins.code_type(self.width)
        )


def numeric_feature(name: str, values: Any, count: int = BINS, equal: bool = False) -> Feature:
    """A feature of bins with about equally many rows each (quantiles), or equally wide ones; from all or some rows."""
    if equal:
        return Feature(name, bins.uniform_edges(*bins.finite_range(values), count))
    return Feature(name, bins.quantile_edges(values, count))


def category_feature(name: str, counts: Mapping[str, int], most: int = MOST_CATEGORIES) -> Feature:
    """A feature of the `most` most frequent categories (of equals the first by name), the rest together as OTHER.

    counts: rows of each category, of the whole table.
    """
    ordered = sorted(counts, key=lambda category: (-counts[category], category))
    if len(ordered) <= most:
        return Feature(name, categories=tuple(ordered))
    return Feature(name, categories=(*[category for category in ordered if category != OTHER][:most], OTHER))
