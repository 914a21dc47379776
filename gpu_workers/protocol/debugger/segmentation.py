"""How a dataset's rows are put into segments: each row is in one, or in none."""

from typing import Literal

from msgspec import Struct

from .condition import Named


class ByPerformance(Struct, frozen=True, tag="performance", forbid_unknown_fields=True):
    """k-means of the models' scores. models: those of the view where empty. Segment 0 has the best mean score."""

    count: int = 4
    seed: int = 0
    models: tuple[str, ...] = ()


class ByQuantiles(Struct, frozen=True, tag="quantiles", forbid_unknown_fields=True):
    """Equally many rows each, by a column of numbers or the score of a model ("score:<model>")."""

    column: str
    parts: int = 4


class ByColumn(Struct, frozen=True, tag="column", forbid_unknown_fields=True):
    """One segment for each category, the most frequent first; at most `most`, the others together."""

    column: str
    most: int = 8


class ByTime(Struct, frozen=True, tag="time", forbid_unknown_fields=True):
    """One segment for each window of a column of times, in UTC, the earliest first; windows without rows are none.
    Weeks begin on Monday. auto: the shortest of which there are two dozen at most."""

    column: str
    every: Literal["auto", "hour", "day", "week", "month", "quarter", "year"] = "auto"


class ByConditions(Struct, frozen=True, tag="conditions", forbid_unknown_fields=True):
    """The first that a row meets; what meets none is the last segment, "the others". Saved slices come as these."""

    segments: tuple[Named, ...]


class ByTree(Struct, frozen=True, tag="tree", forbid_unknown_fields=True):
    """Leaves of a decision tree that explains the score of a model by the features, worst last."""

    model: str
    depth: int = 3
    least: int = 50


Segmentation = ByPerformance | ByQuantiles | ByColumn | ByTime | ByConditions | ByTree
