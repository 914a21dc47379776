"""Files of any kind as numbers, beside slices of Python's own."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_workers.inputs import plain
from gpu_workers.inputs.refusal import Refusal
from gpu_workers.protocol.interface import BytesInput
from gpu_workers.protocol.messages import Blob
from gpu_workers.runner.failure import Mismatch
from gpu_workers.runner.preprocess import prepare


def numbers(data: bytes, **options: Any) -> Any:
    field = BytesInput(name="file", dtype="int32", **options)
    return prepare(field, Blob("", "application/octet-stream", data), 2)[0].tolist()


@given(st.binary(max_size=60), st.integers(0, 20), st.integers(0, 20), st.integers(1, 70), st.booleans())
def test_beginning_and_end_are_taken(data: bytes, first: int, last: int, block: int, strip: bool) -> None:
    begin, end = data[:block], data[max(len(data) - block, 0) :]
    if strip:
        begin, end = begin.lstrip(), end.rstrip()
    front = list(begin[:first]) + [256] * (first - len(begin[:first]))
    tail = list(end)[len(end) - min(last, len(end)) :]
    expected = front + [256] * (last - len(tail)) + tail
    if first or last:
        assert numbers(data, first=first, last=last, block=block, strip=strip, fill=256) == expected
    else:
        assert numbers(data, strip=strip) == list(data.strip() if strip else data)


def test_without_bytes_it_is_refused() -> None:
    with pytest.raises(Mismatch, match="takes a file"):
        prepare(BytesInput(name="file"), "text", 2)


def test_a_file_is_kept_as_it_came() -> None:
    made = plain.decode(b"%PDF-1.7", {}, "file")
    assert (made.data, made.kind, made.facts) == (b"%PDF-1.7", "bytes", {"bytes": 8})
    assert plain.render(made.data, ()) == made
    with pytest.raises(Refusal, match="an empty file"):
        plain.decode(b"", {}, "file")


@pytest.mark.parametrize(("size", "side"), [(1, 160), (5, 160), (100_000, 160), (100_000, 16)])
def test_the_small_picture_shows_the_first_bytes(size: int, side: int) -> None:
    from io import BytesIO

    from PIL import Image

    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    made = plain.thumbnail(data, side)
    pixels = np.asarray(Image.open(BytesIO(made.data)))
    assert made.facts == {"width": pixels.shape[1], "height": pixels.shape[0]}
    assert max(pixels.shape) <= side
    assert pixels[0, 0] == data[0]
