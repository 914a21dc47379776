"""The first rows of a table as text, for people."""

from typing import Any

import pyarrow as pa

from gpu_workers.inputs.kinds import in_words
from gpu_workers.wording import readable

from .casting import TIME

_LONGEST = 100


def preview(first: pa.Table) -> tuple[tuple[str | None, ...], ...]:
    """By row, in the columns' order; None for a null."""
    columns = [[_said(value) for value in _values(column)] for column in first.columns]
    return tuple(zip(*columns, strict=True))


def _values(column: pa.ChunkedArray) -> list[Any]:
    if column.type != TIME:
        return list(column.to_pylist())
    # As text at once: Python's own times have no zone without a database of them, and end with the year 9999.
    texts = column.cast(pa.timestamp("us")).cast(pa.string()).to_pylist()
    return [None if text is None else text.removesuffix(".000000").removesuffix(" 00:00:00") for text in texts]


def _said(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        begins = ", ".join(f"{each:.4g}" for each in value[:3])
        return f"[{begins}{', …' if len(value) > 3 else ''}]"
    if isinstance(value, bytes):
        return in_words(value)
    text = readable(str(value), _LONGEST + 1)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
