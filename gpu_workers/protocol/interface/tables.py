"""Rows of a table, column by column: one typed in, or those of a file."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from gpu_workers.protocol.fields import Classes, DType, Field, File, Name, Tensor

MAX_ROWS = 10_000
MAX_CELLS = 1_000_000
"""Of one file: its rows times the columns that are declared."""
FLOATS = frozenset({"float16", "float32", "float64"})


class Column(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One column of a table row: a number, or one of `choices` given as its index."""

    name: Name
    unit: Annotated[str, Meta(max_length=40)] = ""
    minimum: float | None = None
    maximum: float | None = None
    default: float | None = None
    choices: tuple[str, ...] = ()


class TableInput(Field, frozen=True, kw_only=True, tag="table"):
    """One row of a table; the model receives a tensor of shape (N, columns)."""

    columns: Annotated[tuple[Column, ...], Meta(min_length=1, max_length=2000)]
    dtype: DType = "float32"


class FileColumn(Column, frozen=True, kw_only=True):
    """One column of a file, found there by its name.

    type: a number, or text as it stands; of `choices` it is one of them, given as its index, or as itself where the
    tensor takes strings. default: of a number, in place of an empty cell, of choices the index. optional: an empty cell
    without default is given as NaN, of text as ""; else it is refused. tensor: the model's own name for it, where each
    column has a tensor of its own.
    """

    type: Literal["number", "text"] = "number"
    optional: bool = False
    tensor: Tensor = ""


class TableFileInput(Field, frozen=True, kw_only=True, tag="table_file"):
    """The rows of one file as one case, its columns by their names and in the order that is declared.

    max_rows: longer files are refused. tensors: `one` is (rows, columns) of dtype; `columns` gives each column to a
    tensor of its own, (rows, 1) or (rows,) by its rank, of the type that the model takes.
    """

    columns: Annotated[tuple[FileColumn, ...], Meta(min_length=1, max_length=2000)]
    max_rows: Annotated[int, Meta(ge=1, le=MAX_ROWS)] = 1000
    tensors: Literal["one", "columns"] = "one"
    dtype: DType = "float32"


class TableOutput(Field, frozen=True, kw_only=True, tag="table"):
    """What is answered to each row of a file, in its order: the tensor's first axis is that of its rows.

    input: the file; empty for the only one there is. each: `label` is the best of the scores (rows, classes) and how
    high it is, `number` and `text` are as those outputs say, a value for each row. The other options are theirs.
    """

    input: Annotated[str, Meta(max_length=120)] = ""
    each: Literal["label", "number", "text"] = "number"
    classes: Classes = ()
    labels: File = ""
    activation: Literal["none", "softmax", "sigmoid"] = "none"
    unit: Annotated[str, Meta(max_length=40)] = ""
    scale: float = 1.0
    offset: float = 0.0


def check_file(field: TableFileInput) -> None:
    """Raises ValueError with a sentence where it contradicts itself."""
    names = [column.name.strip().casefold() for column in field.columns]
    twice = next((column.name for column in field.columns if names.count(column.name.strip().casefold()) > 1), None)
    if twice is not None:
        raise ValueError(f"“{field.name}” names the column “{twice}” twice; give each its own name")
    if field.max_rows * len(field.columns) > MAX_CELLS:
        most = MAX_CELLS // len(field.columns)
        raise ValueError(
            f"“{field.name}” has {len(field.columns)} columns, so {most:,} rows are the most; say max_rows"
        )
    for column in field.columns:
        where = f"“{column.name}” of “{field.name}”"
        if column.choices and column.type == "text":
            raise ValueError(f"{where} has choices, so leave its type out")
        if column.type == "text" and (column.minimum, column.maximum, column.default) != (None, None, None):
            raise ValueError(f"{where} is text; minimum, maximum and default are for numbers")
        if column.default is not None and column.choices and column.default not in range(len(column.choices)):
            raise ValueError(f"default of {where} is the place of a choice, from 0 to {len(column.choices) - 1}")
        if field.tensors == "one":
            _check_in_one(field, column, where)


def _check_in_one(field: TableFileInput, column: FileColumn, where: str) -> None:
    if column.tensor:
        raise ValueError(f"{where} names a tensor of its own; declare tensors: columns")
    if column.type == "text" and field.dtype != "string":
        raise ValueError(f"{where} is text, which no tensor of {field.dtype} holds; declare tensors: columns")
    if column.optional and column.type == "number" and field.dtype not in (*FLOATS, "string"):
        raise ValueError(f"{where} is optional, and {field.dtype} has no NaN for an empty cell; give it a default")
