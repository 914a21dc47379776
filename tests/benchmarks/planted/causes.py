"""Tables in which one thing makes the first model fail, and 23 or 24 columns have nothing to do with it.

20 columns of numbers of four shapes and five of categories, even ones and skewed ones, as real tables have them; three
columns of numbers lack 3 % of their values at random. The second model is a little worse everywhere and fails nowhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gpu_workers.analyses import Category, Feature, category_feature, numeric_feature

from .table import NUMERIC

Array = np.ndarray[Any, Any]
Columns = dict[str, Any]
NULLED = ("x8", "x9", "x11")
LEVELS = {"c0": 2, "c1": 5, "c2": 8, "c3": 20, "c4": 50}
EVEN = ("c0", "c1")


@dataclass(frozen=True)
class Cause:
    """guilty: the columns that a person should be shown. plant: changes the columns, says on which rows it fails."""

    name: str
    guilty: tuple[str, ...]
    plant: Callable[[Columns, np.random.Generator], Array]


@dataclass(frozen=True, eq=False)
class Caused:
    columns: Mapping[str, Any]
    failing: Array
    target: Array
    probabilities: tuple[Array, Array]

    def features(self) -> list[Feature]:
        return [
            category_feature(name, dict(zip(column.categories, np.bincount(column.codes).tolist(), strict=True)))
            if isinstance(column, Category)
            else numeric_feature(name, column)
            for name, column in self.columns.items()
        ]


def caused(cause: Cause, rows: int, seed: int) -> Caused:
    random = np.random.default_rng(seed)
    columns: Columns = {f"x{number}": _numbers(number % 4, rows, random) for number in range(NUMERIC)}
    for name in NULLED:
        columns[name][random.random(rows, dtype=np.float32) < 0.03] = np.nan
    for name, levels in LEVELS.items():
        columns[name] = _categories(levels, name in EVEN, rows, random)
    failing = cause.plant(columns, random)
    target = random.integers(0, 2, rows, dtype=np.uint8).astype(np.float32)
    evidence = (np.where(failing, -1.0, 2.0).astype(np.float32), np.float32(1.5))
    sides = 2 * target - 1
    said = [1 / (1 + np.exp(-(one * sides + random.standard_normal(rows, dtype=np.float32)))) for one in evidence]
    return Caused(columns, failing, target, (said[0], said[1]))


def _numbers(shape: int, rows: int, random: np.random.Generator) -> Array:
    """Bell-shaped, long-tailed, even, or whole numbers such as an age."""
    if shape == 3:
        return random.poisson(40, rows).astype(np.float32)
    if shape == 2:
        return random.random(rows, dtype=np.float32)
    bell: Array = random.standard_normal(rows, dtype=np.float32)
    return np.exp(bell) if shape == 1 else bell


def _categories(levels: int, even: bool, rows: int, random: np.random.Generator) -> Category:
    share = np.ones(levels) if even else np.arange(1, levels + 1) ** -1.5
    steps = np.cumsum(share / share.sum())[:-1]
    codes = np.searchsorted(steps, random.random(rows), side="right").astype(np.uint8)
    return Category(codes, tuple(f"{place:02d}" for place in range(levels)))


def _numeric(columns: Columns, _: np.random.Generator) -> Array:
    failing: Array = columns["x4"] > 2
    return failing


def _rare(columns: Columns, _: np.random.Generator) -> Array:
    failing: Array = columns["c4"].codes == 29  # one of fifty, 0.3 % of the rows
    return failing


def _missing(name: str) -> Callable[[Columns, np.random.Generator], Array]:
    def plant(columns: Columns, random: np.random.Generator) -> Array:
        failing: Array = random.random(len(columns[name]), dtype=np.float32) < 0.02
        columns[name][failing] = np.nan
        return failing

    return plant


def _both(columns: Columns, _: np.random.Generator) -> Array:
    failing: Array = (columns["x16"] > 0.7) & (columns["c1"].codes == 2)
    return failing


def _crossed(columns: Columns, _: np.random.Generator) -> Array:
    failing: Array = (columns["x16"] > 0) == (columns["c0"].codes == 0)
    return failing


CAUSES = (
    Cause("a range of numbers: x4 > 2", ("x4",), _numeric),
    Cause("a rare category: one of the fifty of c4, 0.3 %", ("c4",), _rare),
    Cause("a missing measurement: 2 % of x12", ("x12",), _missing("x12")),
    Cause("a missing whole number: 2 % of x15", ("x15",), _missing("x15")),
    Cause("two together: x16 > 0.7 and c1 = 02", ("x16", "c1"), _both),
    Cause("two crossed: x16 > 0 just where c0 = 00", ("x16", "c0"), _crossed),
)
