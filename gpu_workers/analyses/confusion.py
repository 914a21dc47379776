"""Rates of right and wrong decisions, from the counts of true against predicted classes."""

from typing import Any

import numpy as np

from .arrays import Array, Floats, namespace, on_device
from .blocks import over_rows
from .bootstrap import bootstrap_interval
from .edges import category_codes, group_codes
from .intervals import UNKNOWN, Interval, wilson
from .seams import joint_counts, joint_sums


def confusion(
    target: Any, prediction: Any, classes: int, groups: Any = None, group_count: int = 1, weights: Any = None
) -> Array:
    """Rows of each true class (rows) and predicted class (columns), (group_count, classes, classes), on the host.

    target, prediction: (n,) whole numbers; a row in which one is not a class is left out. groups: whole
    numbers (n,), beyond 0..group_count − 1 for a row in none. weights: (n,), 0 and more: then sums of them, float64.
    Tables of parts add up.
    ValueError: more than 255 classes.
    """
    if not 1 <= classes <= 255:
        raise ValueError("A table of true against predicted classes holds 1 to 255 classes.")
    target, prediction = (one if on_device(one) else np.asarray(one) for one in (target, prediction))
    xp = namespace(target)
    wide = classes + 1

    def cell(true: Array, said: Array) -> Any:
        return category_codes(true, classes).astype(xp.uint16) * np.uint16(wide) + category_codes(said, classes)

    both = over_rows(cell, target, prediction, dtype=np.uint16)
    held = group_codes(groups, group_count, both)
    if weights is None:
        counted: Array = joint_counts([both], [wide * wide], held, group_count)
    else:
        counted = joint_sums(weights, [both], [wide * wide], held, group_count)
    return counted.reshape(group_count, wide, wide)[:, :classes, :classes]


def accuracy(table: Any, level: float = 0.95) -> Interval:
    """The share of rows on the diagonal of a table (classes, classes), with Wilson's interval.

    Of rows with weights the table is scaled to sum up to the `effective_rows`, here and in `f1`.
    """
    table = np.asarray(table)
    return wilson(float(np.trace(table)), float(table.sum()), level)


def f1(table: Any, level: float = 0.95, resamples: int = 1000, seed: Any = 0) -> Interval:
    """F1 of class 1 of two, or the mean over the classes that occur (macro), with a bootstrap interval.

    2 TP / (2 TP + FP + FN). As scikit-learn's `f1_score`; NaN for two classes where class 1 is neither true nor
    predicted in any row (scikit-learn says 0).
    """
    table = np.asarray(table)
    if table.sum() == 0:
        return UNKNOWN
    return bootstrap_interval(table, _f1, level, resamples, seed)


def _f1(tables: Array) -> Floats:
    hits = np.diagonal(tables, axis1=-2, axis2=-1).astype(np.float64)
    occurring = tables.sum(-1) + tables.sum(-2)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = 2 * hits / occurring
        held = occurring > 0
        macro = np.where(held, each, 0.0).sum(-1) / held.sum(-1)
    found: Floats = each[..., 1] if tables.shape[-1] == 2 else macro
    return found
