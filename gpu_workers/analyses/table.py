"""A table's codes, resident, and the counts of its rows by group, from which every view is drawn.

To group rows anew is one pass over the codes (`Table.count`); to compare other groups, to rank by another measure or
to draw permutations needs the counts alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .arrays import Array, Counts, namespace, same_length
from .columns import Feature
from .edges import group_codes
from .seams import joint_counts


@dataclass(frozen=True, eq=False)
class CountTable:
    """features; counts: (groups, Σ widths) rows of each group with each code, on the host. Those of parts add up."""

    features: tuple[Feature, ...]
    counts: Counts

    def of(self, name: str) -> Counts:
        """One feature's counts, (groups, width), the nulls last. KeyError: there is no such feature."""
        return self.counts[:, self._places[name]]

    @cached_property
    def _places(self) -> dict[str, slice]:
        """Where each feature's counts lie; of features of one name the first."""
        places: dict[str, slice] = {}
        start = 0
        for feature in self.features:
            places.setdefault(feature.name, slice(start, start + feature.width))
            start += feature.width
        return places

    def __add__(self, other: "CountTable") -> "CountTable":
        if [feature.name for feature in self.features] != [feature.name for feature in other.features]:
            raise ValueError("Counts of different features do not add up.")
        return CountTable(self.features, self.counts + other.counts)


@dataclass(frozen=True, eq=False)
class Table:
    """codes: uint8 or uint16 (n,) per feature, each in one piece of memory, of NumPy or CuPy.

    A table that does not fit in memory is many of these, one after the other, of the same features.
    """

    features: tuple[Feature, ...]
    codes: tuple[Array, ...]

    def __post_init__(self) -> None:
        for feature, codes in zip(self.features, self.codes, strict=True):
            if len(codes) and int(codes.max()) >= feature.width:
                raise ValueError(f"The column “{feature.name}” has a code beyond its {feature.width} codes.")

    @property
    def rows(self) -> int:
        return same_length(*self.codes)

    @property
    def widths(self) -> list[int]:
        return [feature.width for feature in self.features]

    def count(self, groups: Any = None, group_count: int = 1) -> CountTable:
        """groups: whole numbers (n,), beyond 0..group_count − 1 for a row in none; no groups: all rows are one."""
        held = None if groups is None else group_codes(groups, group_count, self.codes[0])
        return CountTable(self.features, joint_counts(self.codes, self.widths, held, group_count))

    def rows_at(self, places: Any) -> "Table":
        """The rows that a slice, a mask or row numbers name."""
        xp = namespace(*self.codes)
        return Table(self.features, tuple(xp.ascontiguousarray(codes[places]) for codes in self.codes))


def coded(features: Sequence[Feature], columns: Mapping[str, Any]) -> Table:
    """The table of these features: computed once, when a dataset is taken in or made resident.

    columns: by name, numbers (n,) or a `Category`; others than the features' are ignored. KeyError: one is not there.
    """
    return Table(tuple(features), tuple(feature.codes(columns[feature.name]) for feature in features))
