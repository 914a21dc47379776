"""How the models do in each segment: the distribution of the score, metrics, and what one has over another."""

import numpy as np

from gpu_workers.analyses import paired_difference, quantiles_of_counts, weighted_means
from gpu_workers.analyses.arrays import Array, Counts
from gpu_workers.analyses.blocks import over_rows
from gpu_workers.analyses.performance import Performance
from gpu_workers.analyses.seams import group_sums, joint_counts
from gpu_workers.protocol.debugger import Distribution, Estimate, OfModel, Segment

from .held import Held
from .metrics import estimate, metrics
from .scores import Scored
from .segmented import Segmented
from .truth import Truth
from .weights import weights_of
from .wording import condition


def standing(
    held: Held,
    truth: Truth,
    scored: Scored | None,
    done: Performance | None,
    weighed: Performance | None,
    parts: Segmented,
    groups: Array,
) -> tuple[Segment, ...]:
    """groups: the segments' codes, of the rows that are looked at. scored, done: None where there is no score. weighed:
    the same as `done` with the rows' weights, or the same where all count alike."""
    rows = joint_counts([groups], [parts.count + 1])[0, : parts.count]
    weights = weights_of(held)
    weight = None if weights is None else group_sums([weights.values], groups, parts.count)[0]
    of_models: list[list[OfModel]] = [[] for _ in range(parts.count)]
    differences: list[dict[str, Estimate]] = [{} for _ in range(parts.count)]
    if scored is not None and done is not None and weighed is not None:
        for number, model in enumerate(scored.models):
            said = metrics(held, truth, model, groups, parts.count)
            for key in range(parts.count):
                of_models[key].append(OfModel(model, distribution(scored, done, weighed, number, key), said[key]))
        first = scored.coded.values[0]
        for model, values in zip(scored.models[1:], scored.coded.values[1:], strict=True):
            if weights is None:
                differing = paired_difference(values, first, groups, parts.count)
            else:
                apart = over_rows(np.subtract, values, first)
                differing = weighted_means(apart, weights.values, groups, parts.count)
            for key, difference in enumerate(differing):
                differences[key][model] = estimate(difference)
    return tuple(
        Segment(
            key,
            parts.names[key],
            parts.sentences[key],
            None if (where := parts.where[key]) is None else condition(where),
            int(rows[key]),
            tuple(of_models[key]),
            differences[key],
            None if weight is None else float(weight[key]),
        )
        for key in range(parts.count)
    )


def distribution(scored: Scored, done: Performance, weighed: Performance, model: int, group: int) -> Distribution:
    fine: Counts = done.counts[model, group]
    shown = np.bincount(scored.place, fine[:-1], len(scored.edges)).astype(np.int64)
    heavy = weighed.counts[model, group]
    quartiles = quartiles_of(scored, heavy)
    weights = np.bincount(scored.place, heavy[:-1], len(scored.edges)) if weighed is not done else np.empty(0)
    return Distribution(
        tuple(shown[:-1].tolist()),
        int(shown[-1]),
        int(fine[-1]),
        (quartiles[0], quartiles[1], quartiles[2]),
        estimate(weighed.mean(model, group)).value,
        tuple(weights.tolist()),
    )


def quartiles_of(scored: Scored, fine: Counts) -> list[float | None]:
    """fine: counts (bins + 1,), the nulls last. None where no row has the score."""
    found = quantiles_of_counts(fine[:-1], scored.coded.edges, (0.25, 0.5, 0.75))
    if scored.score == "zero_one":
        found = np.round(found)
    inside = np.clip(found, scored.least, scored.greatest)
    return [float(value) if np.isfinite(value) else None for value in inside]
