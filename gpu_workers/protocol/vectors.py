"""Vectors: what a model tells of a case as a place in a space of its own, as embeddings of sentences and pictures."""

from collections.abc import Sequence
from math import fsum, isfinite, sqrt
from struct import pack, unpack
from typing import Annotated, Literal

from msgspec import Meta, Struct

from .fields import Field

MAX_VECTOR = 16_384
"""Numbers of one."""


class VectorOutput(Field, frozen=True, kw_only=True, tag="vector"):
    """One vector per case, kept as float32.

    pooling: `none`, the tensor is the vector, (N, D); of the vectors of parts, tokens or patches, (N, T, D), `mean` is
    their mean and `first` the first. A mean of a text's tokens leaves out what only fills up, by the mask that the
    model is given; where it takes none, all count. input: the text whose mask that is; empty is the first that has a
    tokenizer.
    l2: divided by its Euclidean norm; a vector of zeros stays.
    """

    pooling: Literal["none", "mean", "first"] = "none"
    l2: bool = False
    input: Annotated[str, Meta(max_length=120)] = ""


class VectorAnswer(Struct, frozen=True, tag_field="kind", tag="vector"):
    """values: float32, each written with nine digits, which tell it exactly. norm: Euclidean, before l2."""

    values: tuple[float, ...]
    norm: float


def vector(values: Sequence[float], l2: bool) -> VectorAnswer:
    """Reckoned in float64 and rounded once. Raises OverflowError for what float32 does not hold, NaN included."""
    norm = sqrt(fsum(value * value for value in values))
    if not isfinite(norm):
        raise OverflowError("a value is not finite")
    by = norm if l2 and norm else 1.0
    rounded = unpack(f"<{len(values)}f", pack(f"<{len(values)}f", *(value / by for value in values)))
    return VectorAnswer(tuple(float(f"{value:.9g}") for value in rounded), norm)


def cosine(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Of the angle between two vectors, −1 to 1; None where they are of different lengths, or one is of zeros."""
    if len(one) != len(other):
        return None
    norms = sqrt(fsum(value * value for value in one)) * sqrt(fsum(value * value for value in other))
    return fsum(a * b for a, b in zip(one, other, strict=True)) / norms if norms else None
