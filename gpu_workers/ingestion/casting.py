"""How each of Arrow's types is kept in the stored table, whose types `gpu_workers.ingestion` names."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .pictures import ENOUGH, IMAGE, formats, has_path, is_bytes, kept, may_be_pictures

Convert = Callable[[Any], Any]

TEXT = pa.dictionary(pa.int32(), pa.string())
TIME = pa.timestamp("us", "UTC")
VECTOR = pa.list_(pa.float32())
LONGEST_VECTOR = 16_384
LONGEST_TEXT = 1 << 20
"""Bytes of a text."""


@dataclass(frozen=True)
class Cast:
    """How a column is kept. type: the stored one. convert: an array of the file's type to it, but that text is not yet
    put into a dictionary; raises ArrowInvalid where a value does not fit. whole: it is text that people would not read
    as categories (JSON, bytes)."""

    type: pa.DataType
    convert: Convert
    notes: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class Survey:
    """What all rows of a column say of it. shortest, longest: of its lists that are not null. low, high: its values.
    known, pictures: of the first of its bytes how many there are, and how many of them begin like a picture."""

    shortest: int = 0
    longest: int = 0
    low: int = 0
    high: int = 0
    known: int = 0
    pictures: int = 0


def needs_survey(kind: pa.DataType) -> bool:
    """Whether how the column is kept depends on all its rows."""
    return _is_list_of_numbers(kind) or kind == pa.uint64() or _is_wide_integer(kind) or may_be_pictures(kind)


def says_enough(kind: pa.DataType, seen: Survey | None) -> bool:
    """Whether further rows would not change how the column is kept."""
    return may_be_pictures(kind) and seen is not None and seen.known >= ENOUGH


def survey(kind: pa.DataType, before: Survey | None, array: Any) -> Survey | None:
    """What is known with this part of the column as well."""
    if may_be_pictures(kind):
        found = [bool(each) for each in formats(array)]
        before = before or Survey()
        return Survey(known=before.known + len(found), pictures=before.pictures + sum(found))
    if _is_list_of_numbers(kind):
        lengths = pc.min_max(pc.list_value_length(array)).as_py()
        low, high = lengths["min"], lengths["max"]
        if low is None:
            return before
        if before is None:
            return Survey(shortest=low, longest=high)
        return Survey(shortest=min(low, before.shortest), longest=max(high, before.longest))
    bounds = pc.min_max(array).as_py()
    if bounds["min"] is None:
        return before
    low, high = int(bounds["min"]), int(bounds["max"])
    return Survey(low=low, high=high) if before is None else Survey(0, 0, min(low, before.low), max(high, before.high))


def cast_of(kind: pa.DataType, seen: Survey | None = None) -> Cast:
    """How a column of this type is kept. seen: where `needs_survey`, None if it has no value at all."""
    if isinstance(kind, pa.UuidType):
        return Cast(
            TEXT,
            lambda array: pa.array([None if each is None else str(each) for each in array.to_pylist()], pa.string()),
        )
    if isinstance(kind, pa.BaseExtensionType):
        below = cast_of(kind.storage_type, seen)
        return Cast(below.type, lambda array: below.convert(array.storage), below.notes, below.whole)
    if pa.types.is_dictionary(kind):
        below = cast_of(kind.value_type, seen)
        return Cast(below.type, lambda array: below.convert(array.dictionary_decode()), below.notes, below.whole)
    if pa.types.is_run_end_encoded(kind):
        below = cast_of(kind.value_type, seen)
        return Cast(below.type, lambda array: below.convert(pc.run_end_decode(array)), below.notes, below.whole)
    if pa.types.is_null(kind):
        return Cast(TEXT, lambda array: array.cast(pa.string()))
    if pa.types.is_boolean(kind):
        return Cast(pa.bool_(), lambda array: array)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _number(kind, seen)
    if pa.types.is_temporal(kind):
        return _temporal(kind)
    if _is_text(kind):
        return Cast(TEXT, _text)
    if may_be_pictures(kind) and seen is not None and seen.known and 2 * seen.pictures >= seen.known:
        return Cast(IMAGE, kept, (NO_NAMES,) if has_path(kind) else ())
    if is_bytes(kind):
        return Cast(TEXT, _described, ("Holds bytes; kept are their number and their checksum.",), whole=True)
    if _is_list_of_numbers(kind):
        return _vector(seen)
    return Cast(TEXT, _json, (f"Holds nested values ({_named(kind)}); they are kept as JSON text.",), whole=True)


def _number(kind: pa.DataType, seen: Survey | None) -> Cast:
    if pa.types.is_floating(kind):
        return Cast(pa.float64(), lambda array: _without_nan(array.cast(pa.float64())))
    if kind == pa.uint64() or _is_wide_integer(kind):
        if seen is None or (seen.low >= -(2**63) and seen.high < 2**63):
            return Cast(pa.int64(), lambda array: array.cast(pa.int64()))
        return Cast(TEXT, lambda array: array.cast(pa.string()), (BEYOND_64_BITS,))
    if pa.types.is_decimal(kind):
        return Cast(pa.float64(), lambda array: array.cast(pa.float64()), (f"Decimals ({kind}) are kept as float64.",))
    return Cast(pa.int64(), lambda array: array.cast(pa.int64()))


def _temporal(kind: pa.DataType) -> Cast:
    if pa.types.is_date(kind):
        return Cast(TIME, lambda array: array.cast(pa.timestamp("s")).cast(pa.timestamp("us")).cast(TIME))
    if pa.types.is_timestamp(kind):
        notes = ("Nanoseconds are kept to the microsecond.",) if kind.unit == "ns" else ()
        if kind.tz is None:
            notes = (NO_ZONE, *notes)
        exact = kind.unit != "ns"  # of those the rest is cut; of the others a time may lie too far away
        return Cast(TIME, lambda array: array.cast(pa.timestamp("us", kind.tz), safe=exact).cast(TIME), notes)
    if pa.types.is_duration(kind):
        parts = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        return Cast(
            pa.float64(),
            lambda array: pc.divide(array.cast(pa.int64()).cast(pa.float64(), safe=False), float(parts)),
            ("Durations are kept in seconds.",),
        )
    if pa.types.is_time(kind):
        return Cast(TEXT, lambda array: array.cast(pa.string()), ("Times of the day are kept as text.",))
    return Cast(TEXT, _json, (f"Intervals ({kind}) are kept as text.",), whole=True)


def _vector(seen: Survey | None) -> Cast:
    if seen is not None and seen.shortest == seen.longest and 0 < seen.longest <= LONGEST_VECTOR:
        return Cast(VECTOR, _floats, (f"Vectors of {seen.longest:,} numbers, kept as float32.",))
    if seen is None:
        return Cast(TEXT, _json)
    if seen.longest > LONGEST_VECTOR:
        why = f"Lists of more than {LONGEST_VECTOR:,} numbers"
    else:
        why = f"Lists of different lengths ({seen.shortest:,} to {seen.longest:,})" if seen.longest else "Empty lists"
    return Cast(TEXT, _json, (f"{why} are kept as JSON text.",), whole=True)


def _without_nan(array: Any) -> Any:
    missing = pc.is_nan(array)
    return pc.if_else(missing, pa.scalar(None, pa.float64()), array) if pc.any(missing).as_py() else array


def _text(array: Any) -> Any:
    array = array.cast(pa.string())
    longest = pc.max(pc.binary_length(array)).as_py()
    if longest is not None and longest > LONGEST_TEXT:
        raise pa.ArrowInvalid(f"a text of {longest:,} bytes is longer than {LONGEST_TEXT:,}; leave long texts out")
    return array


def _floats(array: Any) -> Any:
    """Rows that are null stay so; elements that are become NaN."""
    lists = array.cast(pa.list_(array.type.value_type)) if not pa.types.is_list(array.type) else array
    values = lists.flatten().cast(pa.float32(), safe=False).fill_null(np.float32("nan"))
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths.to_numpy(zero_copy_only=False))]), pa.int32())
    return pa.ListArray.from_arrays(offsets, values, type=VECTOR, mask=pc.is_null(lists))


def _described(array: Any) -> Any:
    return pa.array([_said(value) for value in array.cast(pa.large_binary()).to_pylist()], pa.string())


def _said(value: bytes | None) -> str | None:
    return None if value is None else f"{len(value):,} bytes, sha256 {sha256(value).hexdigest()[:16]}"


def _json(array: Any) -> Any:
    values = array.to_pylist()
    if "binary" in str(array.type):
        values = [_without_bytes(value) for value in values]
    texts = [None if value is None else msgspec.json.encode(value, enc_hook=str).decode() for value in values]
    return _text(pa.array(texts, pa.string()))


def _without_bytes(value: Any) -> Any:
    """Nested values with bytes as they are described."""
    if isinstance(value, bytes):
        return _said(value)
    if isinstance(value, dict):
        return {key: _without_bytes(each) for key, each in value.items()}
    return [_without_bytes(each) for each in value] if isinstance(value, list | tuple) else value


def _is_text(kind: pa.DataType) -> bool:
    return any(is_one(kind) for is_one in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _is_list_of_numbers(kind: pa.DataType) -> bool:
    if not any(is_one(kind) for is_one in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)):
        return False
    return bool(pa.types.is_integer(kind.value_type) or pa.types.is_floating(kind.value_type))


def _is_wide_integer(kind: pa.DataType) -> bool:
    return bool(pa.types.is_decimal(kind)) and kind.scale == 0


def _named(kind: pa.DataType) -> str:
    text = str(kind)
    return text if len(text) <= 60 else f"{text[:57]}…"


BEYOND_64_BITS = "Holds whole numbers beyond 64 bits; they are kept as text, so that no digit is lost."
NO_NAMES = "The names of the pictures' files are left out."
NO_ZONE = "Times without a zone are taken as UTC."
