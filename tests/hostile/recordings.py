"""More awkward but honest recordings than `tests/gpu_workers/inputs/test_audio.py` has, each with its samples.

What is expected is worked out from the values that were written, never by the reader under test. Formats: Microsoft's
RIFF with WAVEFORMATEXTENSIBLE, EBU Tech 3306 (RF64), AIFF-C, ID3v2.4.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.gpu_workers.inputs.sounds import (
    RECORDINGS,
    Floats,
    aiff,
    coded,
    expanded,
    packed,
    pcm,
    riff,
    tones,
    whole,
)  # fmt: skip

WHOLE_NUMBERS = bytes.fromhex("0100000000001000800000aa00389b71")
"""The GUID of whole numbers in WAVEFORMATEXTENSIBLE."""
STEREO = tones(channels=2)
SIXTEEN = whole(STEREO, 16) / 2**15
NOTE = b"IART\x09\0\0\0Somebody\0\0"


@dataclass(frozen=True)
class Case:
    """samples: (frames, channels). tolerance: by which one may differ; 0 where the format keeps them exactly."""

    name: str
    data: bytes
    samples: Floats
    rate: int = 8000
    tolerance: float = 0


def recordings() -> list[Case]:
    return [*_wav(), *_aiff(), *_packed(), *_sides()]


def chunk(name: bytes, body: bytes, order: str = "<") -> bytes:
    return name + struct.pack(f"{order}I", len(body)) + body + bytes(len(body) % 2)


def wav(*chunks: bytes) -> bytes:
    return chunk(b"RIFF", b"WAVE" + b"".join(chunks))


def described(form: int, bits: int, channels: int = 2, rate: int = 8000, more: bytes = b"") -> bytes:
    width = channels * bits // 8 & 0xFFFF
    fields = (form, channels, rate, rate * width & 0xFFFFFFFF, width, bits)
    return chunk(b"fmt ", struct.pack("<HHIIHH", *fields) + more)


def _wav() -> Iterator[Case]:
    body = packed(whole(STEREO, 16), 2)
    plain, data = described(1, 16), chunk(b"data", body)
    notes = chunk(b"LIST", b"INFO" + NOTE)
    yield Case("a note before the samples", wav(plain, notes, data), SIXTEEN)
    yield Case("a note behind them", wav(plain, data, notes), SIXTEEN)
    yield Case("a broadcast's header", wav(chunk(b"bext", b"Somebody".ljust(602, b"\0")), plain, data), SIXTEEN)
    yield Case("something behind its end", wav(plain, data) + b"PK\3\4 and more", SIXTEEN)
    yield Case("ID3 before it all", wav(chunk(b"id3 ", _id3()), plain, data), SIXTEEN)
    extended = struct.pack("<HHI", 22, 24, 3) + WHOLE_NUMBERS
    twenty_four = packed(whole(STEREO, 24), 3)
    yield Case("extensible, 24 bits", wav(described(0xFFFE, 24, more=extended), chunk(b"data", twenty_four)),
               whole(STEREO, 24) / 2**23)  # fmt: skip
    fewer = (whole(STEREO, 20) << 4).astype(np.int64)
    extended = struct.pack("<HHI", 22, 20, 3) + WHOLE_NUMBERS
    yield Case("20 bits of 24", wav(described(0xFFFE, 24, more=extended), chunk(b"data", packed(fewer, 3))),
               whole(STEREO, 20) / 2**19)  # fmt: skip
    sizes = chunk(b"ds64", struct.pack("<QQQI", 0, len(body), len(body) // 4, 0))
    long = b"RF64\xff\xff\xff\xffWAVE" + sizes + plain + b"data\xff\xff\xff\xff" + body
    yield Case("more than four gigabytes by its form (RF64)", long, SIXTEEN)
    yield Case("the header says more rate of bytes than there is", wav(_lying(plain), data), SIXTEEN)
    odd = tones(seconds=0.000875)[:7]
    yield Case("7 samples of 8 bits, the padding forgotten", pcm(odd, 8), whole(odd, 8) / 2**7)


def _lying(plain: bytes) -> bytes:
    return plain[:16] + struct.pack("<I", 1) + plain[20:]


def _aiff() -> Iterator[Case]:
    yield Case("AIFF, 8 bits", aiff(STEREO, 8), whole(STEREO, 8) / 2**7)
    yield Case("AIFF, 22,050 a second", aiff(STEREO, 16, 22_050), SIXTEEN, 22_050)
    plain = aiff(STEREO, 16)
    at = plain.index(b"COMM")
    comm, samples = plain[at + 8 : at + 26], packed(whole(STEREO, 16), 2)
    turned = chunk(b"FVER", struct.pack(">I", 0xA2805140), ">") + chunk(b"COMM", comm + b"sowt\0\0", ">")
    turned += chunk(b"SSND", bytes(8) + samples, ">")
    yield Case("AIFF-C, little-endian", b"FORM" + struct.pack(">I", 4 + len(turned)) + b"AIFC" + turned, SIXTEEN)


def _packed() -> Iterator[Case]:
    """Lossless ones within the step that FFmpeg's encoder rounds to."""
    step, codes = 2.0**-15, np.arange(256, dtype=np.uint8)
    for name, container, codec in (
        ("ALAC in M4A", "ipod", "alac"),
        ("FLAC in Ogg", "ogg", "flac"),
        ("whole numbers in Matroska", "matroska", "pcm_s16le"),
        ("CAF, 24 bits", "caf", "pcm_s24le"),
        ("MOV", "mov", "pcm_s16be"),
    ):
        yield Case(name, coded(STEREO, container, codec, 8000), STEREO, 8000, step)
    yield Case("µ-law in .au", _sun(1, codes.tobytes()), expanded(codes, "mu")[:, None])
    flac = (RECORDINGS / "tones.flac").read_bytes()
    yield Case("ID3 before FLAC", _id3() + flac, whole(STEREO, 24) / 2**23)


def _sun(encoding: int, body: bytes) -> bytes:
    return b".snd" + struct.pack(">5I", 28, len(body), encoding, 8000, 1) + bytes(4) + body


def _id3() -> bytes:
    """A tag with a title, of more bytes than seven bits count."""
    body = b"TIT2" + struct.pack(">IH", 9, 0) + b"\3Somebody" + bytes(300)
    return b"ID3\4\0\0" + bytes((0, 0, len(body) >> 7, len(body) & 0x7F)) + body


def _sides() -> Iterator[Case]:
    eight: Any = np.stack([STEREO[:, 0] * (number + 1) / 8 for number in range(8)], axis=1)
    yield Case("eight channels", pcm(eight, 16), whole(eight, 16) / 2**15)
    for rate in (100, 11_025, 192_000, 768_000):
        yield Case(f"{rate:,} samples a second", pcm(STEREO, 16, rate), SIXTEEN, rate)
    two = np.array([[0.5], [-0.25]])
    yield Case("two samples", pcm(two, 16), two)
    yield Case(
        "loud",
        riff(np.array([4e30, -4e30], "<f4").tobytes(), 3, 32),
        np.array([[4e30], [-4e30]], np.float32).astype(np.float64),
    )
