"""Tables as a dataset's version is stored, for tests and fixtures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gpu_workers.protocol.datasets import Column, Kind, Role

ROWS_OF_A_GROUP = 1 << 16
_KINDS = {"double": Kind.NUMBER, "int64": Kind.NUMBER, "bool": Kind.BOOLEAN}


def texts(values: Any) -> pa.Array:
    """Strings with None, as dictionary<string>."""
    return pa.array(list(values), pa.string()).dictionary_encode()


def numbers(values: Any) -> pa.Array:
    """float64, NaN as a null."""
    return pa.array(np.asarray(values, np.float64), from_pandas=True)


def moments(seconds: Any) -> pa.Array:
    """Unix seconds with NaN, as timestamp[us, UTC]."""
    known = np.asarray(seconds, np.float64)
    micro = [None if np.isnan(one) else round(one * 1e6) for one in known]
    return pa.array(micro, pa.int64()).cast(pa.timestamp("us", "UTC"))


def stored(path: Path, columns: Mapping[str, Any], roles: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    """Writes the table; gives its columns. roles: as "label", "prediction:A" or "probability:A:malignant"; feature
    where a column is not named."""
    table = pa.table(dict(columns))
    pq.write_table(table, path, row_group_size=ROWS_OF_A_GROUP)
    return columns_of(table.schema, roles)


def columns_of(schema: pa.Schema, roles: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    """The columns of a stored table."""
    return tuple(_column(field, (roles or {}).get(field.name, "feature")) for field in schema)


def _column(field: Any, role: str) -> Column:
    name, _, rest = role.partition(":")
    model, _, of_class = rest.partition(":")
    kind = _KINDS.get(str(field.type))
    if kind is None:
        kind = (
            Kind.TIME
            if pa.types.is_timestamp(field.type)
            else Kind.VECTOR
            if pa.types.is_list(field.type)
            else Kind.IMAGE
            if pa.types.is_binary(field.type)
            else Kind.CATEGORY
        )
    return Column(field.name, kind, Role(name), model, of_class)
