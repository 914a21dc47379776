"""More awkward but honest pictures than `tests/gpu_workers/inputs/cases.py` has, each with what it shows.

What is expected is worked out from the values that were written, never by the library under test.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from tests.gpu_workers.inputs.cases import HEIGHT, WIDTH, Case, from_inks, grey, over_black, ramp, saved, smooth
from tests.gpu_workers.inputs.writers import COLOUR, GREY, GREY_ALPHA, PALETTE, chunk, png


def pictures() -> list[Case]:
    return [*_png(), *_jpeg(), *_tiff(), *_bmp(), *_gif(), *_webp(), *_sides()]


def profile() -> bytes:
    """A colour profile that, were it applied, would change every value."""
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())


def _png() -> Iterator[Case]:
    values, colour = ramp(255), smooth().astype(np.int64)
    shown = grey(values)
    notes = {
        "srgb": chunk(b"sRGB", b"\3"),
        "primaries": chunk(b"cHRM", struct.pack(">8I", *[31270] * 8)),
        "profile": chunk(b"iCCP", b"x\0\0" + zlib.compress(profile())),
        "gamma-of-zero": chunk(b"gAMA", bytes(4)),
        "significant-bits": chunk(b"sBIT", b"\3"),
        "background": chunk(b"bKGD", struct.pack(">H", 200)),
        "pixel-shape": chunk(b"pHYs", struct.pack(">IIB", 1, 9999, 1)),
        "time": chunk(b"tIME", struct.pack(">H5B", 65535, 99, 99, 99, 99, 99)),
        "unknown": chunk(b"paTi", b"Somebody"),
        "exif-of-nothing": chunk(b"eXIf", b""),
        "text": chunk(b"iTXt", b"a\0\0\0\0\0" + "Größe ‮".encode()),
    }
    for name, note in notes.items():
        yield Case(f"png-{name}", png(values, GREY, before_data=note), shown)
    yield Case("png-behind-its-end", png(values, GREY) + b"PK\3\4 and more", shown)
    yield Case("png-in-pieces", _in_pieces(png(colour, COLOUR), 7), colour.astype(np.float64))
    yield Case("png-palette-of-one", png(values * 0, PALETTE, 1, before_data=chunk(b"PLTE", b"\x0a\x14\x1e")),
               np.broadcast_to(np.array([10.0, 20.0, 30.0]), (HEIGHT, WIDTH, 3)).copy())  # fmt: skip
    clear = np.dstack([values, values * 0])
    yield Case("png-all-clear", png(clear, GREY_ALPHA), shown * 0)
    yield Case("png-16-alpha-of-one-step", png(np.dstack([values * 257, values * 0 + 65535]), GREY_ALPHA, 16), shown, 1)
    for filtered in range(5):
        yield Case(f"png-filter-{filtered}", _filtered(values, filtered), shown)


def _in_pieces(data: bytes, size: int) -> bytes:
    """The pixels cut into many chunks, some of them empty."""
    start = data.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">I", data, start)
    body = data[start + 8 : start + 8 + length]
    pieces = [chunk(b"IDAT", body[at : at + size]) + chunk(b"IDAT", b"") for at in range(0, length, size)]
    return data[:start] + b"".join(pieces) + chunk(b"IEND", b"")


def _filtered(values: Any, kind: int) -> bytes:
    """Each row by one of PNG's filters (none, sub, up, average, Paeth)."""
    rows = values.astype(int)
    before = np.zeros(rows.shape[1], int)
    lines = b""
    for row in rows:
        left, corner = np.concatenate([[0], row[:-1]]), np.concatenate([[0], before[:-1]])
        guess = left + before - corner
        away = [abs(guess - each) for each in (left, before, corner)]
        nearest = np.where(
            (away[0] <= away[1]) & (away[0] <= away[2]), left, np.where(away[1] <= away[2], before, corner)
        )
        taken = (row * 0, left, before, (left + before) // 2, nearest)[kind]
        lines += bytes([kind]) + ((row - taken) % 256).astype(np.uint8).tobytes()
        before = row
    header = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def _jpeg() -> Iterator[Case]:
    colour = smooth(33, 47)  # no side is a multiple of a block's
    image, shown = Image.fromarray(colour), colour.astype(np.float64)
    for subsampling in (0, 1, 2):
        yield Case(
            f"jpeg-subsampling-{subsampling}", saved(image, "JPEG", quality=100, subsampling=subsampling), shown, 14
        )
    best: dict[str, Any] = {"quality": 100, "subsampling": 0}
    plain = saved(image, "JPEG", **best)
    yield Case("jpeg-profile", saved(image, "JPEG", icc_profile=profile(), **best), shown, 3)
    yield Case("jpeg-huge-profile", saved(image, "JPEG", icc_profile=profile() + bytes(200_000), **best), shown, 3)
    yield Case("jpeg-optimised", saved(image, "JPEG", optimize=True, **best), shown, 3)
    yield Case("jpeg-restarts", saved(image, "JPEG", restart_marker_blocks=1, **best), shown, 3)
    yield Case("jpeg-behind-its-end", plain + b"\xff\xd8\xff and more", shown, 3)
    yield Case("jpeg-padded-markers", plain[:2] + b"\xff" * 10 + plain[2:], shown, 3)
    yield Case(
        "jpeg-xmp", plain[:2] + _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>Somebody</x>") + plain[2:], shown, 3
    )
    yield Case("jpeg-broken-exif", plain[:2] + _segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff") + plain[2:], shown, 3)
    ink = np.dstack([colour, np.full(colour.shape[:2], 40, np.uint8)])
    cmyk = saved(Image.fromarray(ink, "CMYK"), "JPEG", quality=100, icc_profile=profile())
    yield Case("jpeg-cmyk-profile", cmyk, from_inks(ink), 5)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def _tiff() -> Iterator[Case]:
    colour = smooth()
    image, shown = Image.fromarray(colour), colour.astype(np.float64)
    yield Case("tiff-profile", saved(image, "TIFF", icc_profile=profile()), shown)
    yield Case("tiff-jpeg", saved(image, "TIFF", compression="jpeg", quality=100), shown, 14)
    yield Case("tiff-many-strips", saved(image, "TIFF", tiffinfo={278: 1}), shown)
    yield Case("tiff-predictor", saved(image, "TIFF", compression="tiff_lzw", tiffinfo={317: 2}), shown)
    entries = smooth(1, 256)[0]
    indexed = Image.fromarray(ramp(255).astype(np.uint8))
    indexed.putpalette(entries.tobytes())
    yield Case("tiff-palette", saved(indexed, "TIFF"), entries[ramp(255)].astype(np.float64))
    alpha = ramp(255)
    clear = Image.fromarray(np.dstack([colour, alpha.astype(np.uint8)]))
    yield Case("tiff-alpha", saved(clear, "TIFF"), over_black(colour, alpha), 1)
    grey_clear = Image.merge(
        "LA", [Image.fromarray(ramp(255).astype(np.uint8)), Image.fromarray(alpha.astype(np.uint8))]
    )
    yield Case("tiff-grey-alpha", saved(grey_clear, "TIFF"), over_black(grey(alpha), alpha), 1)
    yield Case("tiff-note", saved(image, "TIFF", tiffinfo={270: "Somebody, born 1950", 315: "A. Name"}), shown)


def _bmp() -> Iterator[Case]:
    colour = smooth()
    height, width = colour.shape[:2]
    for bits, name in ((32, "bmp-32"), (16, "bmp-16")):
        if bits == 32:
            body = np.dstack([colour[::-1, :, ::-1], np.zeros((height, width), np.uint8)]).tobytes()
            shown = colour.astype(np.float64)
        else:
            five = (colour >> 3).astype(np.uint16)
            lines = (five[:, :, 0] << 10 | five[:, :, 1] << 5 | five[:, :, 2])[::-1].astype("<u2")
            body = b"".join(line.tobytes() + bytes(-width * 2 % 4) for line in lines)
            shown = five.astype(np.float64) * 255 / 31
        head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 0, len(body), 0, 0, 0, 0)
        yield Case(
            name, b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, 54) + head + body, shown, 0 if bits == 32 else 1
        )
    values = np.repeat(np.arange(8), 4)[None].repeat(3, axis=0)
    runs = b"".join(bytes([4, value]) for value in range(8)) + b"\0\0"
    body = runs * 3 + b"\0\1"
    palette = bytes(byte for value in range(256) for byte in (value * 30 % 256, value * 20 % 256, value * 10 % 256, 0))
    head = struct.pack("<IiiHHIIiiII", 40, 32, 3, 1, 8, 1, len(body), 0, 0, 256, 0)
    data = b"BM" + struct.pack("<IHHI", 54 + 1024 + len(body), 0, 0, 54 + 1024) + head + palette + body
    yield Case("bmp-run-lengths", data, np.dstack([values * 10, values * 20, values * 30]).astype(np.float64))


def _gif() -> Iterator[Case]:
    flat = Image.fromarray(ramp(255).astype(np.uint8))
    yield Case("gif-comment", saved(flat, "GIF", comment=b"Somebody"), grey(ramp(255)))
    yield Case("gif-loop", saved(flat, "GIF", save_all=True, append_images=[flat.rotate(180)], loop=0), grey(ramp(255)))
    two = Image.new("P", (6, 5))
    two.putpalette(bytes([9, 8, 7, 250, 240, 230]))
    two.putpixel((1, 2), 1)
    shown = np.full((5, 6, 3), [9.0, 8.0, 7.0])
    shown[2, 1] = [250, 240, 230]
    yield Case("gif-two-colours", saved(two, "GIF"), shown)


def _webp() -> Iterator[Case]:
    colour = smooth()
    image, shown = Image.fromarray(colour), colour.astype(np.float64)
    yield Case("webp-profile", saved(image, "WEBP", lossless=True, icc_profile=profile()), shown)
    yield Case("webp-exif-of-nothing", saved(image, "WEBP", lossless=True, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"), shown)
    yield Case("webp-xmp", saved(image, "WEBP", lossless=True, xmp=b"<x>Somebody</x>"), shown)
    clear = Image.fromarray(np.dstack([colour, np.zeros(colour.shape[:2], np.uint8)]))
    yield Case("webp-all-clear", saved(clear, "WEBP", lossless=True, exact=True), shown * 0)
    yield Case("webp-behind-its-end", saved(image, "WEBP", lossless=True) + b"more", shown)


def _sides() -> Iterator[Case]:
    for width, height in ((65_000, 1), (1, 65_000), (30_000, 2)):
        values = np.arange(width * height).reshape(height, width) % 251
        yield Case(f"png-thin-{width}x{height}", png(values, GREY), grey(values))
    best: dict[str, dict[str, Any]] = {"JPEG": {"quality": 100}, "WEBP": {"lossless": True}}
    for kind in ("JPEG", "WEBP", "GIF", "BMP", "TIFF"):
        dot = saved(Image.new("L", (1, 1), 77), kind, **best.get(kind, {}))
        yield Case(f"one-pixel-{kind.lower()}", dot, np.full((1, 1, 3), 77.0), 1)
    thin = saved(Image.new("L", (65_000, 1), 90), "JPEG", quality=100)
    yield Case("jpeg-thin", thin, np.full((1, 65_000, 3), 90.0), 2)
