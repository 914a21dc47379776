"""What one trial run showed: outputs as they came, and words for tensors."""

from collections.abc import Mapping

import numpy as np

from gpu_workers.runner import Raw, TensorInfo
from gpu_workers.wording import readable

from .findings import Tensor

_AXES = 8  # that people are shown


def seen(name: str, value: Raw) -> Tensor:
    """A tensor as it came or went; a list of maps names the type of its keys."""
    if isinstance(value, np.ndarray):
        dtype = "string" if value.dtype.kind in "OUS" else value.dtype.name
        return Tensor(name, dtype, "tensor", tuple(value.shape))
    first = value[0] if value else None
    if isinstance(first, dict):
        key = next(iter(first), "")
        return Tensor(
            name, "float32", f"seq(map({'int64' if isinstance(key, int) else 'string'},float32))", (len(value),)
        )
    return Tensor(name, "", "seq(tensor)", (len(value),))


def words(info: TensorInfo | Tensor) -> str:
    """As people write it: float32 [n, 3, 224, 224]."""
    sides = info.shape or ()
    shape = ", ".join("?" if side is None else readable(str(side), 50) for side in sides[:_AXES])
    return f"{info.dtype} [{shape}{', …' if len(sides) > _AXES else ''}]"


def all_seen(values: Mapping[str, Raw]) -> list[Tensor]:
    return [seen(name, value) for name, value in values.items()]
