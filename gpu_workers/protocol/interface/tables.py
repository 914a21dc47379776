"""Rows of a table, column by column."""

from typing import Annotated

from msgspec import Meta, Struct

from gpu_workers.protocol.fields import DType, Field, Name


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
