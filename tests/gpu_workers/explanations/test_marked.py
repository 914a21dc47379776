"""Marks on an original as regions of what edits made of it, against marking the original's pixels and editing them."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpu_workers.explanations.marked import mask_seen, shape_of
from gpu_workers.inputs.edits import apply
from gpu_workers.inputs.painting import mask_of
from gpu_workers.protocol.edits import Crop, Flip, Mark, Rotate
from gpu_workers.protocol.messages import Origin

WIDTH, HEIGHT = 60, 40
ELLIPSE = Mark(kind="ellipse", points=((0.9, 0.8), (0.2, 0.1)))
POLYGON = Mark(kind="polygon", points=((0.1, 0.1), (0.7, 0.2), (0.3, 0.9)))


@pytest.mark.parametrize("mark", [ELLIPSE, POLYGON])
@pytest.mark.parametrize(
    "edits",
    [
        (),
        (Flip(axis="x"),),
        (Crop(x=0.25, y=0.1, w=0.5, h=0.6), Flip(axis="y")),
        (Rotate(degrees=180), Crop(x=0.1, y=0.1, w=0.5, h=0.5)),
    ],
)
def test_it_is_where_the_marked_pixels_went(mark: Mark, edits: tuple[Any, ...]) -> None:
    marked = mask_of(shape_of(mark), WIDTH, HEIGHT)
    went = np.asarray(apply(Image.fromarray(np.where(marked, 255, 0).astype(np.uint8)), edits)) > 127
    found = mask_seen(shape_of(mark), went.shape[1], went.shape[0], Origin(WIDTH, HEIGHT, edits))
    np.testing.assert_array_equal(found, went)


def test_a_box_lies_where_its_corners_are() -> None:
    """Of a picture of 10 × 10 pixels: columns 2 to 7, rows 1 to 4."""
    box = shape_of(Mark(kind="box", points=((0.8, 0.1), (0.2, 0.5))))
    expected = np.zeros((10, 10), bool)
    expected[1:5, 2:8] = True
    np.testing.assert_array_equal(mask_seen(box, 10, 10, None), expected)


def test_what_a_turn_brings_in_from_beyond_the_picture_is_in_no_region() -> None:
    everything = Mark(kind="box", points=((0, 0), (1, 1)))
    turn = Rotate(degrees=45)
    went = np.asarray(apply(Image.new("L", (WIDTH, HEIGHT), 255), (turn,))) > 127
    found = mask_seen(shape_of(everything), went.shape[1], went.shape[0], Origin(WIDTH, HEIGHT, (turn,)))
    np.testing.assert_array_equal(found, went)


def test_what_a_turn_by_a_few_degrees_moves_is_off_by_border_pixels_at_most() -> None:
    marked = mask_of(shape_of(POLYGON), WIDTH, HEIGHT)
    turn = Rotate(degrees=17)
    went = np.asarray(apply(Image.fromarray(np.where(marked, 255, 0).astype(np.uint8)), (turn,))) > 127
    found = mask_seen(shape_of(POLYGON), WIDTH, HEIGHT, Origin(WIDTH, HEIGHT, (turn,)))
    assert (found != went).sum() < 0.03 * went.sum()
