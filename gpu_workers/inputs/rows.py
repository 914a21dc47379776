"""A stranger's table becomes rows of our own (`gpu_workers.rows`): the declared columns, in their order.

A file's column is found by its name, upper and lower case and spaces around it aside; a file without a line of names
that has as many columns as are declared is taken by their order. Others are left out, and said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from gpu_workers.ingestion.names import several
from gpu_workers.protocol.edits import Edit, SetCell
from gpu_workers.protocol.interface import FileColumn
from gpu_workers.protocol.rendering import MAX_MADE, Made
from gpu_workers.rows import Cell, Foreign, Rows, packed, unpacked
from gpu_workers.wording import readable

from .cells import Place, read
from .decode import picture
from .refusal import Refusal, called_of, check_size
from .table import Table
from .table import read as table_of
from .waveform import INK, PAPER

MOST_SHOWN = 24
"""Rows and columns of a thumbnail."""
MAX_NOTES = 10


def decode(data: bytes, options: Mapping[str, Any], name: str = "") -> Made:
    """options: `columns`, `max_rows` and `dtype`, as the interface declares them."""
    called = called_of(name)
    check_size(len(data), called, "tables", "Send a part of it, or fewer columns.")
    columns = msgspec.convert(options["columns"], tuple[FileColumn, ...])
    most = int(options["max_rows"])
    chosen = _Chosen(columns, called)
    table = table_of(data, called, chosen, most)
    if not table.rows:
        raise Refusal("input_damaged", f"{called} holds no rows. Send one with a line of names and a row.")
    place, notes = Place(called, table.rows), [*table.notes, *_left_out(table, chosen)]
    dtype = str(options.get("dtype", ""))
    cells = [
        read(column, table.cells[at], place, dtype, notes) for column, at in zip(columns, chosen.places, strict=True)
    ]
    return _made(Rows(columns, dtype, cells, tuple(several(notes, MAX_NOTES))))


Alike = Callable[[str], str]
"""What of a name is compared."""
_ALIKE: tuple[Alike, ...] = (str, str.strip, lambda name: name.strip().casefold())


class _Chosen:
    """Where in a file the declared columns lie, once its names were seen."""

    def __init__(self, columns: Sequence[FileColumn], called: str) -> None:
        self._columns, self._called = columns, called
        self.places: list[int] = []

    def __call__(self, names: Sequence[str], numbered: bool) -> Sequence[int]:
        if numbered and len(names) == len(self._columns):
            self.places = list(range(len(names)))
        else:
            by_name = [(alike, _places(map(alike, names))) for alike in _ALIKE]
            self.places = [self._place(column.name, names, by_name) for column in self._columns]
        return list(dict.fromkeys(self.places))

    def _place(self, wanted: str, names: Sequence[str], by_name: Sequence[tuple[Alike, dict[str, list[int]]]]) -> int:
        for alike, places in by_name:
            found = places.get(alike(wanted), [])
            if len(found) > 1:
                told = f"{self._called} has {len(found)} columns called “{wanted}”. Rename all but one of them."
                raise Refusal("input_damaged", told)
            if found:
                return found[0]
        has = ", ".join(f"“{readable(name, 40)}”" for name in names[:20]) + (" …" if len(names) > 20 else "")
        raise Refusal("input_unsupported", f"{self._called} lacks the column “{wanted}”; it has {has}.")


def _places(names: Iterable[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        places.setdefault(name, []).append(at)
    return places


def render(data: bytes, edits: Sequence[Edit]) -> Made:
    """data: bytes that `decode` made; a cell that is set is read as those of the file were."""
    rows = opened(data)
    places = {column.name: at for at, column in enumerate(rows.declared)}
    cells = [list(column) for column in rows.cells]
    for edit in edits:
        if not isinstance(edit, SetCell):
            raise Refusal("edit_unfit", "A table takes the edit set, of a cell.")
        at = places.get(edit.column)
        if at is None:
            raise Refusal("edit_unfit", f"The table has no column “{readable(edit.column, 40)}”.")
        if edit.row >= rows.count:
            told = f"The table has {rows.count:,} rows, counted from 0; the edit names the row {edit.row:,}."
            raise Refusal("edit_unfit", told)
        place = Place("the table", [edit.row + 1])
        [cells[at][edit.row]] = read(rows.declared[at], [edit.value], place, rows.dtype, [])
    return _made(replace(rows, cells=cells))


def thumbnail(data: bytes, side: int) -> Made:
    """Its first rows and columns as grey cells: numbers from the least of their column to its most, texts by length."""
    grid = np.array([_shades(cells[:MOST_SHOWN]) for cells in opened(data).cells[:MOST_SHOWN]]).T
    rows, columns = grid.shape
    cell = max(2, min(side // columns, side // rows))
    pixels = np.full((rows * cell, columns * cell), 255, np.uint8)
    for row in range(rows):
        for column in range(columns):
            pixels[row * cell : (row + 1) * cell - 1, column * cell : (column + 1) * cell - 1] = grid[row, column]
    return picture(Image.fromarray(pixels))


def _shades(cells: Sequence[Cell]) -> list[float]:
    values = np.array(
        [len(cell) if isinstance(cell, str) else np.nan if cell is None else cell for cell in cells], float
    )
    known = values[np.isfinite(values)]
    least, spread = (known.min(), float(np.ptp(known))) if known.size else (0.0, 0.0)
    shares = np.nan_to_num((values - least) / spread if spread else values * 0)
    return list(PAPER - shares * (PAPER - INK))


def _left_out(table: Table, chosen: _Chosen) -> list[str]:
    used = set(chosen.places)
    other = [name for at, name in enumerate(table.names) if at not in used]
    if not other:
        return []
    named = ", ".join(f"“{readable(name, 40)}”" for name in other[:5]) + (" …" if len(other) > 5 else "")
    return [f"Not used: {named}."]


def opened(data: bytes) -> Rows:
    try:
        return unpacked(data)
    except Foreign as error:
        raise Refusal("input_damaged", "The stored table is not one of ours. Send the file again.") from error


def _made(rows: Rows) -> Made:
    data = packed(rows)
    if len(data) > MAX_MADE:
        raise Refusal("input_too_large", "The table is larger than 64 MB once it is read. Send fewer rows.")
    return Made(data, sha256(data).hexdigest(), "rows", rows.facts)
