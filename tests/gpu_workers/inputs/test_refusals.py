"""What cannot be taken is refused with a code of the register and a sentence that says what to do."""

import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from gpu_workers.inputs.decode import decode, open_original
from gpu_workers.inputs.refusal import Refusal
from gpu_workers.protocol.rendering import MAX_BYTES

from .cases import Case, cases, ramp, saved, smooth, without_segment
from .writers import COLOUR, GREY, chunk, png, tiff

OTHER_KINDS = {
    "pdf": (b"%PDF-1.7\n" + b"x" * 200, "PDF"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "svg-bare": (b"\xef\xbb\xbf <svg width='5'></svg>", "SVG"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    "heif": (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIF"),
    "avif": (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", "AVIF"),
    "dicom": (b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0", "DICOM"),
    "video": (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "video"),
    "jpeg-2000": (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    "photoshop": (b"8BPS\0\1" + b"\0" * 40, "Photoshop"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
    "icon": (b"\0\0\1\0\1\0\x10\x10" + b"\0" * 40, "icon"),
    "office": (b"PK\3\4" + b"\0" * 40, "zip"),
    "archive": (b"\x1f\x8b\x08" + b"\0" * 40, "archive"),
    "numpy": (b"\x93NUMPY\1\0" + b"\0" * 40, "NumPy"),
    "tiff-of-doubles": (tiff(np.linspace(0, 1, 12).reshape(3, 4), photometric=1), "TIFF"),
    "tiff-uint32-big": (tiff(ramp(9).astype(np.uint32), photometric=1, order=">"), "TIFF"),
    "tiff-negative": (tiff((ramp(2000) - 1000).astype(np.int16), photometric=1), "negative"),
    "tiff-fractions-beyond-one": (tiff(ramp(255).astype(np.float32), photometric=1), "between 0 and 1"),
    "tiff-below-zero": (tiff(ramp(1).astype(np.float32) - 1, photometric=1), "between 0 and 1"),
    "tiff-nan": (tiff(np.full((4, 5), np.nan, np.float32), photometric=1), "between 0 and 1"),
}


def refusal(data: bytes, name: str = "") -> Refusal:
    with pytest.raises(Refusal) as caught:
        decode(data, "L", name)
    return caught.value


@pytest.mark.parametrize(("data", "word"), OTHER_KINDS.values(), ids=OTHER_KINDS.keys())
def test_other_kinds_are_named_with_the_way_out(data: bytes, word: str) -> None:
    refused = refusal(data, "thorax.png")
    assert refused.code == "input_unsupported"
    assert word in refused.message
    assert any(verb in refused.message for verb in ("Save", "save", "Export", "Send", "Unpack", "Choose"))


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\0" * 1000, b"<html><p>no</p></html>", b"P5 2 2 255 abcd", b"\x0a\5\1\1"]
)
def test_what_is_no_picture(data: bytes) -> None:
    """Formats that Pillow could read, but that nobody needs here, among them."""
    assert refusal(data).code == "input_not_an_image"


def test_the_sentence_calls_the_file_by_its_name_without_its_tricks() -> None:
    assert refusal(b"hello", "thorax\n\x1b[31m.png").message.startswith("“thorax[31m.png” is no picture")
    assert refusal(b"hello").message.startswith("The file is no picture")
    assert len(refusal(b"hello", "x" * 10_000).message) < 250


@pytest.mark.parametrize("case", [case for case in cases() if len(case.data) > 200], ids=lambda case: case.name)
def test_a_file_cut_in_the_middle_is_refused_not_half_shown(case: Case) -> None:
    with pytest.raises(Refusal) as caught:
        decode(case.data[: len(case.data) * 45 // 100], "L")
    assert caught.value.code in ("input_damaged", "input_unsupported")


def test_too_many_bytes() -> None:
    padded = png(ramp(255), GREY, before_data=chunk(b"zzZz", b"\0" * MAX_BYTES))
    assert refusal(padded).code == "input_too_large"


def bombs() -> dict[str, bytes]:
    tall = png(np.zeros((1, 1), np.int64), GREY, size=(50_001, 1000))
    wide_tiff = tiff(np.zeros((1, 1), np.uint8), photometric=1).replace(
        struct.pack("<HHII", 256, 4, 1, 1), struct.pack("<HHII", 256, 4, 1, 60_000_000)
    )
    jpeg = saved(Image.fromarray(smooth()), "JPEG")
    start = jpeg.index(b"\xff\xc0") + 5
    webp = saved(Image.fromarray(smooth()), "WEBP", lossless=True)
    canvas = b"\0" * 4 + b"\xff\x3f\0" * 2
    frame = b"\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f"
    flat = struct.pack("<iiHHIIiiII", 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0)
    return {
        "png": tall,
        "png-largest": png(np.zeros((1, 1), np.int64), COLOUR, size=(2**31 - 1, 2**31 - 1)),
        "tiff": wide_tiff,
        "jpeg": jpeg[:start] + b"\xff\xff\xff\xff" + jpeg[start + 4 :],
        "gif": b"GIF89a\xff\xff\xff\xff\x80\0\0" + b"\0" * 6 + b",\0\0\0\0\xff\xff\xff\xff\0\2\2L\1\0;",
        "bmp": b"BM" + struct.pack("<IHHII", 54, 0, 0, 54, 40) + flat,
        "webp-lossless": webp[:21] + struct.pack("<I", 0x3FFF | 0x3FFF << 14) + webp[25:],
        "webp-extended": b"RIFF\x64\0\0\0WEBPVP8X\x0a\0\0\0" + canvas + b"\0" * 70,
        "webp-lossy": b"RIFF\x28\0\0\0WEBPVP8 \x1c\0\0\0" + frame + b"\0" * 20,
    }


@pytest.mark.parametrize("data", bombs().values(), ids=bombs().keys())
def test_more_than_50_megapixels_are_refused_before_they_are_decoded(data: bytes) -> None:
    began = time.process_time()
    assert refusal(data).code == "input_too_large"
    assert time.process_time() - began < 0.2


def test_an_honest_bomb_is_refused_by_its_header() -> None:
    """60 megapixels of zeros in 60 kB, every byte of them in order."""
    lines = zlib.compress(bytes(10_001) * 6000, 9)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 10_000, 6000, 8, 0, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    began = time.process_time()
    assert refusal(data).code == "input_too_large"
    assert time.process_time() - began < 0.2


def test_a_bomb_in_a_text_chunk_is_refused_or_ignored() -> None:
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9))
    assert refusal(png(ramp(255), GREY, before_data=text)).code == "input_damaged"


def test_one_value_that_is_no_number_is_found_anywhere() -> None:
    values = np.full((700, 900), 0.5, np.float32)
    values[600, 3] = np.nan
    assert refusal(tiff(values, photometric=1)).code == "input_unsupported"


def test_rendering_takes_our_own_pngs_only() -> None:
    for data in (saved(Image.fromarray(smooth()), "JPEG"), b"", b"hello", png(np.dstack([ramp(255)] * 2), 4)):
        with pytest.raises(Refusal):
            open_original(data)


def test_a_jpeg_without_its_tables_is_damaged() -> None:
    data = without_segment(saved(Image.fromarray(smooth()), "JPEG"), 0xDB)
    assert refusal(data).code == "input_damaged"


def test_an_unknown_mode_is_a_malformed_request() -> None:
    with pytest.raises(Refusal) as caught:
        decode(png(ramp(255), GREY), "CMYK")
    assert caught.value.code == "malformed"
