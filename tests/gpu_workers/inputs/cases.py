"""Awkward but honest pictures with what each must come out as, worked out from the values that were written."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from . import writers
from .writers import COLOUR, COLOUR_ALPHA, GREY, GREY_ALPHA, PALETTE, Values

WIDTH, HEIGHT = 31, 22


@dataclass(frozen=True)
class Case:
    """colour: (height, width, 3) that the picture shows, 0..255. tolerance: levels by which a pixel may differ."""

    name: str
    data: bytes
    colour: npt.NDArray[np.float64]
    tolerance: float = 0

    def expected(self, mode: str) -> npt.NDArray[np.float64]:
        return self.colour if mode == "RGB" else luma(self.colour)


def luma(colour: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """ITU-R BT.601."""
    weighed: npt.NDArray[np.float64] = colour @ np.array([0.299, 0.587, 0.114])
    return weighed


def grey(values: Values) -> npt.NDArray[np.float64]:
    return np.repeat(values[:, :, None].astype(np.float64), 3, axis=2)


def ramp(top: int, height: int = HEIGHT, width: int = WIDTH) -> Values:
    """(height, width) whole numbers from 0 to top, both of which occur."""
    steps = np.arange(height * width).reshape(height, width)
    return np.round(steps * (top / max(1, height * width - 1))).astype(np.int64)


def smooth(height: int = HEIGHT, width: int = WIDTH) -> npt.NDArray[np.uint8]:
    """(height, width, 3) that JPEG keeps well."""
    y, x = np.mgrid[0:height, 0:width]
    across, down = x / max(1, width - 1), y / max(1, height - 1)
    return np.stack([255 * across, 255 * down, 255 * (1 - across)], axis=-1).round().astype(np.uint8)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def over_black(colour: Values, alpha: Values, top: float = 255) -> npt.NDArray[np.float64]:
    shown: npt.NDArray[np.float64] = colour.astype(np.float64) * (alpha[:, :, None] / top)
    return shown


def cases() -> list[Case]:
    return [*_png(), *_tiff(), *_jpeg(), *_others(), *_sizes()]


def _png() -> Iterator[Case]:
    for interlaced in (False, True):
        how = "interlaced" if interlaced else "plain"
        for depth in (1, 2, 4, 8):
            values = ramp(2**depth - 1)
            shown = grey(values * (255 // (2**depth - 1)))
            yield Case(f"png-grey-{depth}-{how}", writers.png(values, GREY, depth, interlaced=interlaced), shown)
            palette = smooth(1, 2**depth)[0]
            entries = writers.chunk(b"PLTE", palette.tobytes())
            data = writers.png(values, PALETTE, depth, interlaced=interlaced, before_data=entries)
            yield Case(f"png-palette-{depth}-{how}", data, palette[values].astype(np.float64))
        deep = ramp(65535)
        yield Case(f"png-grey-16-{how}", writers.png(deep, GREY, 16, interlaced=interlaced), grey(deep // 256))
        alpha = ramp(255)[::-1]
        for depth, factor in ((8, 1), (16, 257)):
            colour = smooth().astype(np.int64)
            data = writers.png(colour * factor, COLOUR, depth, interlaced=interlaced)
            yield Case(f"png-colour-{depth}-{how}", data, colour.astype(np.float64))
            data = writers.png(np.dstack([colour, alpha]) * factor, COLOUR_ALPHA, depth, interlaced=interlaced)
            yield Case(f"png-colour-alpha-{depth}-{how}", data, over_black(colour, alpha), 1)
            data = writers.png(np.dstack([ramp(255), alpha]) * factor, GREY_ALPHA, depth, interlaced=interlaced)
            yield Case(f"png-grey-alpha-{depth}-{how}", data, over_black(grey(ramp(255)), alpha), 1)
    yield from _png_transparent_colours()


def _png_transparent_colours() -> Iterator[Case]:
    values, palette = ramp(15), smooth(1, 16)[0]
    clear = bytes([0, 128] + [255] * 13)  # the last entry has none and is opaque
    before = writers.chunk(b"PLTE", palette.tobytes()) + writers.chunk(b"tRNS", clear)
    shown = over_black(palette[values], np.array([*clear, 255])[values])
    yield Case("png-palette-transparent", writers.png(values, PALETTE, 4, before_data=before), shown, 1)
    values = ramp(255)
    data = writers.png(values, GREY, before_data=writers.chunk(b"tRNS", struct.pack(">H", 200)))
    yield Case("png-grey-one-clear", data, grey(np.where(values == 200, 0, values)))
    colour = smooth().astype(np.int64)
    key = colour[3, 4]
    data = writers.png(colour, COLOUR, before_data=writers.chunk(b"tRNS", struct.pack(">3H", *key)))
    gone = (colour == key).all(axis=-1)
    yield Case("png-colour-one-clear", data, np.where(gone[:, :, None], 0, colour).astype(np.float64))
    data = writers.png(colour * 257, COLOUR, 16, before_data=writers.chunk(b"tRNS", struct.pack(">3H", 1, 2, 3)))
    yield Case("png-colour-16-clear-nowhere", data, colour.astype(np.float64))
    text = writers.chunk(b"tEXt", b"Patient\0Somebody") + writers.chunk(b"gAMA", struct.pack(">I", 100000))
    yield Case("png-with-text-and-gamma", writers.png(values, GREY, before_data=text), grey(values))


def _tiff() -> Iterator[Case]:
    orders: tuple[Literal["<", ">"], ...] = ("<", ">")
    for order in orders:
        end = "little" if order == "<" else "big"
        values = ramp(255).astype(np.uint8)
        yield Case(f"tiff-grey-8-{end}", writers.tiff(values, photometric=1, order=order), grey(values))
        yield Case(f"tiff-white-is-zero-8-{end}", writers.tiff(values, photometric=0, order=order), grey(255 - values))
        bits = ramp(1).astype(np.uint8)
        yield Case(f"tiff-1-{end}", writers.tiff(bits, photometric=1, order=order, bits=1), grey(bits * 255))
        for name, top, shift in (("8", 255, 0), ("12", 4095, 4), ("16", 65535, 8)):
            deep = ramp(top)
            for dtype in (np.uint16, np.uint32, np.int32, np.int16):
                if top > np.iinfo(dtype).max or (dtype, order) == (np.uint32, ">"):
                    continue  # the latter is refused: see test_refusals
                data = writers.tiff(deep.astype(dtype), photometric=1, order=order)
                yield Case(f"tiff-{np.dtype(dtype).name}-of-{name}-bits-{end}", data, grey(deep >> shift))
        share = (ramp(1000) / 1000).astype(np.float32)
        shown = grey(np.floor(share.astype(np.float64) * 255 + 0.5))
        yield Case(f"tiff-float32-{end}", writers.tiff(share, photometric=1, order=order), shown, 1)
        data = writers.tiff(share, photometric=0, order=order)
        yield Case(f"tiff-float32-white-is-zero-{end}", data, 255 - shown, 1)
        colour = smooth()
        yield Case(f"tiff-colour-8-{end}", writers.tiff(colour, photometric=2, order=order), colour.astype(np.float64))
        data = writers.tiff(colour.astype(np.uint16) * 257, photometric=2, order=order)
        yield Case(f"tiff-colour-16-{end}", data, colour.astype(np.float64))
    deep = ramp(2**32 - 1)
    yield Case("tiff-uint32-full", writers.tiff(deep.astype(np.uint32), photometric=1), grey(deep >> 24))
    deep = ramp(4095)
    data = writers.tiff(deep.astype(np.uint16), photometric=0)
    yield Case("tiff-white-is-zero-12-in-16", data, grey((4095 - deep) >> 4))
    image = Image.fromarray(smooth())
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield Case(f"tiff-{compression}", saved(image, "TIFF", compression=compression), smooth().astype(np.float64))
    bits = ramp(1)
    data = saved(Image.fromarray(bits.astype(np.uint8) * 255).convert("1"), "TIFF", compression="group4")
    yield Case("tiff-fax", data, grey(bits * 255))
    pages = [Image.fromarray(smooth()), Image.new("RGB", (5, 5), "red")]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    yield Case("tiff-two-pages", data, smooth().astype(np.float64))
    ink = np.dstack([smooth(), ramp(200).astype(np.uint8)])
    data = saved(Image.fromarray(ink, "CMYK"), "TIFF")
    yield Case("tiff-cmyk", data, from_inks(ink), 1)


def from_inks(ink: Values) -> npt.NDArray[np.float64]:
    left = 255 - ink.astype(np.float64)
    shown: npt.NDArray[np.float64] = left[:, :, :3] * left[:, :, 3:] / 255
    return shown


def _jpeg() -> Iterator[Case]:
    colour, best = smooth(), {"quality": 100, "subsampling": 0}
    image, shown = Image.fromarray(colour), colour.astype(np.float64)
    yield Case("jpeg-colour", saved(image, "JPEG", **best), shown, 3)
    yield Case("jpeg-progressive", saved(image, "JPEG", progressive=True, **best), shown, 3)
    yield Case("jpeg-stored-as-rgb", saved(image, "JPEG", quality=100, keep_rgb=True), shown, 3)
    yield Case("jpeg-grey", saved(Image.fromarray(colour[:, :, 1]), "JPEG", quality=100), grey(colour[:, :, 1]), 2)
    ink = np.dstack([colour, np.full((HEIGHT, WIDTH), 40, np.uint8)])
    adobe = saved(Image.fromarray(ink, "CMYK"), "JPEG", quality=100)
    yield Case("jpeg-cmyk-adobe-inverted", adobe, from_inks(ink), 5)
    plain = saved(Image.fromarray(255 - ink, "CMYK"), "JPEG", quality=100)
    yield Case("jpeg-cmyk-without-adobe", without_segment(plain, 0xEE), from_inks(ink), 5)
    comment = saved(image, "JPEG", comment=b"Somebody, born 1950", **best)
    yield Case("jpeg-with-comment", comment, shown, 3)
    phone = saved(image, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))], **best)
    yield Case("jpeg-of-several-pictures", phone, shown, 3)


def without_segment(data: bytes, marker: int) -> bytes:
    """A JPEG without its segments of this marker."""
    at, out = 2, data[:2]
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] != marker:
            out += data[at:end]
        at = end
    assert len(out) + len(data[at:]) < len(data)
    return out + data[at:]


def _others() -> Iterator[Case]:
    colour = smooth()
    shown, image = colour.astype(np.float64), Image.fromarray(colour)
    yield Case("bmp-24", writers.bmp(colour), shown)
    yield Case("bmp-24-top-down", writers.bmp(colour, top_down=True), shown)
    for mode, values in (("1", ramp(1) * 255), ("L", ramp(255))):
        flat = Image.fromarray(values.astype(np.uint8))
        yield Case(f"bmp-{mode}", saved(flat.convert(mode), "BMP"), grey(values))
    entries = smooth(1, 256)[0]
    indexed = Image.fromarray(ramp(255).astype(np.uint8))
    indexed.putpalette(entries.tobytes())
    yield Case("bmp-palette", saved(indexed, "BMP"), entries[ramp(255)].astype(np.float64))
    yield Case("webp-lossless", saved(image, "WEBP", lossless=True), shown)
    larger = smooth(64, 64)
    yield Case("webp-lossy", saved(Image.fromarray(larger), "WEBP", quality=100), larger.astype(np.float64), 12)
    alpha = ramp(255)
    clear = Image.fromarray(np.dstack([colour, alpha.astype(np.uint8)]))
    yield Case("webp-alpha", saved(clear, "WEBP", lossless=True, exact=True), over_black(colour, alpha), 1)
    second = Image.new("RGB", image.size, "red")
    frames: dict[str, Any] = {"save_all": True, "append_images": [second], "duration": 100}
    yield Case("webp-animated", saved(image, "WEBP", lossless=True, **frames), shown)
    yield Case("png-animated", saved(image, "PNG", **frames), shown)
    values = ramp(255)
    flat = Image.fromarray(values.astype(np.uint8))
    yield Case("gif-grey", saved(flat, "GIF", interlace=0), grey(values))
    yield Case("gif-interlaced", saved(flat, "GIF", interlace=1), grey(values))
    yield Case("gif-animated", saved(flat, "GIF", **frames | {"append_images": [second.convert("L")]}), grey(values))
    yield Case("gif-transparent", saved(flat, "GIF", transparency=90), grey(np.where(values == 90, 0, values)))


def _sizes() -> Iterator[Case]:
    for width, height in ((1, 1), (8000, 1), (1, 8000), (2, 3)):
        values = ramp(255, height, width)
        yield Case(f"png-{width}x{height}", writers.png(values, GREY), grey(values))
