"""Pictures from arrays, read back by an independent decoder."""

import io
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow

from atrium_client import Invalid
from atrium_client.png import _chunks, decode, encode


def decoded(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(encode(pixels))))


shapes = st.tuples(st.integers(1, 12), st.integers(1, 12)) | st.tuples(
    st.integers(1, 12), st.integers(1, 12), st.sampled_from([3, 4])
)


@settings(max_examples=60)
@given(shapes.flatmap(lambda shape: arrays(np.uint8, shape)))
def test_bytes_come_back_as_they_were(pixels: np.ndarray) -> None:
    assert (decoded(pixels) == pixels).all()


def test_sixteen_bits_are_kept() -> None:
    pixels = np.array([[0, 1, 256], [257, 65534, 65535]], dtype=np.uint16)
    assert (decoded(pixels) == pixels).all()


def test_floats_are_shares_of_white() -> None:
    assert decoded(np.array([[0.0, 0.5, 1.0]])).tolist() == [[0, 128, 255]]


def test_bool_is_black_and_white() -> None:
    assert decoded(np.array([[True, False]])).tolist() == [[255, 0]]


def test_a_single_channel_axis_is_grey() -> None:
    assert decoded(np.zeros((4, 5, 1), np.uint8)).shape == (4, 5)


def test_a_view_with_strides_is_read_right() -> None:
    pixels = np.arange(60, dtype=np.uint8).reshape(6, 10)[::2, ::-1]
    assert (decoded(pixels) == pixels).all()


@pytest.mark.parametrize(
    ("pixels", "word"),
    [
        (np.zeros((3, 40, 50), np.uint8), "moveaxis"),
        (np.zeros((4, 5), np.int64), "ambiguous"),
        (np.full((2, 2), np.nan), "NaN"),
        (np.full((2, 2), 255.0), "0..1"),
        (np.zeros((0, 5), np.uint8), "no picture"),
        (np.zeros(7, np.uint8), "no picture"),
    ],
)
def test_what_is_no_picture_says_what_to_give(pixels: np.ndarray, word: str) -> None:
    with pytest.raises(Invalid, match=word):
        encode(pixels)


@pytest.mark.parametrize("shape", [(40, 60), (40, 60, 3)])
def test_every_filter_is_read(shape: tuple[int, ...]) -> None:
    across = np.add.outer(np.arange(40) ** 2 // 7, np.arange(60) * 5)
    noise = np.random.default_rng(3).integers(0, 9, shape)
    smooth = across if len(shape) == 2 else np.stack([across, across // 2, 255 - across // 3], axis=-1)
    stepped = np.kron(np.random.default_rng(4).integers(0, 3, (40, 6)), np.ones((1, 10), int))
    parts = [smooth + noise, np.broadcast_to(stepped if len(shape) == 2 else stepped[:, :, None], shape)]
    pixels = np.concatenate(parts).astype(np.uint8)
    written = io.BytesIO()
    Pillow.fromarray(pixels).save(written, "PNG")
    data = written.getvalue()
    lines = zlib.decompress(_chunks(data)[b"IDAT"])
    assert set(lines[:: 1 + pixels[0].size]) >= {1, 2, 4}, "Pillow filters each line as suits it"
    assert (decode(data) == pixels).all()
