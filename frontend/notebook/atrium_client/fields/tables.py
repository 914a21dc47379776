"""Rows of a table, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .field import DType, Field, Part, as_names


@dataclass(frozen=True, repr=False)
class Column(Part):
    """One column: a number with unit and inclusive bounds, or one of `choices`, given as its index.

    Of a TableFile also: type `text` is text as it stands; optional: a cell may be empty, and is NaN or an empty text;
    tensor: the model's own name for it, where each column has a tensor of its own.
    """

    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    default: float | None = None
    choices: Sequence[str] = ()
    type: Literal["number", "text"] | None = None
    optional: bool | None = None
    tensor: str = ""

    def __post_init__(self) -> None:
        as_names(self, "choices")


@dataclass(frozen=True, repr=False)
class Table(Field):
    """Rows.

    As an input: one row of a table, given to the model as numbers (N, columns). columns: Column or names.

    As an output: what is answered to each row of a TableFile, whose name is `input` where there are several. each:
    `number` (as `value * scale + offset`), `label` (the best of the scores of its classes, and how high it is) or
    `text`. classes, labels, activation: as of a Label.
    """

    columns: Sequence[Column | str] = ()
    dtype: DType | None = None
    each: Literal["label", "number", "text"] | None = None
    input: str = ""
    classes: Sequence[str] = ()
    labels: str = ""
    activation: Literal["none", "softmax", "sigmoid"] | None = None
    unit: str = ""
    scale: float | None = None
    offset: float | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "table"
    input_options: ClassVar[frozenset[str]] = frozenset({"columns", "dtype"})
    output_options: ClassVar[frozenset[str]] = frozenset(
        {"each", "input", "classes", "labels", "activation", "unit", "scale", "offset"}
    )

    def __post_init__(self) -> None:
        _as_columns(self)
        as_names(self, "classes")


@dataclass(frozen=True, repr=False)
class TableFile(Field, options_of="input"):
    """The rows of one file as one case: CSV, JSON lines, Parquet or Arrow. Inputs only.

    columns: Column or names, found in the file by their names. max_rows: longer files are refused. tensors: `one` (the
    default) is (rows, columns) of dtype, `columns` a tensor for each. A value is a path, bytes, a frame of pandas or
    polars, an Arrow table, or a list of dicts.
    """

    columns: Sequence[Column | str] = ()
    max_rows: int | None = None
    tensors: Literal["one", "columns"] | None = None
    dtype: DType | None = None
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "table_file"

    def __post_init__(self) -> None:
        _as_columns(self)


def _as_columns(field: Table | TableFile) -> None:
    columns = tuple(item if isinstance(item, Column) else Column(str(item)) for item in field.columns)
    object.__setattr__(field, "columns", columns)
