"""How many different values a column has: exact up to a bound, beyond it by the smallest of their hashes."""

from typing import Any

import numpy as np
import numpy.typing as npt

EXACT = 100_000
_KEPT = 1 << 14  # hashes, of which the count is right to about 1 %
_ALL = 2.0**64

Hashes = npt.NDArray[np.uint64]


class Distinct:
    """Hashes that spread evenly over 64 bits: of n different ones the k-th smallest lies at about k/n of the range."""

    def __init__(self) -> None:
        self._hashes: Hashes = np.empty(0, np.uint64)
        self._bound: int | None = None
        self._given = 0

    @property
    def exact(self) -> bool:
        return self._bound is None

    def add(self, hashes: Hashes) -> None:
        self._given += len(hashes)
        if self._bound is not None:
            hashes = hashes[hashes < self._bound]
        if not len(hashes):
            return
        joined = np.sort(np.concatenate([self._hashes, hashes]))
        kept = joined[np.concatenate([[True], joined[1:] != joined[:-1]])]
        if len(kept) > (EXACT if self.exact else 2 * _KEPT):
            self._bound = int(kept[_KEPT])
            kept = kept[:_KEPT].copy()
        self._hashes = kept

    def count(self) -> int:
        held = len(self._hashes)
        return held if self._bound is None else min(round(held * (_ALL / self._bound)), self._given)


def hashed(values: Any) -> Hashes:
    """Of numbers of 64 bits; a bijection, so that no two values share one. Minus zero is zero."""
    if values.dtype == np.float64:
        values = values + 0.0
    bits = values.view(np.uint64).copy()
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # the finalizer of SplitMix64
        bits ^= bits >> np.uint64(shift)
        bits *= np.uint64(factor)
    bits ^= bits >> np.uint64(31)
    result: Hashes = bits
    return result


def hashed_text(values: list[str]) -> Hashes:
    """Of texts; two of them share one as rarely as chance has it."""
    from hashlib import blake2b

    joined = b"".join(blake2b(value.encode(), digest_size=8).digest() for value in values)
    return np.frombuffer(joined, np.uint64)
