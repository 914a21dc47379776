"""Rows of a file to columns for tensors, as `protocol.interface.TableFileInput` says."""

import numpy as np

from gpu_workers.protocol.interface import FileColumn, TableFileInput
from gpu_workers.protocol.messages import Blob, Value

from .failure import Mismatch
from .tensors import Array


def columns_of(field: TableFileInput, value: Value) -> list[Array]:
    """In the declared order, each (rows,): float64 with NaN for an empty cell, or strings as dtype object."""
    from gpu_workers.rows import Foreign, holds_text, unpacked  # Arrow is loaded only where tables are

    if not isinstance(value, Blob) or value.data is None:
        raise Mismatch(f"“{field.name}” takes a table")
    try:
        rows = unpacked(value.data)
    except Foreign as foreign:
        raise Mismatch(f"“{field.name}” is no table of ours: {foreign}") from None
    names = [column.name for column in rows.declared]
    found: list[Array] = []
    for column in field.columns:
        if column.name not in names:
            raise Mismatch(f"“{field.name}” takes the column “{column.name}”, which this table lacks")
        at = names.index(column.name)
        is_text = holds_text(rows.declared[at])
        if is_text != holds_text(column):
            raise Mismatch(f"the column “{column.name}” of “{field.name}” is declared anew; send the file again")
        cells = rows.cells[at]
        found.append(np.array(cells, dtype=object) if is_text else np.array(cells, dtype=np.float64))
    return found


def as_numbers(column: FileColumn, cells: Array) -> Array:
    """float64; a choice becomes its place among the choices, an empty one NaN."""
    if cells.dtype != object:
        return cells
    if not column.choices:
        raise Mismatch(f"the column “{column.name}” is text, but the model takes numbers")
    places = {choice: float(place) for place, choice in enumerate(column.choices)} | {"": float("nan")}
    try:
        return np.array([places[str(cell)] for cell in cells])
    except KeyError as error:
        raise Mismatch(f"the column “{column.name}” has no choice {error}") from None
