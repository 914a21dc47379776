"""How far two distributions over the same categories or bins are apart, whatever the order of the bins.

p and q: counts or rates (…, b) on the host, each scaled to sum 1 over its last axis; results (…,), NaN where a
distribution is empty. In nats; `base=2` gives bits. 0 ln 0 is 0. Nulls are a bin like others.
"""

import math
from typing import Any, Literal

import numpy as np

from .arrays import Floats

Mode = Literal["plain", "corrected", "manifold"]
HALF = 0.5
FLOOR = 1e-4


def kl_divergence(p: Any, q: Any, mode: Mode = "plain", base: float = math.e) -> Floats:
    """The Kullback–Leibler divergence Σ p ln(p / q) of p from q, 0 to infinity; of p and q in this order.

    plain: as it stands (scipy.stats.entropy, Manifold's `computeDivergence`); infinite where q lacks what p has.
    corrected: from counts only. Half a row is added to each bin, and what two samples of one distribution of these
    sizes would be apart by chance, (b⁺ − 1) / 2n_p + Σ p (1 − q) / 2n_q q, is taken off (the second-order bias;
    Miller 1955 for the entropy); may fall below 0. b⁺: the bins that are not empty in both.
    manifold: as Manifold ranks features: both distributions are first stretched together from their common least
    and greatest rate to 0..1 and scaled to sum 1 again. It has no meaning as a divergence (the rarest bin of the
    two weighs nothing), and is there to compare with.
    """
    p, q = np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64)
    if mode == "corrected":
        return _corrected(p, q) / math.log(base)
    p, q = rates(p), rates(q)
    if mode == "manifold":
        p, q = _stretched(p, q)
    return _relative_entropy(p, q) / math.log(base)


def jensen_shannon(p: Any, q: Any, base: float = math.e) -> Floats:
    """The Jensen–Shannon divergence, the mean of the divergences of p and of q from their mean: 0 to ln 2.

    Symmetric and always finite (Lin 1991). scipy's `jensenshannon` is its square root.
    """
    p, q = rates(p), rates(q)
    middle = (p + q) / 2
    # It cannot be below 0; rounding can bring it there.
    return np.maximum((_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2, 0.0) / math.log(base)


def population_stability_index(p: Any, q: Any) -> Floats:
    """Σ (p − q) ln(p / q), 0 to infinity; the usual reading: below 0.1 stable, above 0.25 shifted (Siddiqi 2006).

    Rates below 0.0001 count as that, as is the custom, so that an empty bin does not make it infinite.
    """
    p, q = np.maximum(rates(p), FLOOR), np.maximum(rates(q), FLOOR)
    index: Floats = ((p - q) * np.log(p / q)).sum(-1)
    return index


def rates(counts: Any) -> Floats:
    """counts (…, b) as shares of their sum over the last axis; NaN where that is 0. ValueError: a negative count."""
    counts = np.asarray(counts, dtype=np.float64)
    if (counts < 0).any():
        raise ValueError("A count or a rate is not below 0.")
    with np.errstate(invalid="ignore"):
        shares: Floats = counts / counts.sum(-1, keepdims=True)
    return shares


def _relative_entropy(p: Floats, q: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        sum_of_terms: Floats = np.where(p == 0, 0.0, p * np.log(p / q)).sum(-1)
    return np.where(np.isnan(q).any(-1), np.nan, sum_of_terms)


def _corrected(p: Floats, q: Floats) -> Floats:
    rows_p, rows_q = p.sum(-1), q.sum(-1)
    filled = (p > 0) | (q > 0)
    p, q = np.where(filled, p + HALF, 0.0), np.where(filled, q + HALF, 0.0)
    p, q = rates(p), rates(q)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_p = (filled.sum(-1) - 1) / (2 * rows_p)
        by_q = np.where(filled, p * (1 - q) / q, 0.0).sum(-1) / (2 * rows_q)
        corrected = _relative_entropy(p, q) - by_p - by_q
    return np.where((rows_p == 0) | (rows_q == 0), np.nan, corrected)


def _stretched(p: Floats, q: Floats) -> tuple[Floats, Floats]:
    least = np.minimum(p.min(-1, keepdims=True), q.min(-1, keepdims=True)) - 1e-9
    greatest = np.maximum(p.max(-1, keepdims=True), q.max(-1, keepdims=True))
    return rates((p - least) / (greatest - least)), rates((q - least) / (greatest - least))
