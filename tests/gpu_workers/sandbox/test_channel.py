"""Frames over pipes."""

import os
from collections.abc import Iterator

import msgspec
import pytest

from gpu_workers.sandbox.channel import Channel, TooLate


class Word(msgspec.Struct):
    said: bytes


@pytest.fixture
def channel() -> Iterator[Channel]:
    """That hears what it says."""
    ends = os.pipe()
    yield Channel(*ends)
    for end in ends:
        os.close(end)


def test_what_comes_after_its_time_is_not_taken(channel: Channel) -> None:
    """Else a child could go on for as long as it always has another byte ready."""
    channel.send(Word(b"said"))
    with pytest.raises(TooLate):
        channel.receive(bytes, seconds=0)
    assert channel.receive(msgspec.msgpack.Decoder(Word).decode, seconds=5).said == b"said"
