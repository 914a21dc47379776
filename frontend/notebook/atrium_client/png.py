"""PNG out of arrays and back by zlib alone, so that no image library is needed (W3C PNG, third edition)."""

import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import Invalid

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR = {1: 0, 3: 2, 4: 6}


def encode(pixels: npt.NDArray[Any]) -> bytes:
    """A PNG of the pixels, losslessly.

    pixels: (height, width), or (height, width, channels) with 1, 3 (RGB) or 4 (RGBA) channels; uint8 or uint16 as
    they are, bool as black and white, floats as 0..1. Raises Invalid for anything else, NaN and a range beyond 0..1.
    """
    values = np.ascontiguousarray(_levels(_channels_last(np.asarray(pixels))))
    height, width, channels = values.shape
    depth = values.dtype.itemsize * 8
    rows = values.astype(f">u{values.dtype.itemsize}", copy=False).reshape(height, -1).view(np.uint8)
    lines = np.zeros((height, rows.shape[1] + 1), np.uint8)  # a leading 0 says that the line is not filtered
    lines[:, 1:] = rows
    header = struct.pack(">IIBBBBB", width, height, depth, _COLOUR[channels], 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 6)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _channels_last(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in _COLOUR or 0 in pixels.shape:
        hint = ""
        if pixels.ndim == 3 and pixels.shape[0] in _COLOUR:
            hint = " The channels come first here; use `np.moveaxis(picture, 0, -1)`."
        raise Invalid(
            f"An array of shape {pixels.shape} is no picture; give (height, width) or (height, width, 1, 3 or 4).{hint}"
        )
    return pixels


def _levels(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype in (np.uint8, np.uint16):
        return np.asarray(pixels)
    if not np.issubdtype(pixels.dtype, np.floating):
        raise Invalid(f"A picture of dtype {pixels.dtype} is ambiguous; give uint8 (0..255), uint16 or floats of 0..1.")
    low, high = float(pixels.min()), float(pixels.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise Invalid("The picture contains NaN or infinity; replace them first.")
    if low < 0 or high > 1:
        raise Invalid(
            f"A picture of floats must lie in 0..1, this one reaches from {low:.4g} to {high:.4g}; scale it first."
        )
    levels: npt.NDArray[Any] = np.rint(pixels * 255).astype(np.uint8)
    return levels


_CHANNELS = {0: 1, 2: 3}


def decode(data: bytes) -> npt.NDArray[np.uint8]:
    """The pixels of a PNG as `encode` and Atrium make them: (height, width) or (height, width, 3), 8 bits.

    Raises Invalid for one of another form.
    """
    chunks = _chunks(data)
    width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if depth != 8 or colour not in _CHANNELS or interlaced:
        raise Invalid("This PNG is of a form that Atrium does not make; open it with an image library.")
    channels = _CHANNELS[colour]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + width * channels)
    pixels = np.zeros((1 + height, width, channels), np.uint8)  # the first line of all is black
    for at, line in enumerate(lines):
        pixels[at + 1] = _unfiltered(int(line[0]), line[1:].reshape(width, channels), pixels[at])
    return pixels[1:, :, 0].copy() if channels == 1 else pixels[1:]


def _unfiltered(kind: int, line: npt.NDArray[np.uint8], above: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """line: (width, channels) of differences, by the filters of chapter 9 of the standard."""
    if kind == 0:
        return line
    if kind == 1:
        return np.cumsum(line, axis=0, dtype=np.uint8)
    if kind == 2:
        return line + above
    predicted = {3: lambda left, up, _: (left + up) // 2, 4: _paeth}.get(kind)
    if predicted is None:
        raise Invalid("This PNG is broken: it names a filter that there is not.")
    made = []
    for differences, aboves in zip(line.T.tolist(), above.T.tolist(), strict=True):
        left = corner = 0
        row = []
        for difference, up in zip(differences, aboves, strict=True):
            left = (difference + predicted(left, up, corner)) & 255
            corner = up
            row.append(left)
        made.append(row)
    return np.array(made, np.uint8).T


def _paeth(left: int, up: int, corner: int) -> int:
    """Whichever is nearest to left + up - corner; of equals the first."""
    return min((left, up, corner), key=lambda value: abs(left + up - corner - value))


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """By name, those of one name joined."""
    found: dict[bytes, bytes] = {}
    at = len(_SIGNATURE)
    while data.startswith(_SIGNATURE) and at + 12 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name = data[at + 4 : at + 8]
        found[name] = found.get(name, b"") + data[at + 8 : at + 8 + length]
        at += 12 + length
    if b"IHDR" not in found or b"IDAT" not in found:
        raise Invalid("This is no PNG.")
    return found
