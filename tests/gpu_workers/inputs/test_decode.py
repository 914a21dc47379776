"""Every honest picture comes out upright, eight bits a channel, in the mode asked for, with the values it shows."""

from hashlib import sha256

import numpy as np
import pytest

from gpu_workers.inputs.decode import decode

from .cases import HEIGHT, WIDTH, Case, cases, grey, ramp, saved, smooth
from .writers import GREY, chunk, png, read_ours

ALL = cases()


def test_there_are_many_and_no_two_are_alike() -> None:
    assert len(ALL) >= 60
    assert len({case.name for case in ALL}) == len(ALL)
    assert len({case.data for case in ALL}) == len(ALL)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_shows_what_was_written(case: Case, mode: str) -> None:
    picture = decode(case.data, mode, "a picture")
    pixels = read_ours(picture.data)
    expected = case.expected(mode)
    coloured = not (case.colour == case.colour[:, :, :1]).all()
    rounding = 0.51 if mode == "L" and coloured and not case.tolerance else 0.01
    np.testing.assert_allclose(pixels, expected, rtol=0, atol=case.tolerance + rounding)
    assert picture.facts == {"width": expected.shape[1], "height": expected.shape[0]}
    assert picture.sha256 == sha256(picture.data).hexdigest()


@pytest.mark.parametrize("name", ["scan.dcm", "x.svg", "", "\0\n", "Überweisung “neu”.pdf", "a" * 5000, "../../x"])
def test_the_name_is_never_believed(name: str) -> None:
    values = ramp(255)
    assert (read_ours(decode(png(values, GREY), "L", name).data) == values).all()


def test_the_same_file_gives_the_same_bytes_and_our_own_come_back_unchanged() -> None:
    first = decode(png(ramp(65535), GREY, 16), "L")
    assert decode(png(ramp(65535), GREY, 16), "L") == first
    assert decode(first.data, "L") == first


def test_nothing_but_pixels_is_kept() -> None:
    """`read_ours` refuses every chunk that could carry a word; here the words are looked for as well."""
    words = chunk(b"tEXt", b"Comment\0Somebody") + chunk(b"eXIf", b"II*\0\x08\0\0\0\0\0\0\0\0\0Somebody")
    data = png(ramp(255), GREY, before_data=words)
    assert b"Somebody" in data
    assert b"Somebody" not in decode(data, "RGB").data


def test_unreadable_exif_turns_nothing() -> None:
    data = png(ramp(255), GREY, before_data=chunk(b"eXIf", b"II*\0\xff\xff\xff\xff"))
    assert (read_ours(decode(data, "L").data) == ramp(255)).all()


def test_a_dark_picture_keeps_the_scale_of_its_series() -> None:
    """Two pictures of one 12-bit detector, one of them darker, are brought to eight bits by the same rule."""
    bright, dark = ramp(4095), ramp(1000)
    shown = [read_ours(decode(png(values, GREY, 16), "L").data) for values in (bright, dark)]
    assert (shown[0] == bright // 16).all()
    assert (shown[1] == dark // 16).all()


def test_a_large_deep_picture_is_read_in_bands_without_seams() -> None:
    values = ramp(65535, 700, 900)
    assert (read_ours(decode(png(values, GREY, 16), "L").data) == values // 256).all()


def test_cases_use_the_sizes_they_say() -> None:
    assert smooth().shape == (HEIGHT, WIDTH, 3)
    assert grey(ramp(255)).shape == smooth().shape


def test_a_large_colour_picture_is_written_in_bands_without_seams() -> None:
    from PIL import Image

    colour = np.random.default_rng(7).integers(0, 256, (900, 700, 3), dtype=np.uint8)
    assert (read_ours(decode(saved(Image.fromarray(colour), "BMP"), "RGB").data) == colour).all()
