"""Every kind of edit and of mark that the protocol knows has words of its own; of edits the bench says the same."""

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from apps.endpoints.words import edit_words, mark_words, origin_words
from gpu_workers.protocol.edits import Edit, Mark

SAMPLES = json.loads((Path(__file__).parents[3] / "frontend/tests/edit_words.json").read_text("utf-8"))
KINDS = {kind.__struct_config__.tag for kind in get_args(Edit)}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["told"])
def test_an_edit_is_told(sample: dict[str, Any]) -> None:
    assert edit_words(sample["edit"])[1] == sample["told"]


def test_a_row_is_called_by_its_id_where_its_table_has_any() -> None:
    row = {"version": "v", "dataset": "Chest films", "number": 1, "row": 1050}
    assert origin_words(row | {"id": "CXR-21411"}) == "CXR-21411 (row 1,051 of Chest films v1)"
    assert origin_words(row) == "Row 1,051 of Chest films v1"


def test_every_kind_of_edit_is_told() -> None:
    assert {sample["edit"]["kind"] for sample in SAMPLES} == KINDS


def test_a_kind_without_words_is_a_bug_and_not_a_tone() -> None:
    with pytest.raises(ValueError, match="warp"):
        edit_words({"kind": "warp"})


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        (Mark("point", ((0.5, 0.5),)), "Point at 50, 40"),
        (Mark("line", ((0, 0), (0.3, 0.5))), "Line, 50 px"),
        (Mark("box", ((0, 0), (0.5, 0.5))), "Box, 50 × 40 px"),
        (Mark("ellipse", ((0, 0), (0.5, 0.5))), "Ellipse, 50 × 40 px"),
        (Mark("polygon", ((0, 0), (0.5, 0), (0, 0.5))), "Polygon, 50 × 40 px"),
        (Mark("point", ((0.5, 0.2),), start_s=1.5, end_s=1.5), "Point at 1.50 s"),
        (Mark("box", ((0.25, 0), (0.5, 1)), start_s=1, end_s=2.25), "Box from 1.00 to 2.25 s"),
    ],
)
def test_a_mark_is_told_with_its_size(mark: Any, told: str) -> None:
    assert mark_words(msgspec.to_builtins(mark), 100, 80) == told
