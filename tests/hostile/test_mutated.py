"""Damaged recordings, series and studies are refused in words, or become whole ones of our own, by the real process.

It lives on, opens nothing that it does not close, and leaves nothing behind. Pictures are tried in `test_pictures`.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from zipfile import ZIP_STORED

import numpy as np
import pytest

from gpu_workers.inputs import series, sound
from gpu_workers.inputs.refusal import MAX_MEMORY
from gpu_workers.inputs.series import made
from gpu_workers.protocol.rendering import Decode, Made, Refused, Thumbnail, patient
from gpu_workers.protocol.study import Reader
from gpu_workers.series import Series
from tests import studies
from tests.gpu_workers.inputs.sounds import RECORDINGS, aiff, coded, pcm, tones
from tests.gpu_workers.inputs.test_wfdb import HEADER, READ, SAMPLES
from tests.gpu_workers.inputs.writers import read_ours
from tests.hostile.damage import Asked, all_asked, check_refusal, damaged
from tests.hostile.pictures import pictures

FEW, MANY = 24, 3000
"""Of each kind, and with --long."""
PATIENT = ("--deadline", "30")
"""Where what is asked is not how long it takes."""
TABLE = b"time,II (mV),V1 (mV)\n" + b"".join(b"%.3f,%d,%d\n" % (at / 500, at % 7, at % 5) for at in range(60))
JSON = b'{"values": [[0.0, 0.5, 1.0], [2, 3, 4]], "rate_hz": 500, "unit": "mV", "leads": ["II", "V1"]}'
PACKED = (
    ("flac", "flac"), ("ogg", "libopus"), ("mp4", "aac"), ("mp3", "libmp3lame"), ("matroska", "libopus"),
    ("adts", "aac"), ("caf", "pcm_s16le"), ("au", "pcm_s16be"), ("wav", "adpcm_ms"),
)  # fmt: skip


def stored(**files: bytes) -> bytes:
    """A zip whose files are not packed, so that faults reach them."""
    return studies.zipped(files.values(), [name.replace("_", ".") for name in files], ZIP_STORED)


def recordings() -> list[bytes]:
    packed = [coded(tones(48_000), container, codec, 48_000) for container, codec in PACKED]
    return [pcm(tones(), 16), pcm(tones(channels=2), 24), aiff(tones(), 16), *packed,
            (RECORDINGS / "tones.mp3").read_bytes()]  # fmt: skip


def all_series() -> list[bytes]:
    ours = made(Series(500, "mV", ("II", "V1"), np.ones((2, 30), np.float32))).data
    records = [stored(r_hea=each["hea"].replace(f"r{each['format']}", "r").encode(), r_dat=bytes.fromhex(each["dat"]))
               for each in READ]  # fmt: skip
    whole = stored(h_hea=HEADER.encode(), h_dat=SAMPLES)
    return [TABLE, TABLE.replace(b",", b";"), JSON, ours, whole, *records, studies.corpus("waveform_ecg")]


def all_studies() -> list[bytes]:
    names = ("", "_implicit", "_bigendian", "_RLE", "_jp2klossless", "_jpeg_ls_lossless")
    slices = studies.series(studies.phantom(3, 16))
    several = stored(**{f"IM{number}": data for number, data in enumerate(slices)})
    frames = np.arange(3 * 8 * 9 * 3, dtype=np.uint8).reshape(3, 8, 9, 3)
    return [several, slices[0], studies.file(frames), *(studies.corpus(f"MR_small{name}") for name in names)]


def mutated(count: int) -> Iterator[Decode]:
    chosen = random.Random(20_261_126)
    for kind, files in (("audio", recordings()), ("series", all_series()), ("study", all_studies())):
        for _ in range(count):
            yield Decode(damaged(chosen, files), kind, {}, "x")
        yield from (Decode(data, kind, {}, "whole") for data in files)


def outcomes(asked: Asked, requests: list[Decode]) -> Counter[tuple[str, str]]:
    """How many were refused or made, by kind; each looked at."""
    seen: Counter[tuple[str, str]] = Counter()
    for request, found in zip(requests, asked.replies, strict=True):
        if isinstance(found, Refused):
            check_refusal(found)
            assert request.name != "whole", found
            seen[request.kind, found.code] += 1
        else:
            check_made(request.kind, found)
            seen[request.kind, "made"] += 1
    return seen


def check_made(kind: str, found: Made) -> None:
    """It is what our own readers take, and what it says of itself is so."""
    assert found.kind == kind
    json.dumps(found.facts, allow_nan=False)
    if kind == "study":
        reader = Reader(found.data)
        assert sum(1 for _ in reader.frames()) == found.facts["frames"]
        return
    if kind == "series":
        read = series.opened(found.data)
        assert read.facts == found.facts
        values = read.values
        assert np.isfinite(values).all()
    else:
        rate_hz, values = sound.opened(found.data)
        assert (rate_hz, values.shape[1]) == (found.facts["rate_hz"], found.facts["channels"])
    assert values.size


@pytest.mark.long
def test_they_are_refused_or_become_whole_ones_and_nothing_is_left(request: pytest.FixtureRequest) -> None:
    is_long = request.config.getoption("--long")
    requests = list(mutated(MANY if is_long else FEW))
    whole = pictures()[0].data
    asked = all_asked([patient(each) for each in requests], whole, *PATIENT)
    seen = outcomes(asked, requests)
    at_limits = sum(found for (_, code), found in seen.items() if code in ("input_too_large", "input_too_slow"))
    assert asked.replaced <= (at_limits if is_long else 0), seen
    assert (asked.leaked, asked.left) == (0, set())
    assert asked.held < MAX_MEMORY + (64 << 20)
    for kind in ("audio", "series", "study"):
        assert seen[kind, "made"] > FEW // 10, seen
        assert seen[kind, "input_damaged"] > FEW // 10, seen
    if is_long:
        shown = [patient(Thumbnail(found.data, found.kind)) for found in asked.replies if isinstance(found, Made)]
        for small in all_asked(shown, whole, *PATIENT).replies:
            assert isinstance(small, Made), small
            assert read_ours(small.data).size
