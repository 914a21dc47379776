"""Blur, noise and lines against what they are said to be, and noise against the browser's fixture."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from gpu_workers.inputs import noise
from gpu_workers.inputs.edits import apply
from gpu_workers.protocol.edits import Blur, Draw, Noise, Occlude

from .test_geometry import soft

NOISE = json.loads((Path(__file__).parents[3] / "frontend/tests/noise.json").read_text("utf-8"))


@pytest.mark.parametrize("case", NOISE, ids=lambda case: case["name"])
def test_noise_is_that_of_the_preview(case: dict[str, object]) -> None:
    values = np.array(case["values"], np.uint8)
    noise.add(values, float(case["sigma"]), int(case["seed"]))  # type: ignore[call-overload, arg-type]
    assert values.tolist() == case["expected"]


def test_noise_is_normal_and_hangs_on_its_seed() -> None:
    places = np.arange(200_000, dtype=np.uint32)
    made = noise.normal(places, 1)
    assert abs(made.mean()) < 0.01
    assert abs(made.std() - 1) < 0.01
    assert abs(np.corrcoef(made, noise.normal(places, 2))[0, 1]) < 0.01
    assert abs(np.corrcoef(made[1:], made[:-1])[0, 1]) < 0.01


def test_noise_on_a_large_picture_is_that_of_its_parts() -> None:
    flat = np.full((700, 500), 128, np.uint8)
    noise.add(flat, 0.1, 9)
    alone = np.floor(128 + 25.5 * noise.normal(np.arange(349_000, 349_100, dtype=np.uint32), 9) + 0.5)
    assert flat.reshape(-1)[349_000:349_100].tolist() == np.clip(alone, 0, 255).tolist()


def test_a_blur_is_the_gaussian_of_the_whole_picture() -> None:
    original = Image.fromarray(soft(120, 160))
    made = np.asarray(apply(original, [Blur(sigma=0.02)]), np.int16)
    wanted = np.asarray(original.filter(ImageFilter.GaussianBlur(2.4)), np.int16)
    assert np.abs(made - wanted)[8:-8, 8:-8].max() <= 2


def test_a_line_is_as_wide_as_it_says_and_round_at_its_ends() -> None:
    original = Image.new("L", (200, 100), 0)
    line = Draw(points=((0.25, 0.5), (0.75, 0.5)), width=0.1, value=1)
    made = np.asarray(apply(original, [line]))
    assert (made[:, 100] == 255).sum() == 10  # a tenth of the shorter side
    assert made[50, 45:155].min() == 255
    assert made[50, 44] == made[50, 156] == 0
    assert abs(int((made == 255).sum()) - (100 * 10 + np.pi * 25)) < 12
    dot = np.asarray(apply(original, [Draw(points=((0.5, 0.5),), width=0.2, value=0.5)]))
    assert abs(int((dot == 128).sum()) - np.pi * 100) < 12


def test_what_is_painted_counts_in_its_order() -> None:
    original = Image.fromarray(soft(60, 80, channels=3))
    cover = Occlude(w=1, h=1)
    grain = Noise(sigma=0.2, seed=4)
    covered, last = np.asarray(apply(original, [grain, cover])), np.asarray(apply(original, [cover, grain]))
    assert covered.max() == 0
    assert last.max() > 0
    assert np.asarray(apply(original, [Draw(points=((0.5, 0.5),), width=1, value=1), cover])).max() == 0
