"""What sets one group of rows apart from another: the features by how differently they are distributed.

All of it comes from a table of counts, nulls a category like others, and costs the same for any number of rows.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from .arrays import Counts, Floats
from .columns import Feature
from .discoveries import benjamini_hochberg
from .distances import kolmogorov_smirnov, wasserstein
from .divergences import jensen_shannon, kl_divergence, population_stability_index, rates
from .edges import middles
from .permutation import permutation_p_values
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
    groups together. p: by permutation (`permutation`); q: over the features looked at.
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

    a, b: numbers of groups of the table, each a union. permutations: draws that a feature has at least
    before it passes for undecided (`permutation_p_values`); 0 asks for no p and q (NaN). Counts may be sums of weights
    that are scaled to each group's `effective_rows`: for p the next whole numbers are taken. ValueError: a group
    is in both.
    """
    in_a, in_b = sorted(set(a)), sorted(set(b))
    if set(in_a) & set(in_b):
        raise ValueError("A group is on one side of a comparison only.")
    sides = [(table.of(feature.name)[in_a].sum(0), table.of(feature.name)[in_b].sum(0)) for feature in table.features]

    whole = [(np.rint(of_a).astype(np.int64), np.rint(of_b).astype(np.int64)) for of_a, of_b in sides]
    p_values = permutation_p_values(whole, permutations, seed) if permutations else [math.nan] * len(sides)
    q_values = benjamini_hochberg(p_values)
    found: list[Contrast] = []
    for alike in _alike(table.features):
        features = [table.features[place] for place in alike]
        of_a, of_b = (np.stack([sides[place][side] for place in alike]) for side in (0, 1))
        measures, shifts = _measured(features, of_a, of_b)
        for row, place in enumerate(alike):
            own: dict[Measure, float] = {name: float(values[row]) for name, values in measures.items()}
            apart = of_a[row] / max(of_a[row].sum(), 1) - of_b[row] / max(of_b[row].sum(), 1)
            found.append(
                Contrast(
                    features[row],
                    *sides[place],
                    own,
                    p_values[place],
                    float(q_values[place]),
                    float(shifts[row]),
                    int(np.argmax(apart)),
                    int(np.argmin(apart)),
                )
            )
    return sorted(found, key=lambda contrast: (-_or_least(contrast.measures[by]), contrast.feature.name))


def _or_least(value: float) -> float:
    return -math.inf if math.isnan(value) else value


def _alike(features: Sequence[Feature]) -> list[list[int]]:
    """Features whose counts can be stacked: of one kind and one number of codes."""
    found: dict[tuple[bool, int], list[int]] = {}
    for place, feature in enumerate(features):
        found.setdefault((feature.edges is None, feature.width), []).append(place)
    return list(found.values())


def _measured(features: Sequence[Feature], a: Counts, b: Counts) -> tuple[dict[Measure, Floats], Floats]:
    """The measures of features alike, each (m,), and their shifts (m,); a, b: (m, width)."""
    unknown = np.full(len(features), np.nan)
    measures: dict[Measure, Floats] = {
        "jensen_shannon": jensen_shannon(a, b),
        "kl": kl_divergence(a, b),
        "kl_corrected": kl_divergence(a, b, "corrected"),
        "kl_manifold": kl_divergence(a, b, "manifold"),
        "stability_index": population_stability_index(a, b),
        "wasserstein": unknown,
        "kolmogorov_smirnov": unknown,
    }
    places = [middles(feature.edges) for feature in features if feature.edges is not None]
    if not places:
        return measures, unknown
    x, known_a, known_b = np.stack(places), a[:, :-1], b[:, :-1]
    both = rates(known_a + known_b)
    mean = (both * x).sum(-1)
    deviation = np.sqrt((both * (x - mean[:, None]) ** 2).sum(-1))
    deviation = np.where(deviation > 0, deviation, np.nan)
    measures["kolmogorov_smirnov"] = kolmogorov_smirnov(known_a, known_b)
    measures["wasserstein"] = wasserstein(known_a, known_b, x) / deviation
    return measures, ((rates(known_a) - rates(known_b)) * x).sum(-1) / deviation
