"""A column as the version's page shows it: what it holds in words, its histogram as a path, its role as fields."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite

from atrium.pages.words import size
from gpu_workers.protocol.datasets import Column, Facts, Kind, Role

HEIGHT = 24
"""Of a histogram's drawing, whose bins are one wide."""
WORDS = {
    Role.ID: "Id of a row",
    Role.LABEL: "Label, the truth",
    Role.PREDICTION: "Prediction of a model",
    Role.PROBABILITY: "Probability by a model",
    Role.FEATURE: "Feature",
    Role.GROUP: "Group to compare",
    Role.WEIGHT: "Weight of a row",
    Role.TIME: "Time",
    Role.MEDIA: "Picture or recording, or its path",
    Role.LAT: "Latitude",
    Role.LON: "Longitude",
    Role.EMBEDDING: "Embedding",
    Role.IGNORE: "Ignored",
}
SHOWN = 3
"""Frequent values beside a column."""


@dataclass(frozen=True, slots=True)
class Line:
    """index: its place in the file, by which its fields are named. values: (value, share of the rows) of the most
    frequent. histogram: an SVG path. errors: sentences about its role."""

    index: int
    name: str
    kind: str
    role: str
    model: str
    of_class: str
    spread: str
    values: tuple[tuple[str, str], ...]
    distinct: str
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    histogram: str
    bins: int
    errors: tuple[str, ...]


def line_of(index: int, column: Column, rows: int, errors: Sequence[str] = ()) -> Line:
    facts = column.facts
    return Line(
        index=index,
        name=column.name,
        kind=column.kind,
        role=column.role,
        model=column.model,
        of_class=column.of_class,
        spread=_spread(column.kind, facts),
        values=tuple((top.value or "no letters", share(top.rows, rows)) for top in facts.top[:SHOWN] if top.rows > 1),
        distinct=_distinct(facts, rows),
        gaps=_gaps(facts, rows),
        notes=facts.notes,
        histogram=bars(facts.histogram),
        bins=len(facts.histogram),
        errors=tuple(errors),
    )


def bars(counts: Sequence[int]) -> str:
    """One bar a bin; a bin that has any row is seen."""
    most = max(counts, default=0)
    if not most:
        return ""
    heights = [max(round(HEIGHT * count / most, 2), 1) if count else 0 for count in counts]
    return "".join(f"M{at} {HEIGHT}v-{high:g}h1v{high:g}z" for at, high in enumerate(heights) if high)


def share(part: int, whole: int) -> str:
    """In percent, never 0 % of what is there nor 100 % of what is not all."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %" if percent % 1 else f"{percent:.0f} %"


def number(value: float) -> str:
    """Four digits that count, as people write it."""
    if value == 0 or 1e-4 <= abs(value) < 1e7:
        told = f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    else:
        told = f"{value:.3g}"
    return told.replace("-", "−")


def aligned(cells: Sequence[str | None], *, grouped: bool = True) -> list[str | None]:
    """Numbers of one column with as many decimals as the longest of them has: four at most, two where one is 10,000
    or more. grouped: with a comma at each thousand. What is no finite number stays as it is; all do where one is so
    small or large that decimals would hide it."""
    values = [None if cell is None else _finite(cell) for cell in cells]
    known = [value for value in values if value is not None]
    if any(value and not 1e-4 <= abs(value) < 1e15 for value in known):
        return list(cells)
    most = 2 if any(abs(value) >= 1e4 for value in known) else 4
    decimals = max((len(f"{value:.{most}f}".rstrip("0").partition(".")[2]) for value in known), default=0)
    form = f"{',' if grouped else ''}.{decimals}f"
    return [
        cell if value is None else format(value, form).replace("-", "−")
        for cell, value in zip(cells, values, strict=True)
    ]


def _finite(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _spread(kind: Kind, facts: Facts) -> str:
    if facts.low is None or facts.high is None:
        return ""
    if kind is Kind.IMAGE:
        return _pictures(facts)
    if kind is Kind.TIME:
        return f"{_day(facts.low)} to {_day(facts.high)}"
    mean = "" if facts.mean is None else f", mean {number(facts.mean)}"
    return f"{number(facts.low)} to {number(facts.high)}{mean}"


def _pictures(facts: Facts) -> str:
    """How many they are, and their bytes."""
    count = sum(top.rows for top in facts.top)
    sizes = [" ".join(size(int(each or 0))) for each in (facts.low, facts.high)]
    each = " to ".join(dict.fromkeys(sizes))
    return f"{count:,} pictures of {each}, {' '.join(size(round(count * (facts.mean or 0))))} in all"


def _day(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%-d %b %Y")
    except (OverflowError, ValueError, OSError):
        return number(seconds)


def _distinct(facts: Facts, rows: int) -> str:
    if not facts.distinct:
        return ""
    if facts.distinct == rows - facts.nulls and rows > 1:
        return "each value once"
    return f"{facts.distinct:,} different" if facts.distinct > 1 else "one value"


def _gaps(facts: Facts, rows: int) -> tuple[str, ...]:
    gaps = []
    if facts.nulls:
        gaps.append(f"{share(facts.nulls, rows)} empty")
    if facts.infinite:
        gaps.append(f"{facts.infinite:,} infinite")
    return tuple(gaps)


def roles_in(columns: Sequence[Column]) -> list[tuple[str, str, int]]:
    """(role, in words, how many columns) of the roles that are there."""
    counts = Counter(column.role for column in columns)
    return [(role.value, WORDS[role], counts[role]) for role in Role if counts[role]]


def chosen(columns: Sequence[Column], query: str, role: str) -> list[int]:
    """The places of the columns whose name holds the words and whose role it is; role "noted": those with a remark."""
    wanted = query.casefold().split()
    return [
        index
        for index, column in enumerate(columns)
        if all(word in column.name.casefold() for word in wanted)
        and (not role or column.role == role or (role == "noted" and bool(column.facts.notes)))
    ]
