"""Explanations: one version asked about many variants of a case, a few at once, and what their answers come to."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from gpu_workers.explanations.asking import asking, superpixels_of
from gpu_workers.explanations.overlay import overlay
from gpu_workers.protocol.explained import Map, Overlay, Regions, Result
from gpu_workers.protocol.interface import LabelOutput, NumberOutput
from gpu_workers.protocol.messages import Explain, Value
from gpu_workers.runner import RunnerFailed
from gpu_workers.runner.postprocess import Reading, reading

from .cases import Varied
from .holdings import Holdings
from .pace import Pace

TOLD = 0.5
"""Seconds between two words of how far it is."""
Tell = Callable[[float, str], None]
"""How far it is: a share in 0..1, and in words."""


class Unexplained(Exception):
    """It cannot be explained. message: a sentence for people."""

    detail = ""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True)
class Found:
    """calls: how often the model was asked. seconds: of the device. png: laid over the picture, where there is one."""

    result: Result
    calls: int
    seconds: float
    png: bytes | None

    @property
    def overlay(self) -> Overlay | None:
        return None if self.png is None else Overlay(sha256(self.png).hexdigest(), len(self.png))


class Explanations:
    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings

    async def explain(self, work: Explain, base: dict[str, Value], deadline: float, tell: Tell) -> Found:
        """base: the inputs with their bytes. deadline in the loop's time.

        Raises FetchFailed, RunnerFailed, Unanswered, Unexplained, and OSError of the sandbox.
        """
        output = _followed(work)
        parting = superpixels_of(work.method)
        labels = None
        if parting is not None:
            labels = await self._holdings.part(work.model, base, work.method.input, parting)
        asked = await asyncio.to_thread(asking, work.method, work.model.interface, base, labels)
        readings: list[Reading] = []
        pace, seconds, told = Pace(), 0.0, -TOLD
        while len(readings) < len(asked.variants):
            part = asked.variants[len(readings) : len(readings) + pace.most]
            begun = time.perf_counter()
            try:
                varied = await self._holdings.vary(work.model, base, part, output.name, deadline)
            except RunnerFailed:
                if len(part) == 1:
                    raise
                pace.most = 1  # perhaps it was too much at once
                continue
            pace.took(time.perf_counter() - begun)
            seconds += varied.seconds
            readings += await asyncio.to_thread(_read, output, varied, work.target.label)
            if time.perf_counter() - told < TOLD:
                continue
            told = time.perf_counter()
            tell(len(readings) / len(asked.variants), f"{len(readings):,} of {len(asked.variants):,} answers")
        result = await asyncio.to_thread(asked.result, readings)
        png = await asyncio.to_thread(overlay, result) if isinstance(result, Map | Regions) else None
        return Found(result, len(readings), seconds, png)


def _followed(work: Explain) -> LabelOutput | NumberOutput:
    for field in work.model.interface.outputs:
        if field.name == work.target.output and isinstance(field, LabelOutput | NumberOutput):
            return field
    raise Unexplained("not_explainable", f"“{work.target.output}” gives no score that could be followed.")


def _read(output: LabelOutput | NumberOutput, varied: Varied, label: str) -> Sequence[Reading]:
    return [reading(output, raw[output.name], label) for raw in varied.raws]
