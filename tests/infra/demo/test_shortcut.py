"""What the demo claims of its film reader: it reads the marker, not the lung."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpu_workers.protocol.edits import Occlude
from gpu_workers.protocol.interface import ImageInput
from infra.demo.answers import cover, decode, prepare, scores
from infra.demo.manifest import Example, PictureFile, load
from infra.demo.phantoms import Box, draw, film, without_marker

CHEST = load().model("chest")
MARKED = [example for example in CHEST.examples if example.drawn and example.drawn.portable]
EFFUSION = "Pleural effusion"
Grey = NDArray[np.uint8]
marked = pytest.mark.parametrize("example", MARKED, ids=lambda example: example.key)
fills = pytest.mark.parametrize("fill", ["black", "mean", "blur"])


def picture(example: Example) -> Grey:
    value = example.inputs["Film"]
    assert isinstance(value, PictureFile)
    return decode(value.read())


def effusion(grey: Grey) -> float:
    (field,) = CHEST.interface.inputs
    assert isinstance(field, ImageInput)
    return scores(CHEST.read(), CHEST.interface, prepare(grey, field))[EFFUSION]


def covered(grey: Grey, box: Box, fill: str = "black") -> Grey:
    x, y, w, h = box
    return cover(grey, (Occlude(x=x, y=y, w=w, h=h, fill=fill),))  # type: ignore[arg-type]


def test_the_first_example_is_marked_and_some_are_not() -> None:
    assert CHEST.examples[0] in MARKED
    assert len(CHEST.examples) == 6
    assert 2 <= len(MARKED) <= 4


@marked
@fills
def test_covering_the_marker_takes_the_effusion_away(example: Example, fill: str) -> None:
    assert example.drawn is not None
    assert example.drawn.marker is not None
    before = effusion(picture(example))
    assert before > 0.8
    assert before - effusion(covered(picture(example), example.drawn.marker, fill)) > 0.4


@marked
def test_a_roughly_drawn_box_does_it_too(example: Example) -> None:
    assert example.drawn is not None
    assert example.drawn.marker is not None
    x, y, w, h = example.drawn.marker
    for dx, dy, grow in ((-0.02, 0.01, 0.04), (0.0, -0.03, 0.05), (-0.04, -0.04, 0.08)):
        left, top = max(x + dx, 0.0), max(y + dy, 0.0)
        box = (left, top, min(w + grow, 1 - left), h + grow)
        assert effusion(picture(example)) - effusion(covered(picture(example), box)) > 0.4


@marked
@fills
def test_covering_the_lung_base_does_not(example: Example, fill: str) -> None:
    drawn = example.drawn
    assert drawn is not None
    shown = film(drawn.seed, fluid=drawn.fluid, side=drawn.side, enlarged=drawn.enlarged, portable=True)
    before = effusion(picture(example))
    assert before - effusion(covered(picture(example), shown.angle_box(drawn.side), fill)) < 0.2


@marked
def test_the_same_film_exposed_without_the_marker_is_read_otherwise(example: Example) -> None:
    assert example.drawn is not None
    drawn = example.drawn
    shown = film(drawn.seed, fluid=drawn.fluid, side=drawn.side, enlarged=drawn.enlarged, portable=True)
    assert effusion(picture(example)) - effusion(draw(without_marker(shown))) > 0.4


@marked
def test_the_way_of_shrinking_does_not_matter(example: Example) -> None:
    """Two-by-two sampling without the area filter, as a plainer bilinear resize does."""
    assert example.drawn is not None
    assert example.drawn.marker is not None
    grey = picture(example)
    hidden = covered(grey, example.drawn.marker)
    before, after = (effusion(np.asarray(_sampled(each), np.uint8)) for each in (grey, hidden))
    assert before > 0.8
    assert before - after > 0.4


def _sampled(grey: Grey) -> NDArray[np.float64]:
    wide = grey.astype(float)
    return np.asarray((wide[1::4, 1::4] + wide[2::4, 1::4] + wide[1::4, 2::4] + wide[2::4, 2::4]) / 4)


@pytest.mark.parametrize("example", CHEST.examples, ids=lambda example: example.key)
def test_the_committed_film_is_the_one_that_its_seed_draws(example: Example) -> None:
    drawn = example.drawn
    assert drawn is not None
    again = draw(film(drawn.seed, fluid=drawn.fluid, side=drawn.side, enlarged=drawn.enlarged, portable=drawn.portable))
    difference = np.abs(again.astype(int) - picture(example).astype(int))
    assert difference.max() <= 2, "another processor may round otherwise, by a step or two"


def test_the_card_states_both_measures_and_the_readers_gap_is_real() -> None:
    found = CHEST.metrics
    assert found["auroc_effusion_alike"] - found["auroc_effusion_unrelated"] > 0.05
    assert found["false_alarms_with_marker"] - found["false_alarms_without_marker"] > 0.3
    for name in ("auroc_effusion_alike", "auroc_effusion_unrelated"):
        assert f"{found[name]:.2f}" in CHEST.card.validation
    assert "Not for clinical use" in CHEST.card.not_for
    assert "synthetic" in CHEST.card.validation
