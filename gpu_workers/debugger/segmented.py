"""Rows in segments, and what segments are made of."""

from dataclasses import dataclass, field
from typing import Any

from gpu_workers.analyses.arrays import Array
from gpu_workers.analyses.predicates import Predicate
from gpu_workers.protocol.sentences import rows as said_of

from .failure import BadQuestion
from .held import Held
from .scores import score_of
from .truth import Truth
from .wording import sentence

MOST = 64
"""Segments at most."""


@dataclass(frozen=True, eq=False)
class Segmented:
    """groups: codes (n,), and `count` for a row in none. where: of each, None where it is no condition.

    ascending: the last is the worst by construction.
    """

    groups: Array
    names: tuple[str, ...]
    sentences: tuple[str, ...]
    where: tuple[Predicate | None, ...]
    ascending: bool = False
    stability: float | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def count(self) -> int:
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Asked:
    """What segments are made of: the view's models and score."""

    held: Held
    truth: Truth
    models: tuple[str, ...]
    score: str

    def scores(self, model: str) -> Array:
        """KeyError: there is no such model. BadQuestion: the view has no score."""
        if model not in self.truth.models:
            raise KeyError(model)
        if not self.score:
            raise BadQuestion(no_score(self.truth))
        return score_of(self.held, self.truth, model, self.score)

    @property
    def key(self) -> Any:
        return (self.models, self.score, self.truth.positive)


def no_score(truth: Truth) -> str:
    if not truth.labelled:
        return "No column is the label, so there is no error to go by. Set the columns' roles, or segment by a column."
    return "No column is a model's prediction or probability. Set the columns' roles, or segment by a column."


def named_by(asked: Asked, groups: Array, parts: list[Any], notes: list[str]) -> Segmented:
    said = tuple(sentence(part, asked.held.by_name, asked.score) for part in parts)
    return Segmented(groups, said, said, tuple(parts), notes=tuple(notes))


def note_nulls(notes: list[str], column: str, rows: int) -> None:
    if rows:
        notes.append(f"{said_of(rows, f'without “{column}” is', f'without “{column}” are')} in no segment.")
