"""What a row is called: by the column that holds its id, where the table has one."""

from typing import Any

from apps.datasets.models import DatasetVersion
from gpu_workers.protocol.datasets import Role

from .questions import bare_columns

LONGEST = 200
"""Letters of an id that are kept with a case."""


def id_column(version: DatasetVersion) -> str | None:
    return next((column.name for column in bare_columns(version)[0] if column.role is Role.ID), None)


def with_id(columns: tuple[str, ...], version: DatasetVersion) -> tuple[str, ...]:
    """These columns, and after them that of the ids where it is not among them."""
    name = id_column(version)
    return columns if name is None or name in columns else (*columns, name)


def id_words(cell: Any = None) -> str:
    """A cell of the id column as text; "" where it is empty."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).replace("\x00", "\ufffd").strip()[:LONGEST]
