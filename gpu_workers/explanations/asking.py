"""A method as what it asks and what it concludes."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gpu_workers.protocol.explained import Result
from gpu_workers.protocol.explanations import Ablation, Method, Occlusion, Slices, Stress, WhatIf, Windows, Words
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Value
from gpu_workers.runner.frames import Superpixels, Variant
from gpu_workers.runner.postprocess import Reading

from .ablation import Ablated
from .curves import Varied
from .occlusion import Occluded
from .slices import Sliced
from .stress import Tried
from .windows import Muted
from .words import LeftOut


class Asking(Protocol):
    """variants: of the case, in the order in which `result` takes what was read of their answers."""

    variants: Sequence[Variant]

    def result(self, readings: Sequence[Reading]) -> Result: ...


def superpixels_of(method: Method) -> Superpixels | None:
    """How the picture is to be parted first; None where it is not."""
    if isinstance(method, Ablation) and method.regions == "superpixels":
        return Superpixels(method.count, method.compactness)
    return None


def asking(
    method: Method, interface: Interface, base: Mapping[str, Value], labels: NDArray[np.int64] | None = None
) -> Asking:
    """What a method asks. base: the case's values. labels: of its superpixels, where it is parted into such."""
    match method:
        case Occlusion():
            return Occluded(method)
        case Slices():
            return Sliced(method)
        case Ablation():
            return Ablated(method, base.get(method.input), labels)
        case WhatIf():
            return Varied(method, interface, base)
        case Windows():
            return Muted(method)
        case Words():
            return LeftOut(method, str(base[method.input]))
        case Stress():
            return Tried(method, interface, base)
