"""Rows of a table, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from .field import DType, Field, Part, as_names


@dataclass(frozen=True, repr=False)
class Column(Part):
    """One column of a table row: a number with unit and inclusive bounds, or one of `choices`, given as its index."""

    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    default: float | None = None
    choices: Sequence[str] = ()

    def __post_init__(self) -> None:
        as_names(self, "choices")


@dataclass(frozen=True, repr=False)
class Table(Field, options_of="input"):
    """One row of a table, given to the model as numbers (N, columns). columns: Column or names. Inputs only."""

    columns: Sequence[Column | str] = ()
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "table"

    def __post_init__(self) -> None:
        columns = tuple(item if isinstance(item, Column) else Column(str(item)) for item in self.columns)
        object.__setattr__(self, "columns", columns)
