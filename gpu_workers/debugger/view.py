"""The answer to a `View`: all that the page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from gpu_workers.analyses import performance, weighted_performance
from gpu_workers.analyses.arrays import Array, Counts, Floats, namespace, on_host
from gpu_workers.analyses.blocks import over_rows
from gpu_workers.analyses.performance import Performance
from gpu_workers.analyses.seams import group_sums, joint_counts
from gpu_workers.protocol.debugger import Facts, Group, Listed, Rule, Segment, View, ViewAnswer
from gpu_workers.protocol.sentences import rows as said_of

from .contrasts import Side, Sides, contrasts, features, group_codes
from .failure import BadQuestion
from .held import Held
from .listing import listed_rows
from .metrics import lacking, metrics_of
from .rule import WIDEST, rule
from .scores import Scored, badness, chosen, lower_is_better, scored, scores_of
from .segmented import Asked, Segmented
from .segments import segmented
from .selection import Columns, Selection, unknown_values
from .standing import quartiles_of, standing
from .truth import Truth, truth
from .weights import note_of, weights_of

MOST_FEATURES = 200
PERFORMANCE = "performance"


@dataclass(frozen=True, eq=False)
class Looked:
    """A view's rows: its models and score, its segments, and what the clauses leave."""

    held: Held
    truth: Truth
    models: tuple[str, ...]
    score: str
    parts: Segmented
    context: Any
    columns: Columns
    selection: Selection
    notes: list[str]


def looked(held: Held, view: View) -> Looked:
    """BadQuestion: something in it does not fit the dataset."""
    true = truth(held, view.positive)
    models, score, notes = chosen(true, view.models, view.score)
    asked = Asked(held, true, models, score)
    parts = segmented(asked, view.segments)
    columns = Columns(held, asked.scores, lambda: _numbers(parts))
    context = (view.segments, asked.key)
    selection = Selection(held, view.clauses, columns, context)
    notes += unknown_values(held, (clause.where for clause in view.clauses))
    return Looked(held, true, models, score, parts, context, columns, selection, notes)


def _numbers(parts: Segmented) -> Array:
    """The segments as a column of numbers, NaN for a row in none."""
    xp, count = namespace(parts.groups), parts.count
    return over_rows(lambda groups: xp.where(groups < count, groups, xp.nan), parts.groups)


@dataclass(frozen=True, eq=False)
class Compared:
    """sides: the segments of either group. rows: of each segment, that all clauses leave; weight: the sums of their
    weights, None where all count alike; counts of their scores, or sums of weights."""

    sides: Sides
    rows: Counts
    weight: Floats | None
    scored: Scored | None
    counts: Performance | None


def compared(at: Looked, asked: View) -> Compared:
    done = scored(at.held, at.truth, at.models, at.score) if at.score else None
    groups = at.selection.of(at.parts.groups, at.parts.count)
    rows = joint_counts([groups], [at.parts.count + 1])[0, : at.parts.count]
    weights = weights_of(at.held)
    weight = None if weights is None else group_sums([weights.values], groups, at.parts.count)[0]
    counts = None if done is None else _weighed(at, done, "")
    return Compared(_sides(asked, at.parts, rows, done, counts, at.notes), rows, weight, done, counts)


def _performance(at: Looked, done: Scored, without: str) -> Performance:
    def count() -> Performance:
        return performance(done.coded, at.selection.of(at.parts.groups, at.parts.count, without), at.parts.count)

    return at.held.kept.get("performance", (at.context, at.models, at.score, at.selection.key(without)), count)


def _weighed(at: Looked, done: Scored, without: str) -> Performance:
    """As rows count: by their weights where they have some."""
    weights = weights_of(at.held)
    if weights is None:
        return _performance(at, done, without)

    def count() -> Performance:
        groups = at.selection.of(at.parts.groups, at.parts.count, without)
        return weighted_performance(done.coded, weights.values, groups, at.parts.count)

    return at.held.kept.get("weighed", (at.context, at.models, at.score, at.selection.key(without)), count)


def rows_of(at: Looked, sides: Sides, of: str) -> Array | None:
    """The rows that all clauses leave, of all or of one of the compared groups, bool (n,) on the host; None: all."""
    if of == "all":
        left = at.selection.rows()
        return None if left is None else on_host(left)
    side = 0 if of == "a" else 1
    groups = at.selection.of(group_codes(at.parts, sides), 2)
    return on_host(over_rows(lambda groups: groups == side, groups, dtype=bool))


def view(held: Held, asked: View) -> ViewAnswer:
    """BadQuestion: something in it does not fit the dataset."""
    begun = perf_counter()
    if not 0 <= asked.features <= MOST_FEATURES or asked.first_feature < 0:
        raise BadQuestion(f"At most {MOST_FEATURES} features are shown at once, counted from 0.")
    at = looked(held, asked)
    parts, selection = at.parts, at.selection
    both = compared(at, asked)
    ranked = contrasts(held, parts, selection, at.context, both.sides, asked.measure)
    named = [one for one in ranked if asked.named.casefold() in one.contrast.feature.name.casefold()]
    table: Listed | None = None
    of_rows: list[str] = []
    if asked.rows is not None:
        of = rows_of(at, both.sides, asked.rows.of)
        table, of_rows = listed_rows(held, asked.rows, of, at.columns.to_read(), at.models if at.score else ())
    return ViewAnswer(
        rows=held.rows,
        selected=selection.count(),
        facts=_facts(at, asked),
        score=at.score,
        score_edges=() if both.scored is None else tuple(both.scored.edges.tolist()),
        segments=_segments(at, both),
        stability=parts.stability,
        groups={"a": _group(both, both.sides.a), "b": _group(both, both.sides.b)},
        features=features(held, named[asked.first_feature : asked.first_feature + asked.features]),
        feature_count=len(ranked),
        named_count=len(named),
        rule=_rule(at, both.sides, ranked),
        table=table,
        notes=_notes(at, of_rows),
        device=held.device.name,
        seconds=perf_counter() - begun,
    )


def _segments(at: Looked, both: Compared) -> tuple[Segment, ...]:
    key = (at.context, at.models, at.score, at.selection.key(PERFORMANCE))

    def make() -> tuple[Segment, ...]:
        groups = at.selection.of(at.parts.groups, at.parts.count, PERFORMANCE)
        counts = None if both.scored is None else _performance(at, both.scored, PERFORMANCE)
        weighed = None if both.scored is None else _weighed(at, both.scored, PERFORMANCE)
        return standing(at.held, at.truth, both.scored, counts, weighed, at.parts, groups)

    return at.held.kept.get("standing", key, make)


def _rule(at: Looked, sides: Sides, ranked: Sequence[Side]) -> Rule | None:
    order = np.argsort(-np.nan_to_num([side.contrast.measures["jensen_shannon"] for side in ranked]), kind="stable")
    names = [ranked[place].contrast.feature.name for place in order[:WIDEST]]

    def make() -> Rule | None:
        return rule(at.held, at.selection.of(group_codes(at.parts, sides), 2), names, at.score)

    return at.held.kept.get("rule", (at.context, at.selection.key(), sides, tuple(names)), make)


def _notes(at: Looked, of_rows: list[str]) -> tuple[str, ...]:
    of_parts = (*at.parts.notes, *_unscored(at), *_classless(at))
    said = (*at.held.notes, *at.truth.notes, *note_of(at.held), *of_parts, *at.notes, *of_rows)
    return tuple(dict.fromkeys(said))


def _classless(at: Looked) -> list[str]:
    def count() -> int:
        return lacking(at.truth, at.parts.groups, at.parts.count)

    segments = at.held.kept.get("classless", at.context, count)
    if not segments:
        return []
    which = "One segment has" if segments == 1 else f"{segments} segments have"
    return [f"{which} no row of some class: F1 and AUROC are means over the classes that are there."]


def _unscored(at: Looked) -> list[str]:
    if not at.parts.ascending:
        return []
    rows = int(joint_counts([at.parts.groups], [at.parts.count + 1])[0, -1])
    return [f"{said_of(rows, 'has', 'have')} no score, and so no segment."] if rows else []


def _sides(
    asked: View, parts: Segmented, rows: Counts, done: Scored | None, counts: Performance | None, notes: list[str]
) -> Sides:
    """As asked; A is the worst segment where it is left open, and B all others."""
    gone = sorted({key for key in (*asked.a, *asked.b) if not 0 <= key < parts.count})
    if gone:
        notes.append(f"There is no segment {', '.join(map(str, gone))} any more; there are {parts.count}.")
    a = tuple(sorted({key for key in asked.a if 0 <= key < parts.count}))
    b = tuple(sorted({key for key in asked.b if 0 <= key < parts.count}))
    if set(a) & set(b):
        raise BadQuestion("A segment is on one side of a comparison only.")
    if not a:
        free = [key for key in range(parts.count) if key not in b]
        a = (_worst(free, parts, rows, done, counts),) if free else ()
    if not b:
        b = tuple(key for key in range(parts.count) if key not in a)
    return Sides(a, b)


def _worst(free: list[int], parts: Segmented, rows: Counts, done: Scored | None, counts: Performance | None) -> int:
    """Of the segments that have rows."""
    filled = [key for key in free if rows[key]] or free
    if parts.ascending or done is None or counts is None:
        return filled[-1] if parts.ascending else filled[0]
    with np.errstate(invalid="ignore"):
        means = badness(done.score, counts.sums / counts.known).mean(0)
    known = [key for key in filled if np.isfinite(means[key])] or filled
    return max(known, key=lambda key: means[key] if np.isfinite(means[key]) else -np.inf)


def _group(both: Compared, keys: tuple[int, ...]) -> Group:
    medians: dict[str, float | None] = {}
    if both.scored is not None and both.counts is not None:
        for number, model in enumerate(both.scored.models):
            medians[model] = quartiles_of(both.scored, both.counts.counts[number, list(keys)].sum(0))[1]
    weight = None if both.weight is None else float(both.weight[list(keys)].sum())
    return Group(keys, int(both.rows[list(keys)].sum()), medians, weight)


def _facts(at: Looked, asked: View) -> Facts:
    """scores: those that all models asked for can have; where none were named, all that any of them can."""
    names = asked.models or tuple(at.truth.models)
    can = [scores_of(at.truth, at.truth.models[name]) for name in names]
    offered = list(dict.fromkeys(score for scores in can for score in scores))
    if asked.models:
        offered = [score for score in offered if all(score in scores for scores in can)]
    return Facts(
        task=at.truth.task,
        models=tuple(at.truth.models),
        scores=tuple(offered),
        metrics=metrics_of(at.truth),
        classes=at.truth.classes,
        positive=at.truth.positive,
        lower_is_better=lower_is_better(at.score),
        weight=None if (weights := weights_of(at.held)) is None else weights.column,
    )
