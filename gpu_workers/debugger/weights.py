"""By how much each row counts, where a column has the role of a weight."""

from dataclasses import dataclass

import numpy as np

from gpu_workers.analyses import Category
from gpu_workers.analyses.arrays import Array, namespace
from gpu_workers.analyses.blocks import over_rows
from gpu_workers.protocol.datasets import Role
from gpu_workers.protocol.sentences import rows as said_of

from .held import Held


@dataclass(frozen=True, eq=False)
class Weights:
    """values: float64 (n,), 0 for a row whose weight is missing or not above 0. squares: of those."""

    column: str
    values: Array
    squares: Array
    notes: tuple[str, ...]


def weights_of(held: Held) -> Weights | None:
    """Of the first column with that role; None: all rows count alike."""
    return held.kept.get("weights", (), lambda: _weights(held))


def _weights(held: Held) -> Weights | None:
    names = [column.name for column in held.columns if column.role is Role.WEIGHT and column.name in held.data]
    if not names:
        return None
    given = held.there(names[0])
    if isinstance(given, Category):
        return None
    xp = namespace(given)
    values = over_rows(lambda one: xp.where(xp.isfinite(one) & (one > 0), one, 0), given, dtype=np.float64)
    squares = over_rows(xp.square, values, dtype=np.float64)
    counting = int(xp.count_nonzero(values))
    if not counting:
        return None
    notes = [
        f"Rows count by their weight “{names[0]}” in means, quartiles, rates, metrics and in what sets A apart. "
        "Segments, rules and blind spots are found with rows that count alike."
    ]
    if counting < held.rows:
        notes.append(f"{said_of(held.rows - counting, 'has', 'have')} no weight above 0 and so no part in that.")
    return Weights(names[0], values, squares, tuple(notes))


def note_of(held: Held) -> list[str]:
    """What is said of columns with weights where they are not used as such."""
    names = [column.name for column in held.columns if column.role is Role.WEIGHT]
    used = weights_of(held)
    if used is None and names:
        return [f"All rows count alike: “{names[0]}” holds no weight above 0."]
    return [] if used is None else [*used.notes, *_others(names)]


def _others(names: list[str]) -> list[str]:
    return [f"Of several weights the first is taken, “{names[0]}”."] if len(names) > 1 else []
