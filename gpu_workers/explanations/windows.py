"""Windows of time: each silences a signal in turn, in one lead or in all, and the score is watched.

A moment's value is the drop of the score, averaged over the windows that cover it.
"""

from collections.abc import Sequence

import numpy as np

from gpu_workers.protocol.asked import starts
from gpu_workers.protocol.edits import Mask
from gpu_workers.protocol.explained import Row, Silenced, Timeline
from gpu_workers.protocol.explanations import Windows
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Reading

from .cells import cells


class Muted:
    """The case itself comes first, then the windows of the first lead, of the second, and so on."""

    def __init__(self, method: Windows) -> None:
        self._method = method
        self._starts = starts(method.window, method.stride)
        self._leads = method.leads if method.by_lead else ("",)
        self._masks = [(lead, self._mask(lead, start)) for lead in self._leads for start in self._starts]
        self.variants: Sequence[Variant] = [
            Variant(),
            *(Variant(edits={method.input: (mask,)}) for _, mask in self._masks),
        ]

    def _mask(self, lead: str, start: float) -> Mask:
        seconds = self._method.seconds
        leads = (lead,) if lead else self._method.leads or None
        return Mask(start_s=start * seconds, end_s=(start + self._method.window) * seconds, leads=leads)

    def result(self, readings: Sequence[Reading]) -> Timeline:
        score = readings[0].score
        scores = np.array([reading.score for reading in readings[1:]])
        borders, covered = cells(self._starts, self._method.window)
        drops = (score - scores).reshape(len(self._leads), len(self._starts))
        values = drops @ covered / covered.sum(0)
        most = int(np.argmax(np.abs(score - scores)))
        lead, at = self._masks[most]
        return Timeline(
            input=self._method.input,
            times=tuple(border * self._method.seconds for border in borders),
            rows=tuple(Row(name, tuple(row)) for name, row in zip(self._leads, values.tolist(), strict=True)),
            score=score,
            strongest=Silenced(lead, at.start_s, at.end_s, float(scores[most])),
        )
