"""One table with one planted cause, and whether each way of ranking leads to it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gpu_workers.analyses import attribution, coded, find_slices, kmeans, log_loss

from .causes import CAUSES, caused
from .manifold import divergences

SEGMENTS = 4
CALLED = 0.05
COIN = "c0"


@dataclass(frozen=True)
class Outcome:
    """manifold, ours: the rank of each guilty column, 1 the first, None where it is left out. foremost: by Manifold.

    called: the guilty columns that q calls; innocent: how many others. sliced: the best slice names all guilty columns
    and no other. share: of A's rows those in which the cause is at work. coin: how much oftener heads are in A than in
    B, in shares.
    """

    manifold: tuple[int | None, ...]
    ours: tuple[int | None, ...]
    foremost: str
    called: int
    innocent: int
    sliced: bool
    share: float
    coin: float


def judged(place: int, rows: int, seed: int) -> Outcome:
    """k-means of both models' log loss; A is the segment that is worst for the first model, B are the others."""
    cause = CAUSES[place]
    held = caused(cause, rows, seed)
    scores = [log_loss(held.target, probability) for probability in held.probabilities]
    points = np.stack(scores).T
    clusters = kmeans(points, SEGMENTS, seed)
    segments, worst = clusters.labels(points), int(clusters.centres[:, 0].argmax())
    a, b = segments == worst, segments != worst

    table = coded(held.features(), held.columns)
    counted = table.count(a.astype(np.uint8), 2)
    contrasts = attribution(counted, [1], [0], seed=seed)
    ours = {contrast.feature.name: contrast.measures["jensen_shannon"] for contrast in contrasts}
    called = {contrast.feature.name for contrast in contrasts if contrast.q <= CALLED}
    theirs = divergences(held.columns, a, b)
    slices = find_slices(table, scores[0], most=1, smallest=0.001)
    named = {part["column"] for part in slices[0].predicate.as_data()["all"]} if slices else set()
    heads = held.columns[COIN].codes == 0
    return Outcome(
        tuple(rank(theirs, name) for name in cause.guilty),
        tuple(rank(ours, name) for name in cause.guilty),
        max(theirs, key=lambda name: theirs[name]),
        len(called & set(cause.guilty)),
        len(called - set(cause.guilty)),
        named == set(cause.guilty),
        float(held.failing[a].mean()),
        float(heads[a].mean() - heads[b].mean()),
    )


def rank(found: Mapping[str, float], name: str) -> int | None:
    return None if name not in found else 1 + sum(value > found[name] for value in found.values())
