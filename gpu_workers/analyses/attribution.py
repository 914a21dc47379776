"""What sets one group of rows apart from another: the features by how differently they are distributed.

All of it comes from a table of counts, nulls a category like others, and costs the same for any number of rows.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from .arrays import Counts
from .blocks import spread
from .columns import Feature
from .discoveries import benjamini_hochberg
from .distances import kolmogorov_smirnov, wasserstein
from .divergences import jensen_shannon, kl_divergence, population_stability_index
from .edges import middles
from .permutation import permutation_p_value
from .table import CountTable

Measure = Literal[
    "jensen_shannon", "kl", "kl_corrected", "kl_manifold", "stability_index", "wasserstein", "kolmogorov_smirnov"
]
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, eq=False)
class Contrast:
    """One feature in two groups.

    a, b: (width,) rows with each code, the nulls last. measures: see `divergences` and `distances`; those that need
    an order leave nulls out, are NaN for categories, and the Wasserstein distance is in standard deviations of both
    groups together. p: by permutation of the Jensen–Shannon divergence; q: over the features looked at.
    shift: mean of A less that of B in standard deviations of both together, from the bins' middles; NaN for
    categories. more, fewer: the codes of which A has most more, and most fewer, in share of its rows than B.
    """

    feature: Feature
    a: Counts
    b: Counts
    measures: dict[Measure, float]
    p: float
    q: float
    shift: float
    more: int
    fewer: int


def attribution(
    table: CountTable,
    a: Iterable[int],
    b: Iterable[int],
    by: Measure = "jensen_shannon",
    permutations: int = 1000,
    seed: int = 0,
) -> list[Contrast]:
    """The features of a table, those furthest apart between groups A and B first; NaN last, equals by name.

    a, b: numbers of groups of the table, each a union. permutations: 0 asks for no p and q (NaN). Each feature draws
    from a generator of its own, so that its p does not depend on the other features. ValueError: a group is in both.
    """
    in_a, in_b = sorted(set(a)), sorted(set(b))
    if set(in_a) & set(in_b):
        raise ValueError("A group is on one side of a comparison only.")
    pairs = [
        (number, table.of(feature.name)[in_a].sum(0), table.of(feature.name)[in_b].sum(0))
        for number, feature in enumerate(table.features)
    ]

    def p_value(pair: tuple[int, Counts, Counts]) -> float:
        number, of_a, of_b = pair
        return permutation_p_value(of_a, of_b, permutations=permutations, seed=[seed, number])

    p_values = spread(p_value, pairs) if permutations else [math.nan] * len(pairs)
    q_values = benjamini_hochberg(p_values)
    found = [
        _contrast(table.features[number], of_a, of_b, p_values[number], float(q_values[number]))
        for number, of_a, of_b in pairs
    ]
    return sorted(found, key=lambda contrast: (-_or_least(contrast.measures[by]), contrast.feature.name))


def _or_least(value: float) -> float:
    return -math.inf if math.isnan(value) else value


def _contrast(feature: Feature, a: Counts, b: Counts, p: float, q: float) -> Contrast:
    measures: dict[Measure, float] = {
        "jensen_shannon": float(jensen_shannon(a, b)),
        "kl": float(kl_divergence(a, b)),
        "kl_corrected": float(kl_divergence(a, b, "corrected")),
        "kl_manifold": float(kl_divergence(a, b, "manifold")),
        "stability_index": float(population_stability_index(a, b)),
        "wasserstein": math.nan,
        "kolmogorov_smirnov": math.nan,
    }
    shift = math.nan
    known_a, known_b = a[:-1], b[:-1]
    if feature.edges is not None and known_a.sum() and known_b.sum():
        places = middles(feature.edges)
        both = known_a + known_b
        mean = (both * places).sum() / both.sum()
        deviation = math.sqrt((both * (places - mean) ** 2).sum() / both.sum())
        measures["kolmogorov_smirnov"] = float(kolmogorov_smirnov(known_a, known_b))
        if deviation > 0:
            measures["wasserstein"] = float(wasserstein(known_a, known_b, places)) / deviation
            shift = float((known_a * places).sum() / known_a.sum() - (known_b * places).sum() / known_b.sum())
            shift /= deviation
    apart = a / max(a.sum(), 1) - b / max(b.sum(), 1)
    return Contrast(feature, a, b, measures, p, q, shift, int(np.argmax(apart)), int(np.argmin(apart)))
