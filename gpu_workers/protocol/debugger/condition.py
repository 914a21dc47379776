"""Which rows of a dataset are meant: a segment, a slice and a brush are all a `Condition`, data and never code."""

from typing import Any

import msgspec
from msgspec import Struct

DEEPEST = 20
"""How deep a condition may be nested: this many others around it at most."""
MOST_CONDITIONS = 1000
"""In one condition, itself and all those below it."""


class Condition(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename={"among": "in"}):
    """Rows that are meant. One of: a column with bounds (low ≤ value < high), with `in` or `not_in`, or with `null`;
    or `all` or `any` of others. For a column of times texts are RFC 3339 dates, for one of booleans true, false, yes
    and no are values: see `conditions.settled`. A score is the column "score:<model>", the segment of the view is
    "segment"; latitude and longitude together are the category "place", with H3's indices of hexagons as values, of
    whatever size."""

    column: str | None = None
    low: float | str | None = None
    high: float | str | None = None
    among: tuple[str | float | bool, ...] | None = None
    not_in: tuple[str | float | bool, ...] | None = None
    null: bool | None = None
    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None


class Clause(Struct, frozen=True, forbid_unknown_fields=True):
    """A filter that a person set. source: the view it was set in ("performance", "feature:<name>", "rows", "manual").
    The segments and that feature still show what their own leave out; the list of rows and the groups heed all."""

    source: str
    where: Condition


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    where: Condition


def as_data(condition: Condition) -> dict[str, Any]:
    """As `gpu_workers.analyses.predicate` reads it."""
    data: dict[str, Any] = msgspec.to_builtins(condition)
    return data
