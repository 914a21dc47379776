"""Recordings written byte by byte from known samples, and others made by libsndfile (in `recordings`) and by FFmpeg."""

import io
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
RECORDINGS = Path(__file__).parent / "recordings"


def tones(rate: int = 8000, seconds: float = 0.2, channels: int = 1) -> Floats:
    """(frames, channels) of what the files in `recordings` hold; the second channel is the first, halved and turned."""
    at = np.arange(round(rate * seconds)) / rate
    tone = 0.5 * np.sin(2 * np.pi * 440 * at) + 0.1 * np.cos(2 * np.pi * 1000 * at)
    return np.stack([tone, -tone / 2][:channels], axis=1)


def whole(samples: Floats, bits: int) -> npt.NDArray[np.int64]:
    return np.clip(np.rint(samples * 2.0 ** (bits - 1)), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1).astype(np.int64)


def packed(values: npt.NDArray[np.int64], size: int, order: str = "<") -> bytes:
    """Whole numbers of `size` bytes each, in two's complement."""
    rows = values.astype(f"{order}i8").reshape(-1, 1).view(np.uint8).reshape(-1, 8)
    return (rows[:, :size] if order == "<" else rows[:, 8 - size :]).tobytes()


def riff(body: bytes, form: int, bits: int, rate: int = 8000, channels: int = 1, *, said: int | None = None) -> bytes:
    """A WAV. form: 1 whole numbers, 3 floats, 6 A-law, 7 µ-law. said: bytes that the header claims."""
    width = channels * bits // 8
    fmt = struct.pack("<HHIIHH", form, channels, rate, rate * width, width, bits)
    size = len(body) if said is None else said
    chunks = b"fmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", size) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def pcm(samples: Floats, bits: int, rate: int = 8000, **said: Any) -> bytes:
    """Eight bits are unsigned."""
    values = whole(samples, bits)
    body = (values + 128).astype(np.uint8).tobytes() if bits == 8 else packed(values, bits // 8)
    return riff(body, 1, bits, rate, samples.shape[1], **said)


def floating(samples: npt.NDArray[Any], rate: int = 8000) -> bytes:
    return riff(
        samples.astype(samples.dtype.newbyteorder("<")).tobytes(), 3, samples.itemsize * 8, rate, samples.shape[1]
    )


def aiff(samples: Floats, bits: int, rate: int = 8000) -> bytes:
    frames, channels = samples.shape
    exponent = rate.bit_length() - 1
    extended = struct.pack(">HQ", 16383 + exponent, rate << (63 - exponent))
    body = packed(whole(samples, bits), bits // 8, ">")
    comm = struct.pack(">HIH", channels, frames, bits) + extended
    chunks = b"COMM" + struct.pack(">I", 18) + comm + b"SSND" + struct.pack(">III", 8 + len(body), 0, 0) + body
    return b"FORM" + struct.pack(">I", 4 + len(chunks)) + b"AIFF" + chunks


def expanded(codes: npt.NDArray[np.uint8], law: str) -> Floats:
    """G.711 by its formula: the value of each code, 1 being 32,768."""
    turned = codes.astype(np.int64) ^ (0xFF if law == "mu" else 0x55)
    exponent, mantissa = (turned >> 4) & 7, turned & 15
    if law == "mu":
        value = ((mantissa * 2 + 33) << exponent) - 33
        return np.where(turned & 0x80, -value, value) * 4 / 32768
    value = np.where(exponent, (mantissa * 2 + 33) << np.maximum(exponent - 1, 0), mantissa * 2 + 1)
    return np.where(turned & 0x80, value, -value) * 8 / 32768


def coded(samples: Floats, container: str, codec: str, rate: int) -> bytes:
    """By FFmpeg's own encoder, as telephones and browsers write it."""
    out = io.BytesIO()
    layout = {1: "mono", 2: "stereo"}[samples.shape[1]]
    with av.open(out, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate)
        stream.layout = layout
        given = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T, np.float32), format="fltp", layout=layout)
        given.sample_rate, given.pts, given.time_base = rate, 0, Fraction(1, rate)
        fitting = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for frame in [*fitting.resample(given), None]:
            for packet in stream.encode(frame):
                file.mux(packet)
    return out.getvalue()
