"""Sound in our own bytes: a WAV of IEEE float32 samples, interleaved, little-endian, at its own rate.

The header is always the same 58 bytes (RIFF, `fmt `, `fact`, `data`), so the same samples give the same bytes, and who
reads it needs no codec. Source: Multimedia Programming Interface and Data Specifications 1.0, and its revision for
WAVE_FORMAT_IEEE_FLOAT.
"""

import struct

_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
HEADER_BYTES = _HEADER.size
_FLOAT = 3
SAMPLE_BYTES = 4


class Foreign(ValueError):
    """The bytes are no WAV of ours."""


def header(rate_hz: int, channels: int, frames: int) -> bytes:
    """What stands before `frames` times `channels` float32."""
    size = frames * channels * SAMPLE_BYTES
    form = (_FLOAT, channels, rate_hz, rate_hz * channels * SAMPLE_BYTES, channels * SAMPLE_BYTES, 32, 0)
    lead = (b"RIFF", HEADER_BYTES - 8 + size, b"WAVE", b"fmt ", 18, *form)
    return _HEADER.pack(*lead, b"fact", 4, frames, b"data", size)


def parse(data: bytes | memoryview) -> tuple[int, int, memoryview]:
    """(samples a second, channels, the samples' bytes). Raises Foreign."""
    if len(data) < HEADER_BYTES:
        raise Foreign("shorter than a header")
    found = _HEADER.unpack_from(data)
    channels, rate_hz, frames = found[6], found[7], found[14]
    if header(rate_hz, channels, frames) != bytes(data[:HEADER_BYTES]):
        raise Foreign("another header")
    samples = memoryview(data)[HEADER_BYTES:]
    if len(samples) != frames * channels * SAMPLE_BYTES:
        raise Foreign("another length than its header says")
    return rate_hz, channels, samples
