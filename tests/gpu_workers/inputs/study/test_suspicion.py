"""Names in the pixels: found where they are, not where there are none, and gone once they are covered."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gpu_workers.inputs.study.cover import cover
from gpu_workers.inputs.study.decode import decode
from gpu_workers.inputs.study.stored import values_of
from gpu_workers.inputs.study.text import lines_of_text
from gpu_workers.protocol.study import Reader
from tests import studies

pytestmark = pytest.mark.filterwarnings("ignore")
NAMED = ("examples_jpeg2k", "examples_rgb_color", "examples_palette")


@pytest.mark.parametrize("name", NAMED)
def test_a_hospitals_name_in_the_pixels_is_found_and_covered(name: str) -> None:
    """None of the three says so in its header."""
    data, study, suspicion = decode(studies.corpus(name), "The file")
    assert "Something that looks like text stands in the pixels." in suspicion.reasons
    left, right = 0.0, 0.6
    assert any(left <= box.x <= right and box.y < 0.15 and box.w > 0.15 for box in suspicion.boxes)
    covered, _, again = cover(data, suspicion.boxes)
    assert not again
    values = values_of(Reader(covered), 0)
    box = suspicion.boxes[0]
    inside = values[round(box.y * study.rows) : round((box.y + box.h) * study.rows)]
    assert inside[:, round(box.x * study.columns) : round((box.x + box.w) * study.columns)].max() == 0


def test_pictures_without_text_are_not_suspected() -> None:
    for name in ("CT_small", "693_J2KI", "MR_small", "examples_overlay", "J2K_pixelrep_mismatch"):
        assert not decode(studies.corpus(name), "The file")[2], name


def test_the_header_alone_suffices() -> None:
    film = np.zeros((8, 8), np.int16)
    assert decode(studies.file(film, BurnedInAnnotation="YES"), "x")[2].reasons[0].startswith("Its header says")
    assert "an ultrasound" in decode(studies.file(film, Modality="US"), "x")[2].reasons[0]
    assert not decode(studies.file(film, Modality="US", BurnedInAnnotation="NO"), "x")[2]


@pytest.mark.parametrize(("paint", "ground"), [(255, 0), (0, 255), (200, 40)])
def test_printed_text_is_found_bright_and_dark(paint: int, ground: int) -> None:
    image = Image.new("L", (300, 200), ground)
    ImageDraw.Draw(image).text((20, 30), "AMES VERA 1961", fill=paint, font=ImageFont.load_default(16))
    found = lines_of_text(np.asarray(image))
    assert any(20 - 3 <= box.left <= 30 and 30 <= box.top <= 40 for box in found)


def test_scales_and_speckle_are_no_text() -> None:
    ruler = np.zeros((200, 200), np.uint8)
    ruler[50:60, 10:190:12] = 255
    assert lines_of_text(ruler) == []
    speckle = np.random.default_rng(7).rayleigh(40, (400, 400)).clip(0, 255).astype(np.uint8)
    assert lines_of_text(speckle) == []
