"""What is asked of a dataset."""

from typing import Literal

import msgspec
from msgspec import Struct

from gpu_workers.protocol.datasets import Dataset
from gpu_workers.protocol.transfers import Put

from .condition import Clause
from .segmentation import ByPerformance, Segmentation

Measure = Literal[
    "jensen_shannon",
    "kl",
    "kl_corrected",
    "kl_manifold",
    "stability_index",
    "wasserstein",
    "kolmogorov_smirnov",
]


class Rows(Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows to list, of those that the clauses leave. sort: a column, or "score:<model>"; "" is the file's order.
    of: all of them, or those of one of the compared groups."""

    first: int = 0
    count: int = 50
    sort: str = ""
    descending: bool = True
    of: Literal["all", "a", "b"] = "all"


class View(Struct, frozen=True, tag="view", forbid_unknown_fields=True):
    """Everything that the page shows, in one round trip.

    models: in their order; all where empty. score: one of `Facts.scores`, or "= " and an expression over columns with
    `label`, `prediction` and `probability` of each model. a, b: the keys of the segments on either side; b may be
    empty: all others. features: how many, from `first_feature` on, by descending measure, of those that have `named`
    in their name, in small or capital letters. positive: the class that counts as positive in binary questions, the
    guessed one where None.
    """

    models: tuple[str, ...] = ()
    score: str = ""
    segments: Segmentation = ByPerformance()
    clauses: tuple[Clause, ...] = ()
    a: tuple[int, ...] = ()
    b: tuple[int, ...] = ()
    measure: Measure = "jensen_shannon"
    named: str = ""
    first_feature: int = 0
    features: int = 30
    rows: Rows | None = Rows()
    positive: str | None = None


class FindSlices(Struct, frozen=True, tag="slices", forbid_unknown_fields=True):
    """Conditions on features under which a model is worst. One model: against its own mean; two: where the first is
    worse than the second. least: rows."""

    model: str
    against: str | None = None
    score: str = ""
    depth: int = 2
    least: int = 50
    count: int = 20
    positive: str | None = None


class Export(Struct, frozen=True, tag="export", forbid_unknown_fields=True):
    """Rows of a view as a file. of: as in `Rows`. CSV has the segment and the scores beside the columns, and what a
    spreadsheet would take for a formula is defused; Parquet has the columns as they are stored."""

    view: View
    format: Literal["csv", "parquet"] = "csv"
    of: Literal["all", "a", "b"] = "all"


MOST_TAKEN = 50
"""Rows that a `Take` may name."""
MOST_TAKEN_BYTES = 64 * 10**6
"""Of pictures in the answer to one `Take`."""


class Take(Struct, frozen=True, tag="take", forbid_unknown_fields=True):
    """Cells of some rows as they are stored, not cut and not rounded. rows: their places in the dataset."""

    rows: tuple[int, ...]
    columns: tuple[str, ...]


Question = View | FindSlices | Export | Take


class Ask(Struct, frozen=True, tag="ask"):
    """A question about a dataset. put: where the file goes that its answer makes, None where it makes none."""

    dataset: Dataset
    question: Question
    put: Put | None = None


question = msgspec.json.Decoder(Question).decode


def canonical(asked: Question) -> bytes:
    """The same question as the same bytes: sorted, defaults filled in."""
    return msgspec.json.encode(asked, order="sorted")
