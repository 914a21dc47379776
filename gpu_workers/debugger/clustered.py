"""Segments by what models get right: k-means of their scores."""

import numpy as np

from gpu_workers.analyses import adjusted_rand, kmeans, regrouped
from gpu_workers.analyses.arrays import Array, on_host
from gpu_workers.analyses.blocks import over_parts
from gpu_workers.analyses.predicates import Predicate, Range
from gpu_workers.protocol.debugger import ByPerformance

from .failure import BadQuestion
from .scores import WORDS, badness
from .segmented import MOST, Asked, Segmented, no_score
from .wording import SCORE, number

SEEDS = 5
LAST_SEED = 2**32 - 1
SAMPLE = 10_000
"""Rows on which the segments of other seeds are compared."""


def by_performance(asked: Asked, by: ByPerformance) -> Segmented:
    if not 1 <= by.count <= MOST:
        raise BadQuestion(f"There can be 1 to {MOST} segments, not {by.count}.")
    if not 0 <= by.seed <= LAST_SEED:
        raise BadQuestion(f"A seed is a whole number from 0 to {LAST_SEED:,}, not {by.seed:,}.")
    if len(set(by.models)) < len(by.models):
        raise BadQuestion("A model to segment by is named twice.")
    models = by.models or asked.models
    unknown = [model for model in models if model not in asked.truth.models]
    if unknown or not models:
        raise BadQuestion(f"There is no model “{unknown[0]}” to segment by." if unknown else no_score(asked.truth))
    columns = [asked.scores(model) for model in models]
    points = tuple(columns)
    found = kmeans(points, by.count, by.seed)
    labels, count = found.labels(points), len(found.centres)
    if not count:
        raise BadQuestion("No row has a score: the labels or what the models say are missing in all of them.")
    order = np.argsort(badness(asked.score, found.centres.ravel()).reshape(found.centres.shape).mean(1), kind="stable")
    place = np.empty(count, np.intp)
    place[order] = np.arange(count)
    groups = regrouped(labels, [*place, count], count)
    centres = found.centres[order]
    name = WORDS.get(asked.score, "score")
    sentences = [
        f"{name[0].upper()}{name[1:]} near "
        + " and ".join(f"{number(value)} for {model}" for model, value in zip(models, centre, strict=True))
        for centre in centres
    ]
    where: list[Predicate | None] = [None] * count
    if len(models) == 1:
        where = _ranges(asked, models[0], columns[0], centres[:, 0], groups)
    notes = [] if found.converged else ["The segments still moved when the passes were used up."]
    if count < by.count:
        notes.append(f"There are only {count} different scores, so only {count} segments.")
    names = tuple(f"Segment {key}" for key in range(count))
    stability = _stability(points, by, count)
    return Segmented(groups, names, tuple(sentences), tuple(where), True, stability, tuple(notes))


def _ranges(asked: Asked, model: str, values: Array, centres: Array, groups: Array) -> list[Predicate | None]:
    """The segments of one score are ranges of it: from the least score of each to the least of the next."""
    order = np.argsort(centres, kind="stable")

    def of(values: Array, groups: Array) -> list[float]:
        inside = (values[groups == key] for key in order[1:])
        return [float(one.min()) if len(one) else np.inf for one in inside]

    least = np.min(over_parts(of, values, groups), 0)
    if not np.isfinite(least).all():
        return [None] * len(centres)
    lows: list[float | None] = [None, *(float(one) for one in least)]
    found: list[Predicate | None] = [None] * len(centres)
    for place, key in enumerate(order):
        high = lows[place + 1] if place + 1 < len(order) else None
        found[key] = Range(f"{SCORE}{model}", lows[place], high)
    return found


def _stability(columns: tuple[Array, ...], by: ByPerformance, count: int) -> float | None:
    """The mean adjusted Rand index of segments from other seeds with each other, on a sample."""
    finite = np.stack([on_host(column[:: max(1, len(column) // SAMPLE)]) for column in columns], 1)
    finite = np.ascontiguousarray(finite[np.isfinite(finite).all(1)].T).T
    if count < 2 or len(finite) < 2:
        return None
    labels = [kmeans(finite, by.count, by.seed + seed).labels(finite) for seed in range(SEEDS)]
    pairs = [adjusted_rand(first, second) for place, first in enumerate(labels) for second in labels[place + 1 :]]
    return float(np.mean(pairs))
