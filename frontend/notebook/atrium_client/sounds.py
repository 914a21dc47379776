"""Recordings and series as arrays, and as the files that the server takes and gives."""

import io
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import Invalid

Floats = npt.NDArray[np.float32]
_WAV = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")


@dataclass(frozen=True, eq=False)
class Sound:
    """samples: (frames,) or (frames, channels), floats in -1..1 or whole numbers of 16 or 32 bits. rate_hz: samples a
    second."""

    samples: npt.NDArray[Any]
    rate_hz: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz

    def __repr__(self) -> str:
        return f"Sound({np.shape(self.samples)}, {self.rate_hz} Hz)"

    def wav(self) -> bytes:
        """A WAV of IEEE float32. Raises Invalid for what is no recording."""
        samples = np.asarray(self.samples)
        if samples.dtype.kind == "i":
            samples = samples / float(np.iinfo(samples.dtype).max + 1)
        if samples.ndim not in (1, 2) or samples.dtype.kind != "f" or not samples.size:
            raise Invalid(
                "A recording is an array (frames,) or (frames, channels) of floats in -1..1, or of 16-bit or 32-bit "
                f"whole numbers, not of the shape {list(samples.shape)} and the type {samples.dtype}."
            )
        frames, channels = samples.reshape(len(samples), -1).shape
        if channels > frames or channels > 8:
            raise Invalid(f"A recording has its channels last; the shape {list(samples.shape)} has {channels} of them.")
        rate = int(self.rate_hz)
        size = frames * channels * 4
        lead = (b"RIFF", _WAV.size - 8 + size, b"WAVE", b"fmt ", 18, 3, channels, rate)
        header = _WAV.pack(*lead, rate * channels * 4, channels * 4, 32, 0, b"fact", 4, frames, b"data", size)
        return header + np.ascontiguousarray(samples, "<f4").tobytes()


def sound_of(data: bytes) -> Sound:
    """From a WAV as the server gives it: float32, (frames,) where it is mono."""
    found = _WAV.unpack_from(data)
    channels, rate = found[6], found[7]
    samples = np.frombuffer(data, "<f4", offset=_WAV.size)
    return Sound(samples if channels == 1 else samples.reshape(-1, channels), rate)


@dataclass(frozen=True, eq=False)
class Signal:
    """values: (leads, samples). rate_hz: samples a second. leads: their names. unit: of the values, "" for none."""

    values: npt.NDArray[Any]
    rate_hz: float
    leads: Sequence[str] = field(default=())
    unit: str = ""

    @property
    def seconds(self) -> float:
        return int(np.shape(self.values)[-1]) / self.rate_hz

    def __repr__(self) -> str:
        return f"Signal({np.shape(self.values)}, {self.rate_hz:g} Hz)"

    def __getitem__(self, lead: str) -> npt.NDArray[Any]:
        row: npt.NDArray[Any] = np.atleast_2d(self.values)[list(self.leads).index(lead)]
        return row

    def json(self) -> bytes:
        """As the server takes it. Raises Invalid for what is no series."""
        values = np.atleast_2d(np.asarray(self.values, dtype=np.float64))
        if values.ndim != 2 or not values.size or not np.isfinite(values).all():
            raise Invalid("A series is an array (leads, samples) of finite numbers.")
        leads = list(map(str, self.leads)) or [str(number + 1) for number in range(len(values))]
        if len(leads) != len(values):
            raise Invalid(f"{len(leads)} leads are named, and {len(values)} were given; an array is (leads, samples).")
        form = {"rate_hz": float(self.rate_hz), "unit": self.unit, "leads": leads, "values": values.tolist()}
        return json.dumps(form).encode()


def signal_of(data: bytes) -> Signal:
    """From an Arrow stream as the server gives it; needs the package pyarrow."""
    try:
        import pyarrow
    except ImportError:
        raise Invalid("To read a series install Arrow: pip install pyarrow.") from None
    table = pyarrow.ipc.open_stream(io.BytesIO(data)).read_all()
    told: Mapping[bytes, bytes] = table.schema.metadata
    values = np.stack([column.to_numpy() for column in table.columns])
    return Signal(values, float(told[b"rate_hz"]), tuple(table.column_names), told[b"unit"].decode())
