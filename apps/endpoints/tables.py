"""What is answered to each row of a file, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SHOWN, SHOWN_COUNTS = 100, 3


@dataclass(frozen=True, slots=True)
class Shown:
    """The first rows of an answer, their numbers from 1, and how many are left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    left_out: int


def summed_up(answer: Mapping[str, Any]) -> str:
    """“120 rows: sick 80, well 40”, or of numbers “120 rows: mean 3.2, from 0.1 to 9”."""
    count = len(answer["rows"])
    rows = f"{count:,} row{'' if count == 1 else 's'}"
    counts, spread = answer.get("counts") or (), answer.get("spread")
    if counts:
        named = ", ".join(f"{str(name)[:60]} {many:,}" for name, many in counts[:SHOWN_COUNTS])
        return f"{rows}: {named}{', …' if len(counts) > SHOWN_COUNTS else ''}"
    if spread:
        unit = answer["columns"][0].get("unit", "")
        least, mean, most = (_figure(spread[key]) for key in ("least", "mean", "most"))
        return f"{rows}: mean {mean}, from {least} to {most} {unit}".strip()
    return rows


def shown(answer: Mapping[str, Any], most: int = SHOWN) -> Shown:
    columns = tuple(" ".join(filter(None, (each["name"], each.get("unit", "")))) for each in answer["columns"])
    rows = answer["rows"]
    cells = tuple((at, tuple(map(_cell, row))) for at, row in enumerate(rows[:most], 1))
    return Shown(columns, cells, max(0, len(rows) - most))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return _figure(value) if isinstance(value, float) else str(value)


def _figure(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
