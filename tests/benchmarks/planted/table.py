"""The table of the speed benchmarks: two models, three causes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpu_workers.analyses import Category, Feature, category_feature, numeric_feature

NUMERIC = 20
CATEGORIES = (2, 5, 8, 20, 50)

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Planted:
    """columns: x0 … x19 float32, with 3 % nulls in every fourth, c0 … c4 categories. Two models' probabilities.

    The first model fails where x3 > 1.2 and where c3 is its third category; the second where x4 is missing.
    """

    columns: Mapping[str, Any]
    target: Array
    probabilities: tuple[Array, Array]

    @property
    def rows(self) -> int:
        return len(self.target)

    @property
    def bytes(self) -> int:
        """Of the raw table in memory."""
        held = [column.codes if isinstance(column, Category) else column for column in self.columns.values()]
        return sum(column.nbytes for column in (*held, self.target, *self.probabilities))


def planted(rows: int, seed: int = 0) -> Planted:
    random = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    for number in range(NUMERIC):
        values = random.standard_normal(rows, dtype=np.float32)
        if number % 4 == 0:
            values[random.random(rows, dtype=np.float32) < 0.03] = np.nan
        columns[f"x{number}"] = values
    for number, count in enumerate(CATEGORIES):
        names = tuple(f"{place:02d}" for place in range(count))
        columns[f"c{number}"] = Category(random.integers(0, count, rows, dtype=np.uint8), names)
    target = random.integers(0, 2, rows, dtype=np.uint8).astype(np.float32)
    failing = ((columns["x3"] > 1.2) | (columns["c3"].codes == 2), np.isnan(columns["x4"]))
    first, second = (_probability(random, target, where) for where in failing)
    return Planted(columns, target, (first, second))


def features(sample: Planted) -> list[Feature]:
    """The features of a planted table, from all or some of its rows."""
    numeric = [numeric_feature(f"x{number}", sample.columns[f"x{number}"]) for number in range(NUMERIC)]
    named = [(f"c{number}", sample.columns[f"c{number}"].categories) for number in range(len(CATEGORIES))]
    return numeric + [category_feature(name, dict.fromkeys(names, 1)) for name, names in named]


def _probability(random: np.random.Generator, target: Array, failing: Array) -> Array:
    """Of class 1: about right, and about even where the model fails."""
    noise = random.standard_normal(len(target), dtype=np.float32)
    evidence = np.where(failing, 0.2, 2.0).astype(np.float32) * (2 * target - 1) + noise
    probability: Array = 1 / (1 + np.exp(-evidence))
    return probability
