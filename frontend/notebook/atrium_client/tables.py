"""What a model answered to each row of a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import Invalid

Cell = float | str | None


@dataclass(frozen=True)
class TableResult:
    """columns: their names: label and score, number, or text. rows: in the file's order. counts: how many rows of each
    label or text, the commonest first. spread: least, mean and most of numbers. Iterates over its rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    counts: tuple[tuple[str, int], ...] = ()
    spread: Mapping[str, float] | None = None
    unit: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return iter(self.rows)

    def column(self, name: str) -> list[Cell]:
        """Raises Invalid where there is none of that name."""
        if name not in self.columns:
            raise Invalid(f"There is no column “{name}”; there is {', '.join(self.columns)}.")
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def frame(self) -> Any:
        """As a frame of pandas, which must be installed."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    def __str__(self) -> str:
        rows = f"{len(self.rows):,} row{'' if len(self.rows) == 1 else 's'}"
        if self.counts:
            return f"{rows}: {', '.join(f'{name} {many:,}' for name, many in self.counts[:3])}"
        if self.spread:
            told = {name: f"{value:.4g}" for name, value in self.spread.items()}
            return f"{rows}: mean {told['mean']}, from {told['least']} to {told['most']} {self.unit}".strip()
        return rows


def table_from(form: Mapping[str, Any]) -> TableResult:
    columns = form["columns"]
    return TableResult(
        tuple(str(each["name"]) for each in columns),
        tuple(tuple(row) for row in form["rows"]),
        tuple((str(name), int(many)) for name, many in form.get("counts") or ()),
        form.get("spread"),
        str(columns[0].get("unit") or "") if columns else "",
    )
