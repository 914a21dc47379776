"""Series in our own bytes: an Arrow IPC stream of one batch, a float32 column for each lead, named as the lead is.

The schema's metadata hold `rate_hz` (samples a second) and `unit` ("" where values have none). Read and written by the
inputs process, runners and workers.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Series:
    """values: (leads, samples)."""

    rate_hz: float
    unit: str
    leads: tuple[str, ...]
    values: npt.NDArray[np.float32]

    @property
    def seconds(self) -> float:
        return int(self.values.shape[1]) / self.rate_hz

    @property
    def facts(self) -> dict[str, Any]:
        return {"rate_hz": self.rate_hz, "leads": list(self.leads), "unit": self.unit, "seconds": self.seconds}


class Foreign(ValueError):
    """The bytes are no series of ours."""


def packed(series: Series) -> bytes:
    """The same series gives the same bytes."""
    columns = [pa.array(np.ascontiguousarray(lead, np.float32)) for lead in series.values]
    fields = [pa.field(name, pa.float32(), nullable=False) for name in series.leads]
    schema = pa.schema(fields, metadata={"rate_hz": repr(float(series.rate_hz)), "unit": series.unit})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch(columns, schema=schema))
    return bytes(sink.getvalue())


def unpacked(data: bytes) -> Series:
    """Raises Foreign."""
    try:
        table = pa.ipc.open_stream(data).read_all()
        if any(field.type != pa.float32() for field in table.schema):
            raise Foreign("a lead is no column of float32")
        told = table.schema.metadata or {}
        values = [column.to_numpy() for column in table.columns]
        return Series(float(told[b"rate_hz"]), told[b"unit"].decode(), tuple(table.column_names), np.stack(values))
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise Foreign(str(error)) from error
