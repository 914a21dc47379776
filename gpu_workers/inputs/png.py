"""The one PNG writer: fixed settings, so that the same pixels always give the same bytes (PNG, ISO/IEC 15948).

Filter Sub on every row and run-length deflate: on photographs and films a quarter of the processor time of Pillow's
writer at its fastest level, at about the same size.
"""

import struct
import zlib

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BAND_BYTES = 1 << 20


def encode(image: Image.Image) -> bytes:
    """A PNG of an image of mode L or RGB. Works band by band, so that a large one is not held twice."""
    channels = {"L": 1, "RGB": 3}[image.mode]
    width, height = image.size
    colour_type = 0 if channels == 1 else 2
    out = bytearray(SIGNATURE)
    out += _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0))
    deflate = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    rows = max(1, _BAND_BYTES // (width * channels))
    for top in range(0, height, rows):
        band = image if rows >= height else image.crop((0, top, width, min(height, top + rows)))
        out += _chunk(b"IDAT", deflate.compress(_filtered(band, channels)))
    out += _chunk(b"IDAT", deflate.flush())
    out += _chunk(b"IEND", b"")
    return bytes(out)


def _filtered(band: Image.Image, channels: int) -> memoryview:
    """(rows, 1 + width * channels) bytes: the filter's number, then each byte less the one a pixel to its left."""
    pixels = np.asarray(band).reshape(band.height, band.width * channels)
    lines = np.empty((band.height, 1 + pixels.shape[1]), np.uint8)
    lines[:, 0] = 1
    lines[:, 1 : 1 + channels] = pixels[:, :channels]
    np.subtract(pixels[:, channels:], pixels[:, :-channels], out=lines[:, 1 + channels :])
    return lines.data


def _chunk(kind: bytes, body: bytes) -> bytes:
    if kind == b"IDAT" and not body:
        return b""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
