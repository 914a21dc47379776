"""Awkward honest recordings hold what was written; those whose headers lie are refused, or read for what they hold."""

import struct

import numpy as np
import pytest

from gpu_workers.inputs.audio import decode
from gpu_workers.inputs.refusal import Refusal
from gpu_workers.inputs.sound import opened
from tests.gpu_workers.inputs.sounds import coded, packed, pcm, riff, tones, whole
from tests.hostile.recordings import STEREO, Case, chunk, described, recordings, wav

MORE = recordings()
BODY = chunk(b"data", packed(whole(STEREO, 16), 2))
MP4, WEBM = coded(STEREO, "ipod", "aac", 8000), coded(tones(48_000), "webm", "libopus", 48_000)


@pytest.mark.parametrize("case", MORE, ids=lambda case: case.name)
def test_it_holds_what_was_written(case: Case) -> None:
    made = decode(case.data, {}, case.name)
    rate, samples = opened(made.data)
    assert (rate, samples.shape) == (case.rate, case.samples.shape)
    np.testing.assert_allclose(samples, case.samples, rtol=0, atol=case.tolerance)
    assert b"Somebody" not in made.data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (wav(described(1, 16, channels=0), BODY), "input_damaged"),
        (wav(described(1, 16, channels=9), chunk(b"data", bytes(range(180)))), "input_unsupported"),
        (wav(described(1, 16, channels=65_535), BODY), "input_damaged"),
        (wav(described(1, 16, rate=0), BODY), "input_damaged"),
        (wav(described(1, 16, rate=0xFFFFFFFF), BODY), "input_damaged"),
        (wav(described(1, 16, rate=10_000_000), BODY), "input_unsupported"),
        (wav(described(1, 0), BODY), "input_damaged"),
        (wav(described(1, 65_528), BODY), "input_damaged"),
        (wav(described(0x55, 16), BODY), "input_damaged"),
        (wav(described(0x2001, 16), BODY), "input_unsupported"),
        (wav(BODY), "input_damaged"),
        (wav(described(1, 16)), "input_damaged"),
        (riff(b"\0\1" * 40, 1, 16, said=0x7FFFFFFE), "input_damaged"),
        (b"RF64" + pcm(STEREO, 16)[4:], "input_damaged"),
        (b"RIFX" + pcm(STEREO, 16)[4:], "input_unsupported"),
        (WEBM.replace(b"A_OPUS", b"A_AAC\0"), "input_damaged"),
        (WEBM.replace(b"A_OPUS", b"A_NONE"), "input_damaged"),
        (WEBM.replace(b"A_OPUS", b"V_VP9\0"), "input_unsupported"),
        (b"OggS" + WEBM[4:], "input_damaged"),
        (b"fLaC" + MP4[4:], "input_damaged"),
        (b"ID3\4\0\0\x7f\x7f\x7f\x7f" + pcm(STEREO, 16), "input_damaged"),
        (b"#!AMR\n" + bytes(range(200)), "input_damaged"),
    ],
)
def test_a_header_that_lies_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        decode(data, {}, "voice")
    assert caught.value.code == code, caught.value.message
    assert len(caught.value.message) > 30


def test_a_length_below_zero_cuts_nothing_away() -> None:
    """An M4A whose header of media says that it lasts -1."""
    at = MP4.index(b"mdhd")
    lying = MP4[: at + 20] + struct.pack(">i", -1) + MP4[at + 24 :]
    assert len(opened(decode(lying, {}, "voice").data)[1]) >= len(STEREO)
