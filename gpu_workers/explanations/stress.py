"""A stress test: how the answer stands up to a picture that is made worse, step by step."""

from collections.abc import Sequence

from gpu_workers.protocol.explanations import CHANGES, SEVERITIES, Stress, Stressed, Table, Withstood
from gpu_workers.runner.frames import Corruption, Variant
from gpu_workers.runner.postprocess import Reading


class Tried:
    """The case itself comes first, then each change at each severity."""

    def __init__(self, method: Stress) -> None:
        self._method = method
        self._changes = [name for name in CHANGES if name in method.changes or not method.changes]
        done = [Corruption(name, severity, method.seed) for name in self._changes for severity in SEVERITIES]
        self.variants: Sequence[Variant] = [Variant(), *(Variant(corruptions={method.input: each}) for each in done)]

    def result(self, readings: Sequence[Reading]) -> Table:
        first, *rest = readings
        read = iter(rest)
        rows = [
            Stressed(name, *CHANGES[name], tuple(_withstood(severity, next(read), first) for severity in SEVERITIES))
            for name in self._changes
        ]
        return Table(self._method.input, tuple(rows), first.score, first.top)


def _withstood(severity: int, reading: Reading, first: Reading) -> Withstood:
    return Withstood(severity, reading.score, reading.top, reading.top != first.top)
