"""What a recording is by its first bytes, and whether all of it is there; its name is never believed."""

import struct
from collections.abc import Iterator

from . import kinds
from .refusal import Refusal

TAKEN = "WAV, FLAC, MP3, OGG, M4A, WebM or AIFF"
_CUT = "Send it again, or export it anew."

# Where the bytes lie, the bytes, and the reader of FFmpeg that they are given to.
_KNOWN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"ID3", "mp3"),
    (4, b"ftyp", "mov"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"caff", "caf"),
    (0, b"#!AMR", "amr"),
    (0, b".snd", "au"),
)
_WAV = (b"RIFF", b"RF64")
_ID3 = 10
"""Bytes of the header of an ID3 tag."""
_STREAMED = (0, 0xFFFFFFFF, 0x7FFFFFFF)
"""Lengths that a writer which could not go back leaves in a header."""


def format_of(data: bytes) -> str:
    """FFmpeg's name of the container, "" where it is none that is read here."""
    if data[:4] in _WAV and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"FORM" and data[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    for offset, mark, name in _KNOWN:
        if data.startswith(mark, offset):
            return name
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:  # frames without a container
        if data[1] & 0xF6 == 0xF0:
            return "aac"
        return "mp3" if data[1] & 0x06 else ""
    return ""


def untagged(data: bytes) -> bytes:
    """Without the ID3 tag before a recording: some programs put one where its reader does not look for it."""
    if len(data) < _ID3 or not data.startswith(b"ID3"):
        return data
    size = 0
    for seven_bits in data[6:_ID3]:
        size = size << 7 | seven_bits & 0x7F
    rest = data[_ID3 + size :]
    return rest if format_of(rest) else data


def refuse_other_kinds(data: bytes, called: str) -> None:
    """Raises with the way out for what is no recording."""
    if format_of(data):
        return
    picture = kinds.format_of(data[:16])
    if picture:
        raise Refusal("input_unsupported", f"{called} is a picture ({picture}). Send a recording: {TAKEN}.")
    if data.startswith(b"PK\x03\x04"):
        raise Refusal("input_unsupported", f"{called} is a zip archive. Send the recordings in it one by one: {TAKEN}.")
    if data.startswith(b"%PDF"):
        raise Refusal("input_unsupported", f"{called} is a PDF. Send a recording: {TAKEN}.")
    if data.startswith(b"DICM", 128):
        raise Refusal("input_unsupported", f"{called} is a DICOM file. Send a recording: {TAKEN}.")
    if data[:4] == b"MThd":
        raise Refusal("input_unsupported", f"{called} is MIDI: notes, no sound. Send a recording: {TAKEN}.")
    if data.startswith(b"RIFX"):
        told = "a WAV whose bytes are in the other order (RIFX)"
        raise Refusal("input_unsupported", f"{called} is {told}. Save it as an ordinary WAV, or as FLAC.")
    if data.startswith(b"0&\xb2u\x8ef\xcf\x11"):
        raise Refusal("input_unsupported", f"{called} is a WMA recording. Save it as {TAKEN}.")
    raise Refusal("input_unsupported", f"{called} is no recording that can be read. Send {TAKEN}.")


def refuse_cut(data: bytes, called: str) -> None:
    """Raises where the container says how long it is and the file is shorter."""
    if (lacks := _LACKS.get(format_of(data))) is not None and lacks(data):
        raise Refusal("input_damaged", f"{called} is cut off: it ends before the recording does. {_CUT}")


def _lacks_chunk(data: bytes) -> bool:
    """RIFF and FORM: the chunk of samples reaches beyond the file."""
    for name, start, size in _chunks(data, ">I" if data.startswith(b"FORM") else "<I"):
        if name in (b"data", b"SSND"):
            # An odd chunk's last byte of padding is often forgotten.
            return size not in _STREAMED and start + size > len(data)
    return False


def _chunks(data: bytes, length: str) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(length, data, at + 4)
        yield data[at : at + 4], at + 8, size
        at += 8 + size + (size & 1)


def _lacks_box(data: bytes) -> bool:
    """ISO base media: a box at the top reaches beyond the file."""
    at = 0
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if size == 1:
            if at + 16 > len(data):
                return True
            (size,) = struct.unpack_from(">Q", data, at + 8)
        if size == 0:  # to the end of the file
            return False
        if size < 8:
            return False
        at += size
    return at > len(data)


def _lacks_samples(data: bytes) -> bool:
    """Core Audio: its chunk of samples, whose length has 64 bits, reaches beyond the file."""
    at = 8
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">q", data, at + 4)
        if data[at : at + 4] == b"data" or size < 0:
            return bool(size > len(data) - at - 12)
        at += 12 + size
    return False


def _lacks_sound(data: bytes) -> bool:
    """Sun's .snd: where its samples begin and how many bytes they are stands in its header."""
    if len(data) < 24:
        return True
    start, size = struct.unpack_from(">II", data, 4)
    return size not in _STREAMED and len(data) < start + size


def _lacks_page(data: bytes) -> bool:
    """Ogg: its last page reaches beyond the file."""
    at = data.rfind(b"OggS")
    if at + 27 > len(data):
        return True
    segments = data[at + 26]
    body = data[at + 27 : at + 27 + segments]
    return len(body) < segments or at + 27 + segments + sum(body) > len(data)


def says_its_length(data: bytes) -> bool:
    """Whether the length that FFmpeg tells was written by who made the file, and is not guessed from its size."""
    name = format_of(data)
    return name in ("flac", "mov", "matroska") or (name == "mp3" and any(mark in data[:8192] for mark in _COUNTED))


_COUNTED = (b"Xing", b"Info", b"VBRI")
_LACKS = {
    "wav": _lacks_chunk,
    "aiff": _lacks_chunk,
    "mov": _lacks_box,
    "ogg": _lacks_page,
    "caf": _lacks_samples,
    "au": _lacks_sound,
}
