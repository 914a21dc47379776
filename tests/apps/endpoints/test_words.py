"""Every kind of edit and of mark that the protocol knows has words of its own."""

from typing import Any, get_args

import msgspec
import pytest

from apps.endpoints.words import edit_words, mark_words
from gpu_workers.protocol.edits import Adjust, Crop, Edit, Flip, Mark, Occlude, Rotate

SAMPLES: dict[str, tuple[Edit, str]] = {
    "crop": (Crop(x=0, y=0, w=0.5, h=0.25), "Crop to 50 × 25 %"),
    "occlude": (Occlude(w=0.5, h=0.5, fill="mean"), "Cover, average, 50 × 40 px"),
    "rotate": (Rotate(degrees=-90), "Rotate −90°"),
    "flip": (Flip(axis="y"), "Flip top and bottom"),
    "adjust": (Adjust(brightness=0.25, gamma=2), "Brightness +25 %, gamma 2.00"),
}
KINDS = [kind.__struct_config__.tag for kind in get_args(Edit)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_is_told(kind: str) -> None:
    edit, told = SAMPLES[kind]
    assert edit_words(msgspec.to_builtins(edit), 100, 80)[1] == told


def test_a_kind_without_words_is_a_bug_and_not_a_tone() -> None:
    with pytest.raises(ValueError, match="warp"):
        edit_words({"kind": "warp"}, 100, 80)


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        (Mark("point", ((0.5, 0.5),)), "Point at 50, 40"),
        (Mark("line", ((0, 0), (0.3, 0.5))), "Line, 50 px"),
        (Mark("box", ((0, 0), (0.5, 0.5))), "Box, 50 × 40 px"),
        (Mark("ellipse", ((0, 0), (0.5, 0.5))), "Ellipse, 50 × 40 px"),
        (Mark("polygon", ((0, 0), (0.5, 0), (0, 0.5))), "Polygon, 50 × 40 px"),
    ],
)
def test_a_mark_is_told_with_its_size(mark: Any, told: str) -> None:
    assert mark_words(msgspec.to_builtins(mark), 100, 80) == told
