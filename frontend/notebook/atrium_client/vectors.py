"""Vectors: the output as a notebook declares it. What is answered is a NumPy array."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from .fields import Field


@dataclass(frozen=True, repr=False)
class Vector(Field, options_of="output"):
    """A vector, such as an embedding of a sentence or a picture; an answer is a float32 array. Outputs only.

    pooling: `none` where the model answers the vector; of the vectors of tokens or patches `mean` (of a text's without
    what fills up, by its mask) or `first`. l2: brought to length one. input: the text over whose tokens is averaged;
    "" is the first with a tokenizer. A live function returns a list or an array of numbers.
    """

    pooling: Literal["none", "mean", "first"] | None = None
    l2: bool | None = None
    input: str = ""
    tensor: str = ""
    title: str = ""
    help: str = ""
    step: str = ""
    kind: ClassVar[str] = "vector"


def numbers(name: str, value: Any) -> list[float]:
    """What a live function returned for it, as JSON. Raises ValueError."""
    array = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    if array.dtype.kind not in "fiu" or sum(side > 1 for side in array.shape) > 1 or not array.size:
        raise ValueError(f"“{name}” is a vector: return a list or an array of numbers")
    if not np.isfinite(array).all():
        raise ValueError(f"“{name}” is not finite")
    listed: list[float] = array.ravel().astype(np.float64).tolist()
    return listed


def said(values: np.ndarray) -> str:
    return f"vector of {values.size:,}, norm {np.linalg.norm(values.astype(np.float64)):.4g}"
