"""Picture files written byte by byte from known values, and our own PNGs read back, without the library under test."""

import struct
import zlib
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]

GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    values: Values,
    colour_type: int,
    depth: int = 8,
    *,
    interlaced: bool = False,
    before_data: bytes = b"",
    size: tuple[int, int] | None = None,
) -> bytes:
    """values: (height, width) or (height, width, channels) of whole numbers. size: what the header claims instead."""
    height, width = size or values.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(interlaced))
    passes = [values[top::down, left::across] for top, left, down, across in _ADAM7] if interlaced else [values]
    lines = b"".join(b"\0" + packed(line, depth) for part in passes if part.size for line in part)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before_data
    return start + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def packed(line: Values, depth: int) -> bytes:
    """One row, most significant bits first, as PNG and TIFF lay it out."""
    if depth >= 8:
        return bytes(line.astype(f">u{depth // 8}").tobytes())
    bits = (line.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8)).tobytes()


def tiff(
    values: Values, *, photometric: int, order: Literal["<", ">"] = "<", orientation: int = 1, bits: int = 0
) -> bytes:
    """An uncompressed TIFF of one strip; the values' dtype says bits and sample format (bits=1 packs them)."""
    height, width = values.shape[:2]
    channels = values.shape[2] if values.ndim == 3 else 1
    if bits == 1:
        pixels = b"".join(packed(line, 1) for line in values)
    else:
        bits = values.dtype.itemsize * 8
        pixels = values.astype(values.dtype.newbyteorder(order)).tobytes()
    sample_format = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    offset = 8
    extra = offset + len(pixels)
    several = struct.pack(f"{order}{channels}H", *[bits] * channels) if channels > 1 else b""
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, channels, extra if several else bits),
        (259, 3, 1, 1),
        (262, 3, 1, photometric),
        (273, 4, 1, offset),
        (274, 3, 1, orientation),
        (277, 3, 1, channels),
        (278, 4, 1, height),
        (279, 4, 1, len(pixels)),
        (339, 3, 1, sample_format),
    ]
    if channels > 1:
        several += struct.pack(f"{order}{channels}H", *[sample_format] * channels)
        entries[-1] = (339, 3, channels, extra + 2 * channels)
    directory = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        field = struct.pack(f"{order}HH", value, 0) if (kind, count) == (3, 1) else struct.pack(f"{order}I", value)
        directory += struct.pack(f"{order}HHI", tag, kind, count) + field
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(f"{order}I", extra + len(several)) + pixels + several + directory + b"\0\0\0\0"


def bmp(values: Values, *, top_down: bool = False) -> bytes:
    """24 bits a pixel from (height, width, 3)."""
    height, width = values.shape[:2]
    lines = values[:, :, ::-1] if top_down else values[::-1, :, ::-1]
    pad = b"\0" * (-width * 3 % 4)
    pixels = b"".join(line.astype(np.uint8).tobytes() + pad for line in lines)
    info = struct.pack("<IiiHHIIiiII", 40, width, -height if top_down else height, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + info + pixels


def read_ours(data: bytes) -> npt.NDArray[np.uint8]:
    """The pixels of a PNG of ours; fails on anything that ours never have: metadata, bad sums, other filters."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, header, body, kinds = 8, b"", b"", []
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert data[at : at + 12 + length] == chunk(kind, content)
        kinds.append(kind)
        header += content if kind == b"IHDR" else b""
        body += content if kind == b"IDAT" else b""
        at += 12 + length
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}
    width, height, depth, colour_type, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    assert (depth, interlaced) == (8, 0)
    channels = {GREY: 1, COLOUR: 3}[colour_type]
    lines = np.frombuffer(zlib.decompress(body), np.uint8).reshape(height, 1 + width * channels)
    assert (lines[:, 0] == 1).all()
    pixels = np.add.accumulate(lines[:, 1:].reshape(height, width, channels), axis=1, dtype=np.uint8)
    return pixels[:, :, 0] if channels == 1 else pixels
