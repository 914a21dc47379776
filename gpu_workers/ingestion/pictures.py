"""Columns of encoded pictures: bytes, or {bytes, path} as dataset libraries write it. They are kept as they came and
never decoded here: only the inputs process looks into a picture."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gpu_workers.inputs.kinds import format_of
from gpu_workers.protocol.rendering import MAX_BYTES

IMAGE = pa.binary()
"""The stored type."""
ENOUGH = 100
"""Values that say whether a column holds pictures."""
HEAD = 16
"""Bytes of a value by which its format is told."""
_PIECE = 256
"""Rows that are looked at together."""


class Unkept(ValueError):
    """A value cannot be kept. row: its place in the part that was converted."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row


def is_bytes(kind: pa.DataType) -> bool:
    named = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
    return any(is_one(kind) for is_one in named)


def may_be_pictures(kind: pa.DataType) -> bool:
    """By its type alone."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return is_bytes(kind) or has_path(kind)


def has_path(kind: pa.DataType) -> bool:
    """A struct of the file's bytes and its name."""
    if not pa.types.is_struct(kind):
        return False
    fields = {field.name: field.type for field in kind}
    return set(fields) == {"bytes", "path"} and is_bytes(fields["bytes"])


def formats(array: Any) -> Iterator[str]:
    """Of each value that is there, "" where it begins like no picture."""
    for part in _parts(_bytes_of(array)):
        for head in pc.binary_slice(part.drop_null(), 0, HEAD).to_pylist():
            yield format_of(head)


def kept(array: Any) -> Any:
    """The bytes as they are stored. Raises Unkept for one that no reader of pictures would take."""
    values = _bytes_of(array)
    longest = pc.max(pc.binary_length(values)).as_py()
    if longest is not None and longest > MAX_BYTES:
        row = pc.index(pc.greater(pc.binary_length(values), MAX_BYTES), True).as_py()
        size = pc.binary_length(values[row]).as_py()
        message = f"a picture of {size / 1e6:.1f} MB, where one may have 25 MB. Save it smaller, or leave it out"
        raise Unkept(row, message)
    return values.cast(IMAGE)


def _bytes_of(array: Any) -> Any:
    """Large binary: a part may hold more than 32-bit offsets reach."""
    array = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    values = pc.struct_field(array, "bytes") if pa.types.is_struct(array.type) else array
    return values.cast(pa.large_binary())


def _parts(array: Any) -> Iterator[Any]:
    for start in range(0, len(array), _PIECE):
        yield array.slice(start, _PIECE)
