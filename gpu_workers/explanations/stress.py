"""A stress test: how the answer stands up to a picture or a study that is made worse, step by step."""

from collections.abc import Mapping, Sequence

from gpu_workers.protocol.asked import changes_of, is_of_study
from gpu_workers.protocol.edits import Edit, Rotate, Window
from gpu_workers.protocol.explained import Stressed, Table, Withstood
from gpu_workers.protocol.explanations import SEVERITIES, Stress
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.study import Reader, Study
from gpu_workers.runner.frames import Corruption, Variant
from gpu_workers.runner.postprocess import Reading

from .corruptions import DEGREES

NARROWER = (0.9, 0.75, 0.6, 0.45, 0.3)
"""Of the window's width; it is as many times wider the other way."""
MOVED = (0.05, 0.1, 0.2, 0.3, 0.4)
"""Shares of its width."""


class Tried:
    """The case itself comes first, then each change at each severity."""

    def __init__(self, method: Stress, interface: Interface, base: Mapping[str, Value]) -> None:
        self._method = method
        self._changes = changes_of(method, interface)
        pairs = [(name, severity) for name in self._changes for severity in SEVERITIES]
        if is_of_study(method, interface):
            value = base.get(method.input)
            study = Reader(value.data if isinstance(value, Blob) and value.data else b"").study
            done = [Variant(edits={method.input: (_edit(study, *pair),)}) for pair in pairs]
        else:
            done = [Variant(corruptions={method.input: Corruption(*pair, method.seed)}) for pair in pairs]
        self.variants: Sequence[Variant] = [Variant(), *done]

    def result(self, readings: Sequence[Reading]) -> Table:
        first, *rest = readings
        read = iter(rest)
        rows = [
            Stressed(name, *told, tuple(_withstood(severity, next(read), first) for severity in SEVERITIES))
            for name, told in self._changes.items()
        ]
        return Table(self._method.input, tuple(rows), first.score, first.top)


def _edit(study: Study, change: str, severity: int) -> Edit:
    """The study's first window, or the whole range of its values, changed; or a turn."""
    at = severity - 1
    if change in ("turn_left", "turn_right"):
        return Rotate(degrees=DEGREES[at] * (-1 if change == "turn_left" else 1))
    low, high = study.values or (0.0, 255.0)
    center, width = (low + high) / 2, max(high - low, 1.0)
    if study.windows:
        center, width = study.windows[0].center, study.windows[0].width
    match change:
        case "window_narrower":
            return Window(center=center, width=width * NARROWER[at])
        case "window_wider":
            return Window(center=center, width=width / NARROWER[at])
        case "window_lower":
            return Window(center=center - width * MOVED[at], width=width)
    return Window(center=center + width * MOVED[at], width=width)


def _withstood(severity: int, reading: Reading, first: Reading) -> Withstood:
    return Withstood(severity, reading.score, reading.top, reading.top != first.top)
