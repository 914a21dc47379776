"""Awkward honest pictures show what was written; damaged ones are refused or shown for what they hold, in time."""

import random
import socket
import struct
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpu_workers.inputs.decode import decode
from gpu_workers.inputs.refusal import MAX_MEMORY
from gpu_workers.protocol.rendering import Decode, Made, Refused, encode, reply
from tests.gpu_workers.inputs.cases import Case, cases
from tests.gpu_workers.inputs.conftest import Inputs
from tests.gpu_workers.inputs.writers import read_ours
from tests.hostile.memory import peak_of
from tests.hostile.pictures import pictures

MORE = pictures()
MUTATED = 1000
REFUSALS = {
    "input_damaged", "input_unsupported", "input_too_large", "input_not_an_image", "input_too_slow", "busy",
}  # fmt: skip
NAMES = [
    "thorax.png", "a b.PNG", "Überweisung “neu”.jpeg", "..", "../../etc/passwd", "C:\\x.png", "con.png", ".png",
    "x" * 300, "\u202egnp.exe", "a\0b.png", "a\nb.png", "名前.png", "👩\u200d⚕️.png", "%00%2e", "<b>x</b>.png",
    "'; DROP TABLE", "\ufeffx", "-rf",
]  # fmt: skip


def test_there_are_many_more() -> None:
    names = {case.name for case in [*MORE, *cases()]}
    assert len(MORE) >= 50
    assert len(names) == len(MORE) + len(cases())


@pytest.mark.parametrize("case", MORE, ids=lambda case: case.name)
def test_it_shows_what_was_written(case: Case) -> None:
    for mode in ("L", "RGB"):
        picture = decode(case.data, mode, case.name)
        expected = case.expected(mode)
        np.testing.assert_allclose(read_ours(picture.data), expected, rtol=0, atol=case.tolerance + 0.51)
        assert (picture.facts["height"], picture.facts["width"]) == expected.shape[:2]
        assert b"Somebody" not in picture.data


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_file_changes_what_it_shows(name: str) -> None:
    case = MORE[0]
    assert decode(case.data, "L", name) == decode(case.data, "L")


def damaged(chosen: random.Random, files: list[bytes]) -> bytes:
    data = bytearray(chosen.choice(files))
    for _ in range(chosen.choice((1, 1, 1, 2, 5, 20))):
        at = chosen.randrange(len(data))
        match chosen.randrange(5):
            case 0:
                data[at] ^= 1 << chosen.randrange(8)
            case 1:
                data[at : at + 4] = chosen.choice((b"\xff" * 4, bytes(4), chosen.randbytes(4)))
            case 2:
                del data[at : at + chosen.randrange(1, 40)]
            case 3:
                data[at:at] = chosen.randbytes(chosen.randrange(1, 40))
            case _:
                data[at // 8 % 64] = chosen.randrange(256)  # headers lie
        if not data:
            data = bytearray(b"\x89PNG")
    return bytes(data)


def mutated(count: int) -> Iterator[bytes]:
    chosen = random.Random(20_261_126)
    files = [case.data for case in [*cases(), *MORE] if len(case.data) < 50_000]
    return (damaged(chosen, files) for _ in range(count))


def plainly(data: bytes) -> np.ndarray | None:
    """What the library shows by itself, where the file is one of plain 8-bit pixels; None where nothing can be said."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(BytesIO(data))
            if image.mode not in ("L", "RGB") or image.info.keys() & {"transparency", "exif", "Raw profile type exif"}:
                return None
            image.load()
            return None if image.getexif() else np.asarray(image)
    except Exception:  # whatever its readers raise
        return None


def all_asked(files: list[bytes]) -> tuple[list[Made | Refused], int]:
    """The replies of an inputs process of its own, and the most memory that one of its children held."""
    folder = Path(tempfile.mkdtemp(prefix="inputs-"))  # short: a Unix socket's path has at most 107 bytes
    running = Inputs(folder / "own.sock", "--processes", "2")
    try:
        with ThreadPoolExecutor(2) as connections:
            halves = connections.map(partial(asked_in_turn, running.socket), (files[::2], files[1::2]))
            even, odd = halves
        held = max(peak_of(child.pid) for child in running.children())
    finally:
        assert running.stop() == 0
        folder.rmdir()
    replies: list[Made | Refused] = [reply for pair in zip_longest(even, odd) for reply in pair if reply is not None]
    return replies, held


def asked_in_turn(path: Path, files: list[bytes]) -> list[Made | Refused]:
    replies: list[Made | Refused] = []
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        with connection.makefile("rwb") as stream:
            for data in [*files, MORE[0].data]:
                body = encode(Decode(data, "image", {"mode": "RGB"}, "x"))
                stream.write(struct.pack(">I", len(body)) + body)
                stream.flush()
                replies.append(reply(stream.read(struct.unpack(">I", stream.read(4))[0])))
    assert isinstance(replies.pop(), Made), "it goes on after the last of them"
    return replies


@pytest.mark.long
def test_a_thousand_damaged_pictures_are_refused_or_shown_for_what_they_hold(request: pytest.FixtureRequest) -> None:
    files = list(mutated(MUTATED * (20 if request.config.getoption("--long") else 1)))
    replies, held = all_asked(files)
    seen: Counter[str] = Counter()
    for data, found in zip(files, replies, strict=True):
        if isinstance(found, Refused):
            assert found.code in REFUSALS, found
            assert len(found.message) > 30
            seen["refused"] += 1
            continue
        pixels = read_ours(found.data)
        assert pixels.shape == (found.facts["height"], found.facts["width"], 3)
        expected = plainly(data)
        if expected is not None:
            expected = expected if expected.ndim == 3 else np.repeat(expected[:, :, None], 3, axis=2)
            assert (pixels == expected).all()
            seen["the same"] += 1
        seen["shown"] += 1
    assert held < MAX_MEMORY + (64 << 20)
    assert seen["refused"] > len(files) // 10, seen
    assert seen["the same"] > len(files) // 50, seen
