"""Explanations of one answer: which variants of the case are asked, and what their scores come to.

Numbers only: pictures are changed where they are decoded, in the model's own sandbox (`gpu_workers.runner.varying`).
"""

from collections.abc import Sequence
from typing import Protocol

from gpu_workers.protocol.explanations import Method, Result
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Reading

from .occlusion import Occluded


class Asking(Protocol):
    """variants: of the case, in the order in which `result` takes what was read of their answers."""

    variants: Sequence[Variant]

    def result(self, readings: Sequence[Reading]) -> Result: ...


def asking(method: Method) -> Asking:
    """What a method asks."""
    return Occluded(method)
