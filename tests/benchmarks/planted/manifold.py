"""How Manifold 1.1.4 counts and ranks features, said again in NumPy so that it runs on a million rows.

From `computation.js` of @mlvis/mlvis-common (Apache-2.0): which columns it takes, how it bins them, and by what it
sorts them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gpu_workers.analyses import Category, kl_divergence

Array = np.ndarray[Any, Any]
BINS = 100
FEW, FEW_OF_ROWS = 8, 0.1
MANY, MANY_OF_ROWS = 100, 0.5


def divergences(columns: Mapping[str, Any], a: Array, b: Array) -> dict[str, float]:
    """By column, of what it ranks at all; a, b: bool (n,), the rows of the two groups."""
    found = {}
    for name, column in columns.items():
        counts = _of_categories(column, a, b) if isinstance(column, Category) else _of_numbers(column, a, b)
        if counts is not None:
            found[name] = float(kl_divergence(*counts, mode="manifold"))
    return found


def _of_categories(column: Category, a: Array, b: Array) -> tuple[Array, Array]:
    codes = np.where(column.nulls(), len(column.categories), column.codes)
    return _counted(codes, np.unique(codes), a, b)


def _of_numbers(column: Array, a: Array, b: Array) -> tuple[Array, Array] | None:
    """A column with a null is one of categories, each number one of them, and left out where those are more than half
    of the rows; one with few numbers is of categories too; any other is cut into a hundred equally wide bins."""
    missing = bool(np.isnan(column).any())
    if missing or len(np.unique(column[:1000])) < FEW:
        values, codes = np.unique(column, return_inverse=True)  # NaN is one value, the last
        if len(values) < 2 or (missing and len(values) > max(MANY, MANY_OF_ROWS * len(column))):
            return None
        if missing or len(values) < min(FEW, FEW_OF_ROWS * len(column)):
            return _counted(codes, np.arange(len(values)), a, b)
    edges = np.linspace(column.min(), column.max(), BINS + 1)
    return np.histogram(column[a], edges)[0], np.histogram(column[b], edges)[0]


def _counted(codes: Array, kinds: Array, a: Array, b: Array) -> tuple[Array, Array]:
    width = int(kinds.max()) + 1
    return np.bincount(codes[a], minlength=width)[kinds], np.bincount(codes[b], minlength=width)[kinds]
