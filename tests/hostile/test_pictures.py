"""Awkward honest pictures show what was written; damaged ones are refused or shown for what they hold, in time."""

import random
import warnings
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gpu_workers.inputs.decode import decode
from gpu_workers.inputs.refusal import MAX_MEMORY
from gpu_workers.protocol.rendering import Decode, Refused
from tests.gpu_workers.inputs.cases import Case, cases
from tests.gpu_workers.inputs.writers import read_ours
from tests.hostile.damage import all_asked, check_refusal, damaged
from tests.hostile.pictures import pictures

MORE = pictures()
MUTATED = 1000
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


@pytest.mark.long
def test_a_thousand_damaged_pictures_are_refused_or_shown_for_what_they_hold(request: pytest.FixtureRequest) -> None:
    files = list(mutated(MUTATED * (20 if request.config.getoption("--long") else 1)))
    asked = all_asked([Decode(data, "image", {"mode": "RGB"}, "x") for data in files], MORE[0].data)
    seen: Counter[str] = Counter()
    for data, found in zip(files, asked.replies, strict=True):
        if isinstance(found, Refused):
            check_refusal(found)
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
    assert asked.held < MAX_MEMORY + (64 << 20)
    assert seen["refused"] > len(files) // 10, seen
    assert seen["the same"] > len(files) // 50, seen
