"""What a column holds, found in the stored table: read by columns, twice, so that memory does not grow with rows."""

import math
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gpu_workers.protocol.datasets import Count, Facts, Kind
from gpu_workers.wording import readable

from .casting import TEXT, TIME, VECTOR
from .distinct import Distinct, hashed
from .pictures import IMAGE, formats
from .positioned import Positioned
from .tally import Tally

BINS = 20
TOP = 10
_FEW = 1000
"""Different numbers, up to which the most frequent are told."""
_CELLS = 4 << 20  # read at once
_EXACT = 2.0**53


def facts_of(descriptor: int, threads: int) -> list[Facts]:
    """Of every column of the Parquet file that the descriptor has open for reading, in the file's order."""
    with pq.ParquetFile(Positioned(descriptor)) as file:
        metadata, schema = file.metadata, file.schema_arrow
    longest = max((metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)), default=1)
    at_once = max(1, min(_CELLS // max(longest, 1), math.ceil(len(schema) / threads)))
    parts = [range(start, min(start + at_once, len(schema))) for start in range(0, len(schema), at_once)]

    def found(part: range) -> list[Facts]:
        with pq.ParquetFile(Positioned(descriptor), metadata=metadata) as file:
            return _facts(file, [schema.field(place) for place in part])

    with ThreadPoolExecutor(threads) as pool:
        return [facts for part in pool.map(found, parts) for facts in part]


def _facts(file: pq.ParquetFile, fields: list[pa.Field]) -> list[Facts]:
    gatherers = [_gatherer(field.type) for field in fields]
    names = [field.name for field in fields]
    for table in _groups(file, names):
        for name, gatherer in zip(names, gatherers, strict=True):
            gatherer.look(table[name])
    again = [(name, gatherer) for name, gatherer in zip(names, gatherers, strict=True) if gatherer.wants_more]
    for table in _groups(file, [name for name, _ in again]):
        for name, gatherer in again:
            gatherer.look_again(table[name])
    return [gatherer.facts() for gatherer in gatherers]


def _groups(file: pq.ParquetFile, names: list[str]) -> Iterable[pa.Table]:
    for place in range(file.num_row_groups if names else 0):
        yield file.read_row_group(place, columns=names, use_threads=False)


class _Gatherer:
    """Facts of one column, from its parts."""

    wants_more = False

    def __init__(self) -> None:
        self.rows = self.nulls = 0

    def look(self, column: Any) -> None:
        self.rows += len(column)
        self.nulls += column.null_count
        for chunk in column.chunks:
            self.take(chunk)

    def take(self, chunk: Any) -> None:
        raise NotImplementedError

    def look_again(self, column: Any) -> None:
        """Only where it `wants_more`."""

    def facts(self) -> Facts:
        raise NotImplementedError

    def noted(self, distinct: int, *more: str) -> tuple[str, ...]:
        if self.nulls == self.rows:
            return ("Has no value in any row.", *more)
        if distinct == 1:
            return ("Has one value only.", *more)
        return more


class _Numbers(_Gatherer):
    """Numbers, and times as microseconds: scale is what one is in the unit that is told."""

    def __init__(self, kind: pa.DataType) -> None:
        super().__init__()
        self._kind, self._scale = kind, 1e-6 if kind == TIME else 1.0
        self._infinite = self._finite = 0
        self._low, self._high = math.inf, -math.inf
        self._means: list[tuple[int, float]] = []
        self._distinct = Distinct()
        self._counts = np.zeros(BINS, np.int64)
        self._tally: dict[Any, int] = {}

    def take(self, chunk: Any) -> None:
        values = self._values(chunk)
        self._distinct.add(hashed(values))
        finite = self._told(values)
        self._infinite += len(values) - len(finite)
        if len(finite):
            self._finite += len(finite)
            self._low, self._high = min(self._low, float(finite.min())), max(self._high, float(finite.max()))
            with np.errstate(over="ignore"):
                self._means.append((len(finite), float(finite.mean())))

    @property
    def wants_more(self) -> bool:  # type: ignore[override]
        return self._finite > 0

    def look_again(self, column: Any) -> None:
        few = self._distinct.count() <= _FEW and self._kind != TIME
        for chunk in column.chunks:
            values = self._values(chunk)
            if self._has_range:
                self._counts += np.histogram(self._told(values), BINS, (self._low, self._high))[0]
            if few:
                for value, rows in zip(*(part.tolist() for part in np.unique(values, return_counts=True)), strict=True):
                    self._tally[value] = self._tally.get(value, 0) + rows

    def facts(self) -> Facts:
        distinct, notes = self._distinct.count(), list[str]()
        if self._infinite:
            notes.append(f"Infinite in {_rows(self._infinite)}.")
        if self._kind == pa.float64() and self._finite and max(-self._low, self._high) > _EXACT:
            notes.append("Holds numbers beyond 2^53, of which about 16 digits are kept.")
        mean = math.fsum(rows * (each / self._finite) for rows, each in self._means) if self._finite else None
        if self._finite and not self._has_range:
            notes.append("Its values are too far apart for a histogram.")
        ordered = sorted(self._tally.items(), key=lambda item: (-item[1], item[0]))[:TOP]
        return Facts(
            nulls=self.nulls,
            infinite=self._infinite,
            distinct=distinct,
            low=self._low if self._finite else None,
            high=self._high if self._finite else None,
            mean=mean if mean is not None and math.isfinite(mean) else None,
            histogram=tuple(self._counts.tolist()) if self._finite and self._has_range else (),
            top=tuple(Count(f"{value:.15g}" if isinstance(value, float) else str(value), n) for value, n in ordered),
            notes=self.noted(distinct, *notes),
        )

    @property
    def _has_range(self) -> bool:
        return math.isfinite(self._high - self._low)

    def _values(self, chunk: Any) -> Any:
        """float64 or int64 without nulls."""
        return (chunk.cast(pa.int64()) if self._kind == TIME else chunk).drop_null().to_numpy(zero_copy_only=False)

    def _told(self, values: Any) -> Any:
        """The finite ones as float64, in the unit that is told."""
        if values.dtype == np.float64:
            return values[np.isfinite(values)]
        return values.astype(np.float64) * self._scale


class _Flags(_Gatherer):
    def __init__(self) -> None:
        super().__init__()
        self._true = 0

    def take(self, chunk: Any) -> None:
        self._true += chunk.true_count

    def facts(self) -> Facts:
        counts = {"true": self._true, "false": self.rows - self.nulls - self._true}
        top = [Count(value, rows) for value, rows in sorted(counts.items(), key=lambda item: -item[1]) if rows]
        return Facts(nulls=self.nulls, distinct=len(top), top=tuple(top), notes=self.noted(len(top)))


class _Texts(_Gatherer):
    def __init__(self) -> None:
        super().__init__()
        self._tally = Tally()

    def take(self, chunk: Any) -> None:
        self._tally.add(chunk)

    def facts(self) -> Facts:
        distinct = self._tally.distinct
        notes = () if self._tally.exact else (f"Has about {distinct:,} different values.",)
        top = tuple(Count(readable(value, 100), rows) for value, rows in self._tally.top(TOP))
        return Facts(nulls=self.nulls, distinct=distinct, top=top, notes=self.noted(distinct, *notes))


class _Vectors(_Gatherer):
    """Rows are not compared; only missing and infinite elements are told."""

    def __init__(self) -> None:
        super().__init__()
        self._infinite = self._missing = 0

    def take(self, chunk: Any) -> None:
        lists = chunk.drop_null()
        width = pc.max(pc.list_value_length(lists)).as_py()
        if width:
            values = lists.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
            self._infinite += int(np.isinf(values).any(axis=1).sum())
            self._missing += int(np.isnan(values).any(axis=1).sum())

    def facts(self) -> Facts:
        notes = [f"An element is missing in {_rows(self._missing)}."] if self._missing else []
        if self._infinite:
            notes.append(f"An element is infinite in {_rows(self._infinite)}.")
        return Facts(nulls=self.nulls, infinite=self._infinite, notes=self.noted(0, *notes))


class _Pictures(_Gatherer):
    """How many of each format, and their bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._formats: Counter[str] = Counter()
        self._bytes, self._low, self._high = 0, math.inf, 0

    def take(self, chunk: Any) -> None:
        self._formats.update(formats(chunk))
        sizes = pc.binary_length(chunk.drop_null()).to_numpy(zero_copy_only=False)
        if len(sizes):
            self._bytes += int(sizes.sum(dtype=np.int64))
            self._low, self._high = min(self._low, int(sizes.min())), max(self._high, int(sizes.max()))

    def facts(self) -> Facts:
        known = self.rows - self.nulls
        other = self._formats.pop("", 0)
        notes = [f"In {_rows(other)} it begins like no picture that can be shown."] if other else []
        return Facts(
            nulls=self.nulls,
            low=float(self._low) if known else None,
            high=float(self._high) if known else None,
            mean=self._bytes / known if known else None,
            top=tuple(Count(name, rows) for name, rows in self._formats.most_common()),
            notes=self.noted(0, *notes),
        )


def _gatherer(kind: pa.DataType) -> _Gatherer:
    if kind == TEXT:
        return _Texts()
    if kind == VECTOR:
        return _Vectors()
    if kind == IMAGE:
        return _Pictures()
    return _Flags() if kind == pa.bool_() else _Numbers(kind)


def _rows(count: int) -> str:
    return "one row" if count == 1 else f"{count:,} rows"


_MOST_CATEGORIES = 1000
_LONGEST_CATEGORY = 100


def kind_of(stored: pa.DataType, facts: Facts, rows: int, *, whole: bool) -> Kind:
    """whole: it is text by its nature. Categories are at most 50, or as many as half of the rows and at most 1,000, of
    fewer than 100 characters."""
    if stored == TEXT:
        known = rows - facts.nulls
        longest = max((len(count.value) for count in facts.top), default=0)
        few = facts.distinct <= max(50, min(_MOST_CATEGORIES, known // 2))
        return Kind.CATEGORY if not whole and few and longest < _LONGEST_CATEGORY else Kind.TEXT
    return {pa.bool_(): Kind.BOOLEAN, TIME: Kind.TIME, VECTOR: Kind.VECTOR, IMAGE: Kind.IMAGE}.get(stored, Kind.NUMBER)
