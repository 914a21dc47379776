"""How the models do in each segment: the distribution of the score, metrics, and what one has over another."""

import numpy as np

from gpu_workers.analyses import paired_difference, quantiles_of_counts
from gpu_workers.analyses.arrays import Array, Counts
from gpu_workers.analyses.performance import Performance
from gpu_workers.analyses.seams import joint_counts
from gpu_workers.protocol.debugger import Distribution, Estimate, OfModel, Segment

from .held import Held
from .metrics import estimate, metrics
from .scores import Scored
from .segments import Segmented
from .truth import Truth
from .wording import condition


def standing(
    held: Held, truth: Truth, scored: Scored | None, done: Performance | None, parts: Segmented, groups: Array
) -> tuple[Segment, ...]:
    """groups: the segments' codes, of the rows that are looked at. scored, done: None where there is no score."""
    rows = joint_counts([groups], [parts.count + 1])[0, : parts.count]
    of_models: list[list[OfModel]] = [[] for _ in range(parts.count)]
    differences: list[dict[str, Estimate]] = [{} for _ in range(parts.count)]
    if scored is not None and done is not None:
        for number, model in enumerate(scored.models):
            said = metrics(held, truth, model, groups, parts.count)
            for key in range(parts.count):
                of_models[key].append(OfModel(model, distribution(scored, done, number, key), said[key]))
        first = scored.coded.values[0]
        for model, values in zip(scored.models[1:], scored.coded.values[1:], strict=True):
            for key, apart in enumerate(paired_difference(values, first, groups, parts.count)):
                differences[key][model] = estimate(apart)
    return tuple(
        Segment(
            key,
            parts.names[key],
            parts.sentences[key],
            None if (where := parts.where[key]) is None else condition(where),
            int(rows[key]),
            tuple(of_models[key]),
            differences[key],
        )
        for key in range(parts.count)
    )


def distribution(scored: Scored, done: Performance, model: int, group: int) -> Distribution:
    fine: Counts = done.counts[model, group]
    shown = np.bincount(scored.place, fine[:-1], len(scored.edges)).astype(np.int64)
    quartiles = quartiles_of(scored, fine)
    return Distribution(
        tuple(shown[:-1].tolist()),
        int(shown[-1]),
        int(fine[-1]),
        (quartiles[0], quartiles[1], quartiles[2]),
        estimate(done.mean(model, group)).value,
    )


def quartiles_of(scored: Scored, fine: Counts) -> list[float | None]:
    """fine: counts (bins + 1,), the nulls last. None where no row has the score."""
    found = quantiles_of_counts(fine[:-1], scored.coded.edges, (0.25, 0.5, 0.75))
    if scored.score == "zero_one":
        found = np.round(found)
    inside = np.clip(found, scored.least, scored.greatest)
    return [float(value) if np.isfinite(value) else None for value in inside]
