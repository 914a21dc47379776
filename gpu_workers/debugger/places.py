"""Where rows are: latitude and longitude as the hexagons of H3 (Uber 2018), one feature, compared like a category.

The hexagons are as large as it takes for the rows' extent to be about twenty of them across. A condition names cells by
their H3 index; one of another size than this table's means the rows that lie in it all the same, so that a slice that
was saved of one version fits the next.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat
from typing import Any

import h3.api.basic_int as h3
import numpy as np

from gpu_workers.analyses import Category, Feature, quantiles
from gpu_workers.analyses.arrays import Array
from gpu_workers.analyses.blocks import blocks, empty, over_parts, over_rows
from gpu_workers.analyses.columns import MOST_CATEGORIES, OTHER
from gpu_workers.analyses.edges import code_type

from .bins import Binned

NAME = "place"
ACROSS = 20
"""Hexagons, about, across the greater extent of the rows, but for the outermost half percents."""
FINEST = 9
"""Of H3's sizes: 200 m from corner to corner next to it."""
SAMPLE = 20_000
"""Rows from which the size is chosen."""
BLOCK = 1 << 16
KM_OF_A_DEGREE = 111.2


@dataclass(frozen=True, eq=False)
class Places(Category):
    """codes into all cells that have rows, the most frequent first; any other number is a row without a place.

    lat, lon: (n,) degrees. resolution: of H3, of the cells.
    """

    lat: Array
    lon: Array
    resolution: int

    def mask(self, names: Iterable[str]) -> Array:
        """Rows that lie in these cells, of any size, bool (n,); what is no cell holds none."""
        wanted = set(names)
        found = super().mask(wanted)
        by_size: dict[int, list[int]] = {}
        for cell in filter(None, map(cell_of, wanted)):
            by_size.setdefault(h3.get_resolution(cell), []).append(cell)
        for size, cells in by_size.items():
            if size != self.resolution:
                listed = np.array(cells, np.uint64)
                of_size = _cells(self.lat, self.lon, size)
                found |= over_rows(partial(_among, listed), of_size, dtype=bool)
        return found

    def at(self, rows: Array) -> "Places":
        """These rows alone."""
        return replace(self, codes=self.codes[rows], lat=self.lat[rows], lon=self.lon[rows])


def name_beside(columns: Collection[str], lat: str, lon: str) -> str:
    """What the places are called as a column, beside others."""
    return NAME if NAME not in columns else f"{NAME} of {lat} and {lon}"


def places(lat: Array, lon: Array) -> Places:
    """lat, lon: (n,) degrees. A row in which one is missing, or beyond ±90 and ±180, has no place."""
    resolution = _resolution(lat, lon)
    cells = _cells(lat, lon, resolution)
    present, rows = _counted(cells)
    known = present > 0
    order = np.lexsort((present, -rows))
    order = order[known[order]]
    kind: Any = code_type(len(order) + 1) if len(order) < BLOCK - 1 else np.int32
    code_of = np.full(len(present), len(order), kind)
    code_of[order] = np.arange(len(order))
    codes = over_rows(lambda part: code_of[np.searchsorted(present, part)], cells, dtype=kind)
    return Places(codes, tuple(h3.int_to_str(int(present[one])) for one in order), lat, lon, resolution)


def of_places(name: str, column: Places) -> tuple[Binned, Array]:
    """The feature of the cells with most rows, those with a single row and all further ones together; and its codes."""
    count = len(column.categories)
    rows = sum(
        over_parts(lambda part: np.bincount(part[part < count], minlength=count), column.codes), np.zeros(count, int)
    )
    kept = int(np.count_nonzero(rows[:MOST_CATEGORIES] > 1))
    rest = kept < len(column.categories)
    categories = (*column.categories[:kept], OTHER) if rest else column.categories
    null = len(categories)
    codes = over_rows(
        lambda part: np.where(part < count, np.minimum(part, kept), null), column.codes, dtype=code_type(null + 1)
    )
    return Binned(Feature(name, categories=categories), np.empty(0), np.empty(0, np.int64)), codes


def cell_of(text: str) -> int | None:
    """The cell that a text names, None where it is none."""
    try:
        cell = h3.str_to_int(text)
    except ValueError:
        return None
    return cell if len(text) == 15 and h3.is_valid_cell(cell) else None


def spelled(text: str) -> str:
    """A cell by its middle, as people say where something is; any other text as it is."""
    cell = cell_of(text)
    if cell is None:
        return text
    lat, lon = h3.cell_to_latlng(cell)
    digits = 1 if h3.get_resolution(cell) < 4 else 2 if h3.get_resolution(cell) < 7 else 3
    return f"near {abs(lat):.{digits}f}° {'N' if lat >= 0 else 'S'} {abs(lon):.{digits}f}° {'E' if lon >= 0 else 'W'}"


def outlines(categories: Sequence[str]) -> tuple[tuple[float, ...], ...]:
    """The corners of each cell, longitude and latitude in turn, to about a hundredth of its size; empty for others."""
    return tuple(_outline(text) for text in categories)


def _outline(text: str) -> tuple[float, ...]:
    cell = cell_of(text)
    if cell is None:
        return ()
    digits = 2 + h3.get_resolution(cell) // 2
    return tuple(round(degree, digits) for lat, lon in h3.cell_to_boundary(cell) for degree in (lon, lat))


def _known(lat: Array, lon: Array) -> Array:
    found: Array = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    return found


def _cells(lat: Array, lon: Array, resolution: int) -> Array:
    """The cell of each row, uint64 (n,), 0 for one without a place. About half a second for a million rows."""
    cells = empty(len(lat), np.uint64)
    for rows in blocks(len(lat), BLOCK):
        known = _known(lat[rows], lon[rows])
        degrees = (lat[rows][known].tolist(), lon[rows][known].tolist())
        found = np.fromiter(map(h3.latlng_to_cell, *degrees, repeat(resolution)), np.uint64, len(degrees[0]))
        cells[rows] = 0
        cells[rows][known] = found
    return cells


def _counted(cells: Array) -> tuple[Array, Array]:
    """The different cells, ascending, and the rows of each."""
    parts = over_parts(lambda part: np.unique(part, return_counts=True), cells)
    present = np.unique(np.concatenate([np.empty(0, np.uint64), *(found for found, _ in parts)]))
    rows = np.zeros(len(present), np.int64)
    for found, times in parts:
        rows[np.searchsorted(present, found)] += times
    return present, rows


def _among(listed: Array, part: Array) -> Array:
    return np.isin(part, listed)


def _resolution(lat: Array, lon: Array) -> int:
    step = max(1, len(lat) // SAMPLE)
    lat, lon = np.asarray(lat[::step], np.float64), np.asarray(lon[::step], np.float64)
    known = _known(lat, lon)
    lat, lon = lat[known], lon[known]
    if not len(lat):
        return 0
    south, north = quantiles(lat, (0.005, 0.995))
    west, east = quantiles(_unrolled(lon), (0.005, 0.995))
    wide = (east - west) * np.cos(np.radians((south + north) / 2))
    extent = KM_OF_A_DEGREE * max(north - south, wide)
    fitting = [size for size in range(FINEST + 1) if _across(size) * ACROSS >= extent]
    size = fitting[-1] if fitting else 0
    while size and len(np.unique(_cells(lat, lon, size))) > MOST_CATEGORIES:
        size -= 1
    return size


def _across(size: int) -> float:
    """From one side of a hexagon to the other, in kilometres."""
    return float(np.sqrt(3) * h3.average_hexagon_edge_length(size, unit="km"))


def _unrolled(lon: Array) -> Array:
    """Longitudes as they lie together: what is west of the widest gap is taken to the east, across the date line."""
    ordered = np.sort(lon)
    gaps = np.append(np.diff(ordered), ordered[0] + 360 - ordered[-1])
    widest = int(np.argmax(gaps))
    unrolled: Array = lon if widest == len(ordered) - 1 else np.where(lon <= ordered[widest], lon + 360, lon)
    return unrolled
