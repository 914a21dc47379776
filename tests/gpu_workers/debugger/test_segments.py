"""Segmentations that make no sense are refused in words."""

import pytest

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.failure import BadQuestion
from gpu_workers.debugger.held import Held
from gpu_workers.protocol.debugger import ByColumn, ByPerformance, ByQuantiles, ByTree, Segmentation, View


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (ByPerformance(seed=-1), "seed"),
        (ByPerformance(seed=2**63), "seed"),
        (ByPerformance(count=0), "1 to 64 segments"),
        (ByPerformance(count=65), "1 to 64 segments"),
        (ByPerformance(models=("A", "A")), "twice"),
        (ByQuantiles("x", 1), "2 to 64 parts"),
        (ByColumn("site", -1), "segments of values"),
        (ByTree("A", depth=0), "depth"),
    ],
    ids=repr,
)
def test_it_is_refused(held: Held, by: Segmentation, said: str) -> None:
    with pytest.raises(BadQuestion, match=said):
        answer(held, View(segments=by))
