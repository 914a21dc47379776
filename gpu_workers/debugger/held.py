"""A dataset's version as it is resident: its columns, their codes, and what was computed of them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from gpu_workers.analyses import Category, Table
from gpu_workers.analyses.arrays import Array
from gpu_workers.analyses.blocks import Allocate, blocks, columns_in, empty, over_parts
from gpu_workers.protocol.datasets import Column, Role
from gpu_workers.protocol.sentences import rows as said_of

from .bins import Binned, binned, of_category, of_texts
from .device import CPU, Device
from .loading import Data, listed, read
from .places import name_beside, of_places, places
from .scratch import Scratch
from .texts import Many, Texts

T = TypeVar("T")

COMPARED = (Role.FEATURE, Role.GROUP, Role.TIME, Role.LAT, Role.LON)
"""Columns of these roles are compared between groups, and searched for slices; latitude and longitude as one place."""
KEPT = 12
"""Of each kind of thing that was computed so many are kept, the latest used."""


class Kept:
    """What was computed of a dataset, by kind and what it depends on; of each kind the latest used."""

    def __init__(self) -> None:
        self._held: dict[str, OrderedDict[Hashable, Any]] = {}

    def get(self, kind: str, key: Hashable, make: Callable[[], T], most: int = KEPT) -> T:
        """What `make` gave for this key, made now where it is not kept."""
        held = self._held.setdefault(kind, OrderedDict())
        if key not in held:
            held[key] = make()
            while len(held) > most:
                held.popitem(last=False)
        held.move_to_end(key)
        found: T = held[key]
        return found


@dataclass(frozen=True)
class Model:
    """The columns that belong to a model; of_class of a probability, "" for that of the positive class."""

    name: str
    prediction: str | None
    probabilities: tuple[tuple[str, str], ...]  # (of_class, column)


@dataclass(eq=False)
class Held:
    """data: by column, see `loading.read`. table, bins: of the columns that are compared, in their order. place: what
    latitude and longitude together are called among them and in `data`, "" where there are none. empty: makes columns,
    also those that answers are made from. device: where the table's codes lie, and what answers are made from."""

    path: Path
    rows: int
    columns: tuple[Column, ...]
    data: dict[str, Data]
    table: Table
    bins: tuple[Binned, ...]
    notes: tuple[str, ...]
    place: str = ""
    empty: Allocate = np.empty
    device: Device = CPU
    kept: Kept = field(default_factory=Kept)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def there(self, name: str) -> Data:
        """A column of `data` as it lies on the device. KeyError: there is no such column."""
        if name not in self._there:
            self._there[name] = self.device.of(self.data[name])
        return self._there[name]

    @cached_property
    def _there(self) -> dict[str, Data]:
        return {}

    @cached_property
    def label(self) -> Column | None:
        return next((column for column in self.columns if column.role is Role.LABEL), None)

    @cached_property
    def models(self) -> tuple[Model, ...]:
        """In the order of their first columns."""
        found: dict[str, list[Column]] = {}
        for column in self.columns:
            if column.role in (Role.PREDICTION, Role.PROBABILITY) and column.name in self.data:
                found.setdefault(column.model, []).append(column)
        return tuple(_model(name, columns) for name, columns in found.items())

    @cached_property
    def dealt(self) -> Array:
        """A number from 0 to 255 for each row, by chance and always the same: how rows are dealt to two halves."""
        random, dealt = np.random.default_rng(0), empty(self.rows, np.uint8)
        for rows in blocks(self.rows):
            dealt[rows] = random.integers(0, 256, rows.stop - rows.start, np.uint8)
        there: Array = self.device.of(dealt)
        return there


def _model(name: str, columns: Sequence[Column]) -> Model:
    predictions = [column.name for column in columns if column.role is Role.PREDICTION]
    probabilities = [(column.of_class, column.name) for column in columns if column.role is Role.PROBABILITY]
    return Model(name, predictions[0] if predictions else None, tuple(probabilities))


def hold(
    path: Path,
    columns: Sequence[Column],
    scratch: Scratch | None = None,
    many: int | None = None,
    device: Device = CPU,
) -> Held:
    """Reads the file, and codes what is compared. scratch: where columns lie; None: in memory. many: see `read`.

    BadQuestion: a column is not in it.
    """
    allocate = np.empty if scratch is None else scratch.empty
    with columns_in(allocate):
        return _held(path, columns, many, allocate, device)


def _held(path: Path, columns: Sequence[Column], many: int | None, allocate: Allocate, device: Device) -> Held:
    rows, data, notes = read(path, columns, many)
    bins: list[Binned] = []
    codes: list[Array] = []
    texts: list[str] = []
    located = _located(columns, data)
    for column in columns:
        if column.role not in COMPARED or column.name not in data or column.name in located:
            continue
        values = data[column.name]
        if isinstance(values, Many):
            continue
        if isinstance(values, Texts):
            of_column, coded = of_texts(column.name, values)
            texts.append(column.name)
        elif isinstance(values, Category):
            of_column, coded = of_category(column.name, values)
        else:
            of_column = binned(column.name, values)
            coded = of_column.feature.codes(values)
        bins.append(of_column)
        codes.append(coded)
    if texts:
        notes.append(
            f"Of columns with many texts the most frequent are compared, the others together: {listed(texts)}."
        )
    place = _placed(located, data, bins, codes, notes) if located else ""
    notes += _said_of(columns)
    table = Table(tuple(one.feature for one in bins), tuple(map(device.of, codes)))
    return Held(path, rows, tuple(columns), data, table, tuple(bins), tuple(notes), place, allocate, device)


def _located(columns: Sequence[Column], data: dict[str, Data]) -> tuple[str, str] | tuple[()]:
    """The columns of latitude and longitude, where there are both: the first of each."""
    found = [
        next((one.name for one in columns if one.role is role and isinstance(data.get(one.name), np.ndarray)), "")
        for role in (Role.LAT, Role.LON)
    ]
    return (found[0], found[1]) if all(found) else ()


def _placed(
    located: tuple[str, str], data: dict[str, Data], bins: list[Binned], codes: list[Array], notes: list[str]
) -> str:
    """Adds the places to the columns and to what is compared; their name."""
    lat, lon = data[located[0]], data[located[1]]
    name = name_beside(data, *located)
    data[name] = places(lat, lon)
    of_column, coded = of_places(name, data[name])
    bins.append(of_column)
    codes.append(coded)
    beyond = sum(over_parts(_beyond, data[name].nulls(), lat, lon))
    if beyond:
        notes.append(
            f"{said_of(beyond, 'lies', 'lie')} at no place on Earth: “{located[0]}” is beyond ±90 or “{located[1]}”"
            " beyond ±180."
        )
    return name


def _beyond(nulls: Array, lat: Array, lon: Array) -> int:
    return int(np.count_nonzero(nulls & ~np.isnan(lat) & ~np.isnan(lon)))


def _said_of(columns: Sequence[Column]) -> list[str]:
    notes = []
    infinite = [column.name for column in columns if column.facts.infinite]
    if infinite:
        notes.append(f"Infinite numbers are in the outermost bins: {listed(infinite)}.")
    labels = [column.name for column in columns if column.role is Role.LABEL]
    if len(labels) > 1:
        notes.append(f"The label is “{labels[0]}”; of several the first is taken.")
    twice = sorted(
        model
        for model in {column.model for column in columns if column.role is Role.PREDICTION}
        if sum(column.role is Role.PREDICTION and column.model == model for column in columns) > 1
    )
    if twice:
        notes.append(f"Of several predictions of one model the first is taken: {listed(twice)}.")
    return notes
