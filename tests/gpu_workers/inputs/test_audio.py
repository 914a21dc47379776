"""Recordings of every kind become the same samples; what is none, is cut off, empty or silent is told in a sentence."""

import asyncio
import struct
from typing import Any

import numpy as np
import pytest

from atrium import rendering
from atrium.errors import Problem
from gpu_workers.inputs.audio import decode, thumbnail
from gpu_workers.inputs.refusal import Refusal
from gpu_workers.inputs.sound import opened, render
from gpu_workers.protocol import wav
from gpu_workers.protocol.edits import Mask
from gpu_workers.protocol.rendering import MAX_MADE

from .conftest import Inputs
from .sounds import RECORDINGS, Floats, aiff, coded, expanded, floating, packed, pcm, riff, tones, whole
from .writers import read_ours

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
CODES = np.arange(256, dtype=np.uint8)
STEREO = tones(channels=2)


def samples_of(data: bytes, **options: float) -> tuple[int, Floats]:
    rate, samples = opened(decode(data, options, "voice").data)
    return rate, samples.astype(np.float64)


def refused(data: bytes, **options: float) -> Refusal:
    with pytest.raises(Refusal) as caught:
        decode(data, options, "voice")
    assert len(caught.value.message) > 30
    assert "voice" in caught.value.message
    return caught.value


EXACT: dict[str, tuple[bytes, Any]] = {
    "8 bits": (pcm(STEREO, 8), whole(STEREO, 8) / 2**7),
    "16 bits": (pcm(STEREO, 16), whole(STEREO, 16) / 2**15),
    "24 bits": (pcm(STEREO, 24), whole(STEREO, 24) / 2**23),
    "32 bits": (pcm(STEREO, 32), (whole(STEREO, 32) / 2**31).astype(np.float32)),
    "float32": (floating(STEREO.astype(np.float32) * 3), STEREO.astype(np.float32) * 3),
    "float64": (floating(STEREO), STEREO.astype(np.float32)),
    "A-law": (riff(CODES.tobytes(), 6, 8), expanded(CODES, "A")[:, None]),
    "µ-law": (riff(CODES.tobytes(), 7, 8), expanded(CODES, "mu")[:, None]),
    "AIFF, 16 bits": (aiff(STEREO, 16), whole(STEREO, 16) / 2**15),
    "AIFF, 24 bits": (aiff(STEREO, 24), whole(STEREO, 24) / 2**23),
    "FLAC, 24 bits": ((RECORDINGS / "tones.flac").read_bytes(), whole(STEREO, 24) / 2**23),
    "a length left open": (pcm(STEREO, 16, said=0xFFFFFFFF), whole(STEREO, 16) / 2**15),
    "an odd chunk before": (
        pcm(STEREO, 16)[:12] + b"junk" + struct.pack("<I", 3) + b"abc\0" + pcm(STEREO, 16)[12:],
        whole(STEREO, 16) / 2**15,
    ),
    "one sample a second more": (pcm(tones(), 16, 8001), whole(tones(), 16) / 2**15),
}


@pytest.mark.parametrize("kind", EXACT)
def test_samples_are_kept_exactly(kind: str) -> None:
    data, expected = EXACT[kind]
    rate, samples = samples_of(data)
    assert rate == (8001 if "more" in kind else 8000)
    assert samples.shape == expected.shape
    assert (samples == expected).all()


@pytest.mark.parametrize(
    ("data", "rate", "far"),
    [
        ((RECORDINGS / "tones.mp3").read_bytes(), 8000, 0.05),
        ((RECORDINGS / "tones.ogg").read_bytes(), 8000, 0.05),
        (coded(tones(44100, 0.5), "ipod", "aac", 44100), 44100, 0.05),
        (coded(tones(44100, 0.5), "adts", "aac", 44100), 44100, 0.05),
        (coded(tones(48000, 0.5), "webm", "libopus", 48000), 48000, 0.05),
        (coded(tones(48000, 0.5), "ogg", "libopus", 48000), 48000, 0.05),
    ],
    ids=["mp3", "ogg", "m4a", "aac", "webm", "opus"],
)
def test_packed_recordings_are_as_long_and_nearly_the_same(data: bytes, rate: int, far: float) -> None:
    found, samples = samples_of(data)
    expected = tones(rate, 0.2 if rate == 8000 else 0.5)
    assert found == rate
    assert abs(len(samples) - len(expected)) <= 2048
    offset = (
        1024 if len(samples) > len(expected) + 512 else 0
    )  # frames without a container do not say what an encoder added
    middle = slice(len(expected) // 4, len(expected) * 3 // 4)
    moved = samples[middle.start + offset : middle.stop + offset, 0]
    assert np.abs(moved - expected[middle, 0]).max() < far


def test_the_name_is_never_believed_and_the_same_file_gives_the_same_bytes() -> None:
    first = decode(pcm(STEREO, 16), {}, "case.png")
    assert first == decode(pcm(STEREO, 16), {}, "voice.mp3")
    assert first.facts == {"rate_hz": 8000, "channels": 2, "seconds": 0.2}
    assert first.content_type == "audio/wav"
    again = decode(first.data, {}, "")
    assert again == first, "our own bytes are a recording, too"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
@pytest.mark.parametrize(
    "data",
    [
        pcm(STEREO, 16),
        aiff(STEREO, 16),
        (RECORDINGS / "tones.flac").read_bytes(),
        coded(tones(44100, 3), "ipod", "aac", 44100),
        coded(tones(48000, 3), "webm", "libopus", 48000),
        coded(tones(48000, 3), "ogg", "libopus", 48000),
        coded(tones(44100, 3), "mp3", "libmp3lame", 44100),
        coded(tones(44100, 3), "caf", "pcm_s16le", 44100),
        coded(tones(44100, 3), "au", "pcm_s16be", 44100),
    ],
    ids=["wav", "aiff", "flac", "m4a", "webm", "opus", "mp3", "caf", "au"],
)
def test_a_cut_file_is_told(data: bytes, share: float) -> None:
    assert refused(data[: int(len(data) * share)]).code == "input_damaged"


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (b"", "input_damaged", "empty file"),
        (riff(b"", 1, 16), "input_damaged", "no samples"),
        (pcm(np.zeros((800, 1)), 16), "input_damaged", "silent"),
        (pcm(np.full((800, 2), 0.25), 16), "input_damaged", "silent"),
        (floating(np.array([[0.1], [np.nan]], np.float32)), "input_damaged", "NaN"),
        (b"RIFF" + bytes(60), "input_unsupported", "no recording"),
        (PNG, "input_unsupported", "picture"),
        (b"%PDF-1.7" + bytes(60), "input_unsupported", "PDF"),
        (b"PK\x03\x04" + bytes(60), "input_unsupported", "zip"),
        (b"MThd" + bytes(60), "input_unsupported", "MIDI"),
        (b"no sound at all, but text", "input_unsupported", "no recording"),
        (riff(bytes(800), 1, 16, rate=50), "input_unsupported", "samples a second"),
        (riff(bytes(8000), 0x22, 1), "input_unsupported", "coded as truespeech"),
        (pcm(STEREO, 16)[:30], "input_damaged", ""),
        (b"fLaC" + bytes(200), "input_damaged", ""),
    ],
)
def test_what_is_refused(data: bytes, code: str, told: str) -> None:
    refusal = refused(data)
    assert (refusal.code, told in refusal.message) == (code, True), refusal.message


def test_what_is_too_long_is_told_with_the_bound() -> None:
    second = pcm(tones(seconds=1.0), 16)
    assert samples_of(second, max_seconds=1.0)[1].shape == (8000, 1)
    told = refused(second, max_seconds=0.5)
    assert (told.code, "1.0 s long; 0.5 s" in told.message) == ("input_too_large", True), told.message
    packed_long = coded(np.tile(tones(48000, 10.0), (34, 1)), "webm", "libopus", 48000)
    assert len(packed_long) < 25_000_000
    told = refused(packed_long)
    assert (told.code, "mono" in told.message) == ("input_too_large", True), told.message
    assert MAX_MADE < 340 * 48000 * 4


def test_through_the_process(at_web: Inputs) -> None:
    made = rendering.decode_now(coded(tones(44100, 1.0), "ipod", "aac", 44100), "audio", {"max_seconds": 30}, "voice")
    assert made.facts == {"rate_hz": 44100, "channels": 1, "seconds": 1.0}
    masked = asyncio.run(rendering.render(made.data, "audio", [Mask(start_s=0.25, end_s=0.5)]))
    before, after = (opened(each.data)[1] for each in (made, masked))
    assert (after[11025:22050] == 0).all()
    assert (np.delete(after, slice(11025, 22050), 0) == np.delete(before, slice(11025, 22050), 0)).all()
    small = rendering.thumbnail_now(masked.data, "audio", 160)
    assert (small.kind, small.facts) == ("image", {"width": 160, "height": 80})
    with pytest.raises(Problem) as caught:
        rendering.decode_now(PNG, "audio", {}, "voice")
    assert caught.value.code == "input_unsupported"


def test_a_thumbnail_shows_where_it_is_loud() -> None:
    loud = np.concatenate([np.zeros((4000, 1)), tones(seconds=0.5)])
    pixels = read_ours(thumbnail(decode(pcm(loud, 16), {}).data, 100).data)
    assert pixels.shape == (50, 100)
    ink = (pixels < 128).sum(axis=0)
    assert ink[:49].max() <= 2
    assert ink[51:].min() > 10


def test_edits_of_another_kind_and_unknown_leads_are_refused() -> None:
    data = decode(pcm(STEREO, 16), {}).data
    with pytest.raises(Refusal, match="“3”"):
        render(data, [Mask(start_s=0, end_s=1, leads=("3",))])
    with pytest.raises(Refusal):
        render(b"RIFF" + data[4:-4], [])
    left = opened(render(data, [Mask(start_s=0, end_s=1, leads=("1",))]).data)[1]
    assert (left[:, 0] == 0).all()
    assert (left[:, 1] == opened(data)[1][:, 1]).all()


def test_the_header_is_what_it_says() -> None:
    data = wav.header(8000, 2, 3) + bytes(24)
    assert wav.parse(data)[:2] == (8000, 2)
    for bad in (data[:-1], data[:40], b"RIFX" + data[4:], packed(np.zeros(20, np.int64), 4)):
        with pytest.raises(wav.Foreign):
            wav.parse(bad)
