"""Rows put into segments. They are found on all rows, whatever the clauses leave, so that a segment means the same
rows in every view of its segmentation."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from gpu_workers.analyses import (
    Category,
    decision_tree_segments,
    quantile_groups,
    regrouped,
)
from gpu_workers.analyses.arrays import Array, namespace
from gpu_workers.analyses.blocks import over_parts, over_rows
from gpu_workers.analyses.columns import OTHER
from gpu_workers.analyses.edges import category_codes, code_type, finite_range
from gpu_workers.analyses.edges import codes as codes_between
from gpu_workers.analyses.histograms import distinct
from gpu_workers.analyses.predicates import IsNull, NoneOf, OneOf, Predicate, Range
from gpu_workers.analyses.seams import joint_counts
from gpu_workers.protocol.datasets import Kind
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByConditions,
    ByPerformance,
    ByQuantiles,
    ByTime,
    ByTree,
    Segmentation,
)

from .clustered import by_performance
from .failure import BadQuestion
from .places import Places
from .scores import badness
from .segmented import MOST, Asked, Segmented, named_by, note_nulls
from .selection import Columns, columns_of, mask, read, spelled, unknown_values
from .texts import Texts
from .windows import STEPS, window_name, windows, within_time
from .wording import SEGMENT, sentence

MOST_WINDOWS = 24
"""Of time, where their length is left open."""
FEW = 20
"""Different numbers of a column that can be segments by themselves."""


def segmented(asked: Asked, by: Segmentation) -> Segmented:
    """BadQuestion: the segmentation does not fit."""
    return asked.held.kept.get("segments", (by, asked.key), lambda: _segmented(asked, by))


def _segmented(asked: Asked, by: Segmentation) -> Segmented:
    match by:
        case ByPerformance():
            return by_performance(asked, by)
        case ByQuantiles():
            return _by_quantiles(asked, by)
        case ByColumn():
            return _by_column(asked, by)
        case ByTime():
            return _by_time(asked, by)
        case ByConditions():
            return _by_conditions(asked, by)
        case ByTree():
            return _by_tree(asked, by)


def _by_quantiles(asked: Asked, by: ByQuantiles) -> Segmented:
    if not 2 <= by.parts <= MOST:
        raise BadQuestion(f"There can be 2 to {MOST} parts, not {by.parts}.")
    values = _numbers(asked, by.column)
    groups, edges = quantile_groups(values, by.parts)
    count = len(edges) - 1
    if len(edges) and count == 0:  # one value only
        groups, count = over_rows(namespace(values).isnan, values, dtype=np.uint8), 1
    if len(edges) == 0:
        raise BadQuestion(f"“{by.column}” is missing in every row, so it has no quantiles.")
    lows = [None, *(float(edge) for edge in edges[1:-1])]
    ranges = [Range(by.column, low, high) for low, high in zip(lows, [*lows[1:], None], strict=True)]
    notes = []
    if count < by.parts:
        notes.append(f"“{by.column}” has so many equal values that there are {count} parts, not {by.parts}.")
    note_nulls(notes, by.column, int(joint_counts([groups], [count + 1])[0, -1]))
    return named_by(asked, groups, ranges, notes)


def _numbers(asked: Asked, name: str) -> Array:
    columns = Columns(asked.held, asked.scores)
    try:
        values = columns[name]
    except KeyError:
        raise BadQuestion(f"There is no column “{name}” to segment by.") from None
    if isinstance(values, Category):
        raise BadQuestion(f"“{name}” holds categories, which have no quantiles. Segment by its values instead.")
    numbers: Array = values
    return numbers


def _by_column(asked: Asked, by: ByColumn) -> Segmented:
    if not 1 <= by.most <= MOST - 2:
        raise BadQuestion(f"There can be 1 to {MOST - 2} segments of values, not {by.most}.")
    if by.column not in asked.held.data:
        raise BadQuestion(f"There is no column “{by.column}” to segment by.")
    values = asked.held.there(by.column)
    xp = asked.held.device.xp
    place = next((at for at, one in enumerate(asked.held.bins) if one.feature.name == by.column), None)
    if isinstance(values, Category) and place is not None:
        codes, categories = asked.held.table.codes[place], list(asked.held.bins[place].feature.categories)
        names: list[str | float] = [*categories]
    elif isinstance(values, Category) and values.categories:
        codes, names = category_codes(values.codes, len(values.categories)), [*values.categories]
    elif isinstance(values, Category):
        raise BadQuestion(f"“{by.column}” has too many different texts to segment by.")
    else:
        known = distinct(values, FEW)
        if known is None or any(over_parts(lambda part: bool(xp.isinf(part).any()), values)):
            raise BadQuestion(f"“{by.column}” has more than {FEW} different numbers. Segment by its quantiles instead.")
        count = len(known)
        codes = over_rows(
            lambda part: xp.where(xp.isnan(part), count, xp.searchsorted(known, part)), values, dtype=np.uint8
        )
        names = [float(value) for value in known]
    # A feature's "other" is what is left when the frequent ones are taken out.
    rest = place is not None and isinstance(asked.held.data[by.column], Texts | Places) and names[-1:] == [OTHER]
    counts = joint_counts([codes], [len(names) + 1])[0]
    order = sorted(range(len(names) - rest), key=lambda code: (-counts[code], code))
    alone = order[: by.most]
    numbers = np.full(len(names) + 1, len(alone), np.intp)
    numbers[alone] = np.arange(len(alone))
    parts: list[Predicate] = [OneOf(by.column, (names[code],)) for code in alone]
    if len(alone) < len(names):
        parts.append(NoneOf(by.column, tuple(names[code] for code in alone)))
    numbers[-1] = len(parts)
    if counts[-1]:
        parts.append(IsNull(by.column))
    return named_by(asked, regrouped(codes, numbers, len(parts)), parts, [])


def _by_time(asked: Asked, by: ByTime) -> Segmented:
    column = asked.held.by_name.get(by.column)
    if column is None or by.column not in asked.held.data:
        raise BadQuestion(f"There is no column “{by.column}” to segment by.")
    if column.kind is not Kind.TIME:
        raise BadQuestion(f"“{by.column}” holds no times. Segment by its values or its quantiles instead.")
    values = asked.held.there(by.column)
    low, high = finite_range(values)
    if not low <= high:
        raise BadQuestion(f"“{by.column}” is missing in every row, so it has no windows of time.")
    if not within_time(low, high):
        raise BadQuestion(f"“{by.column}” has moments beyond the years 1 to 9999, which have no calendar.")
    tried = list(STEPS) if by.every == "auto" else [by.every]
    for every in tried:
        starts = windows(low, high, every)
        if starts is None:
            continue
        coded = codes_between(values, starts)
        rows = joint_counts([coded], [len(starts)])[0]
        filled = np.flatnonzero(rows[:-1])
        if len(filled) <= (MOST_WINDOWS if by.every == "auto" else MOST) or every == tried[-1]:
            break
    if starts is None or len(filled) > MOST:
        many = f"{len(filled):,} of them have rows" if starts is not None else "there are tens of thousands"
        raise BadQuestion(f"Segments are {MOST} at most. By {every} {many}: choose longer windows.")
    place = np.full(len(starts), len(filled))
    place[filled] = np.arange(len(filled))
    groups = regrouped(coded, place.tolist(), len(filled))
    parts = [Range(by.column, float(starts[number]), float(starts[number + 1])) for number in filled]
    notes = [f"Each segment is a window of one {every}, in UTC."] if by.every == "auto" else []
    note_nulls(notes, by.column, int(rows[-1]))
    found = named_by(asked, groups, parts, notes)
    return replace(found, names=tuple(window_name(float(starts[number]), every) for number in filled))


def _by_conditions(asked: Asked, by: ByConditions) -> Segmented:
    if not 1 <= len(by.segments) < MOST:
        raise BadQuestion(f"Segments by conditions are 1 to {MOST - 1}, not {len(by.segments)}.")
    columns = Columns(asked.held, asked.scores)
    parts = [read(named.where, asked.held) for named in by.segments]
    if any(SEGMENT in columns_of(part) and SEGMENT not in asked.held.data for part in parts):
        raise BadQuestion("A segment cannot be made of segments: use the condition behind it.")
    groups, where = _met(parts, columns)
    by_name = asked.held.by_name
    sentences = [sentence(part, by_name, asked.score) for part in parts]
    names = [named.name or said for named, said in zip(by.segments, sentences, strict=True)]
    notes = unknown_values(asked.held, (named.where for named in by.segments))
    if any(part is None for part in where):
        notes.append("Some rows meet several conditions; they are in the first of those segments.")
    return Segmented(
        groups,
        (*names, "The others"),
        (*sentences, "Rows that meet none of the conditions"),
        (*where, None),
        notes=tuple(notes),
    )


def _met(parts: list[Predicate], columns: Columns) -> tuple[Array, list[Predicate | None]]:
    """The first of the conditions that each row meets, and of each condition itself, or None where some of its rows
    are in one before it."""
    last = len(parts)
    none = code_type(last + 1)(last)
    groups: Array | None = None
    where: list[Predicate | None] = []
    for place, part in enumerate(parts):
        met = mask(part, columns)
        if groups is None:
            groups = over_rows(partial(_all_in, none), met, dtype=none.dtype)
        twice = any(over_parts(lambda met, groups: bool((met & (groups < last)).any()), met, groups))
        where.append(None if twice else part)
        groups = over_rows(partial(_added, place, none), met, groups, dtype=none.dtype)
    assert groups is not None
    return groups, where


def _all_in(group: Any, part: Array) -> Any:
    return namespace(part).full(len(part), group)


def _added(group: int, none: Any, met: Array, groups: Array) -> Any:
    return namespace(met).where(met & (groups == none), groups.dtype.type(group), groups)


def _by_tree(asked: Asked, by: ByTree) -> Segmented:
    if not 1 <= by.depth <= 6 or by.least < 1:
        raise BadQuestion("A tree has a depth of 1 to 6, and at least one row in a leaf.")
    if by.model not in asked.truth.models:
        raise BadQuestion(f"There is no model “{by.model}” for a tree to explain.")
    if not asked.held.table.features:
        raise BadQuestion("No column is a feature that a tree could split by.")
    worse = badness(asked.score, asked.scores(by.model))
    rows = max(sum(over_parts(lambda part: int(namespace(part).isfinite(part).sum()), worse)), 1)
    found = decision_tree_segments(asked.held.table, worse, 8, by.depth, min(by.least / rows, 1.0))
    predicates = [spelled(asked.held, segment.predicate) for segment in found.segments]
    share = f"The tree explains {found.explained:.0%} of the variance of the score."
    named = named_by(asked, found.groups, predicates, [share])
    return Segmented(named.groups, named.names, named.sentences, named.where, True, None, named.notes)
