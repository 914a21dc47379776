"""Rows of a stored table as the cases that a model takes."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from gpu_workers.protocol.interface import ImageInput, Interface
from gpu_workers.protocol.mapping import Mapping, Unusable, columns_needed, filler
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.values import Unfit, checked, default_of, missing

_ROWS = 1024
"""Of a batch."""
ENOUGH = 32 << 20
"""Bytes of text and pictures with which an answer ends, though more rows were asked for."""


class Cases(Struct, frozen=True):
    """By row the values that its inputs take, or the sentence that says why it cannot be asked. Fewer rows than were
    asked for, but at least one, where they are large."""

    rows: list[dict[str, Value] | str]


def cases_of(path: Path, first: int, count: int, interface: Interface, mapping: Mapping) -> Cases:
    """`count` rows from `first` on. Pictures become our own PNGs, as the bench makes them."""
    names, fill = columns_needed(interface, mapping), filler(interface, mapping)
    found: list[dict[str, Value] | str] = []
    size = 0
    for batch in _batches(path, first, count, names):
        columns = [_values(batch, name) for name in names]
        rows = zip(*columns, strict=True) if columns else ((),) * batch.num_rows
        for row in rows:
            case = _case(interface, fill, dict(zip(names, row, strict=True)))
            found.append(case)
            size += sum(map(_size, case.values())) if isinstance(case, dict) else len(case)
            if size >= ENOUGH:
                return Cases(found)
    return Cases(found)


def _size(value: Value) -> int:
    if isinstance(value, Blob):
        return len(value.data or b"")
    return 4 * len(value) if isinstance(value, str) else 0


def _batches(path: Path, first: int, count: int, names: Sequence[str]) -> Iterator[Any]:
    """These rows, a batch at a time; of the row groups that hold them, and no others."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        start, groups = 0, []
        for place in range(file.metadata.num_row_groups):
            rows = file.metadata.row_group(place).num_rows
            if start < first + count and start + rows > first:
                groups.append((place, start))
            start += rows
        if not groups:
            return
        # By a name Arrow gives all columns of that name, and those that begin with it and a dot.
        at = groups[0][1]
        for batch in file.iter_batches(_ROWS, row_groups=[place for place, _ in groups], columns=list(names)):
            low, high = max(first - at, 0), min(first + count - at, batch.num_rows)
            if low < high:
                yield batch.slice(low, high - low)
            at += batch.num_rows
            if at >= first + count:
                return


def _values(batch: Any, name: str) -> list[Any]:
    column = batch.column(batch.schema.get_field_index(name))
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    values: list[Any] = column.to_pylist()
    return values


def _case(interface: Interface, fill: Callable[[Any], dict[str, Any]], row: dict[str, Any]) -> dict[str, Value] | str:
    try:
        given = fill(row)
        return {field.name: _value(field, given) for field in interface.inputs}
    except (Unusable, Unfit) as unusable:
        return str(unusable)


def _value(field: Any, given: dict[str, Any]) -> Value:
    value = given.get(field.name)
    value = default_of(field) if value is None else value
    if value is None:
        raise missing(field)
    return _picture(field, value) if isinstance(field, ImageInput) else checked(field, value)


def _picture(field: ImageInput, data: bytes) -> Blob:
    from gpu_workers.inputs.decode import decode  # who reads no pictures needs no Pillow
    from gpu_workers.inputs.refusal import Refusal

    try:
        made = decode(data, field.mode, field.name)
    except Refusal as refusal:
        raise Unfit(field.name, refusal.code, refusal.message) from None
    return Blob(sha256(made.data).hexdigest(), "image/png", made.data)
