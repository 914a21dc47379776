"""What is asked of a dataset, and what is answered: the page, the client and the worker agree on these.

A `Question` travels as JSON; its answer is JSON too, made by the worker and handed on unread. Numbers that are not
finite are null. A segment, a slice and a brush are all a `Condition`: data, never code.
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from .datasets import Dataset
from .transfers import Put

# ---- which rows ----

DEEPEST = 20
"""How deep a condition may be nested: this many others around it at most."""
MOST_CONDITIONS = 1000
"""In one condition, itself and all those below it."""


class Condition(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, rename={"among": "in"}):
    """Rows that are meant. One of: a column with bounds (low ≤ value < high), with `in` or `not_in`, or with `null`;
    or `all` or `any` of others. For a column of times texts are RFC 3339 dates, for one of booleans true, false, yes
    and no are values: see `conditions.settled`. A score is the column "score:<model>", the segment of the view is
    "segment"; latitude and longitude together are the category "place", with H3's indices of hexagons as values, of
    whatever size."""

    column: str | None = None
    low: float | str | None = None
    high: float | str | None = None
    among: tuple[str | float | bool, ...] | None = None
    not_in: tuple[str | float | bool, ...] | None = None
    null: bool | None = None
    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None


class Clause(Struct, frozen=True, forbid_unknown_fields=True):
    """A filter that a person set. source: the view it was set in ("performance", "feature:<name>", "rows", "manual").
    The segments and that feature still show what their own leave out; the list of rows and the groups heed all."""

    source: str
    where: Condition


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    where: Condition


# ---- how rows are put into segments: each row is in one, or in none ----


class ByPerformance(Struct, frozen=True, tag="performance", forbid_unknown_fields=True):
    """k-means of the models' scores. models: those of the view where empty. Segment 0 has the best mean score."""

    count: int = 4
    seed: int = 0
    models: tuple[str, ...] = ()


class ByQuantiles(Struct, frozen=True, tag="quantiles", forbid_unknown_fields=True):
    """Equally many rows each, by a column of numbers or the score of a model ("score:<model>")."""

    column: str
    parts: int = 4


class ByColumn(Struct, frozen=True, tag="column", forbid_unknown_fields=True):
    """One segment for each category, the most frequent first; at most `most`, the others together."""

    column: str
    most: int = 8


class ByTime(Struct, frozen=True, tag="time", forbid_unknown_fields=True):
    """One segment for each window of a column of times, in UTC, the earliest first; windows without rows are none.
    Weeks begin on Monday. auto: the shortest of which there are two dozen at most."""

    column: str
    every: Literal["auto", "hour", "day", "week", "month", "quarter", "year"] = "auto"


class ByConditions(Struct, frozen=True, tag="conditions", forbid_unknown_fields=True):
    """The first that a row meets; what meets none is the last segment, "the others". Saved slices come as these."""

    segments: tuple[Named, ...]


class ByTree(Struct, frozen=True, tag="tree", forbid_unknown_fields=True):
    """Leaves of a decision tree that explains the score of a model by the features, worst last."""

    model: str
    depth: int = 3
    least: int = 50


Segmentation = ByPerformance | ByQuantiles | ByColumn | ByTime | ByConditions | ByTree
Measure = Literal[
    "jensen_shannon",
    "kl",
    "kl_corrected",
    "kl_manifold",
    "stability_index",
    "wasserstein",
    "kolmogorov_smirnov",
]

# ---- what is asked ----


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


# ---- what is answered ----


class Estimate(Struct, frozen=True):
    """A value with its 95 % interval; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Distribution(Struct, frozen=True):
    """Of a score: counts in the view's `score_edges`, then those beyond the last edge and the nulls are `above` and
    `nulls`. quartiles: of all that are known: 25, 50, 75 %. weights: the rows' weights in the same bins and then above,
    by which quartiles and mean count; empty where all rows count alike, as with all weights below."""

    counts: tuple[int, ...]
    above: int
    nulls: int
    quartiles: tuple[float | None, float | None, float | None]
    mean: float | None
    weights: tuple[float, ...] = ()


class OfModel(Struct, frozen=True):
    """One model in one segment. metrics: by name, those of `Facts.metrics`."""

    model: str
    score: Distribution
    metrics: dict[str, Estimate]


class Segment(Struct, frozen=True):
    """key: the same rows in every view of this segmentation. sentence: what it is, for people. where: as a condition,
    if it is one. rows: that the clauses of other views leave; weight: the sum of theirs. differences: of the second
    model and the further ones against the first, paired, by model, of the mean score."""

    key: int
    name: str
    sentence: str
    where: Condition | None
    rows: int
    models: tuple[OfModel, ...]
    differences: dict[str, Estimate]
    weight: float | None = None


class Feature(Struct, frozen=True):
    """One column's distribution in both groups. edges of bins, or categories; a, b: rows in each, and last the nulls.

    edges: equally wide bins but for the outermost two, which reach to the least and the greatest value; where there
    are few different values each has a bin of its own. measures: by name, None where one does not apply; of fewer bins
    where a group is small, so that chance alone sets no feature apart. p, q: that the groups differ at all, whatever
    the measure, by permutation (`analyses.permutation_p_value`), and after Benjamini–Hochberg over all features.
    direction: difference of the means, A less B, in standard deviations; of a category the value whose share differs
    most, with its sign, stands in `sentence`. kind: as the column's, or "place", whose categories are H3 cells: then
    outlines has each one's corners, longitude and latitude in turn, and nothing for "other". weights_a, weights_b: the
    rows' weights, by which measures, p, direction and sentence count.
    """

    name: str
    kind: str
    edges: tuple[float, ...]
    categories: tuple[str, ...]
    a: tuple[int, ...]
    b: tuple[int, ...]
    measures: dict[str, float | None]
    p: float | None
    q: float | None
    direction: float | None
    sentence: str
    outlines: tuple[tuple[float, ...], ...] = ()
    weights_a: tuple[float, ...] = ()
    weights_b: tuple[float, ...] = ()


class Rule(Struct, frozen=True):
    """Conditions that describe group A, found on half of the rows and judged on the other half. precision: the share of
    A among the rows that meet them; recall: the share of A that does."""

    where: Condition
    sentence: str
    precision: float
    recall: float


class Group(Struct, frozen=True):
    """medians: of the score, by model."""

    keys: tuple[int, ...]
    rows: int
    medians: dict[str, float | None]
    weight: float | None = None


class Listed(Struct, frozen=True):
    """A page of rows. total: how many there are. columns: names, "segment" and "score:<model>" among them. values: by
    row, in the columns' order; a time as RFC 3339. numbers: each row's place in the dataset."""

    total: int
    columns: tuple[str, ...]
    numbers: tuple[int, ...]
    values: tuple[tuple[str | float | bool | None, ...], ...]


class Facts(Struct, frozen=True):
    """task: what the labels make of it. models, scores, metrics: what can be asked here, the usual score first.
    lower_is_better: of the score asked. weight: the column by which rows count, None where they count alike."""

    task: Literal["regression", "binary", "multiclass", "none"]
    models: tuple[str, ...]
    scores: tuple[str, ...]
    metrics: tuple[str, ...]
    classes: tuple[str, ...]
    positive: str | None
    lower_is_better: bool
    weight: str | None = None


class ViewAnswer(Struct, frozen=True, tag="view"):
    """rows: of the dataset; selected: that all clauses leave. score: the one that was used. score_edges: of every
    `Distribution`. stability: of k-means, adjusted Rand index between seeds, else None. feature_count: of all features
    that can be ranked; named_count: of those with the view's `named` in their names. seconds: at the worker. notes:
    sentences about what was left out or is doubtful."""

    rows: int
    selected: int
    facts: Facts
    score: str
    score_edges: tuple[float, ...]
    segments: tuple[Segment, ...]
    stability: float | None
    groups: dict[Literal["a", "b"], Group]
    features: tuple[Feature, ...]
    feature_count: int
    named_count: int
    rule: Rule | None
    table: Listed | None
    notes: tuple[str, ...]
    device: str
    seconds: float


class Found(Struct, frozen=True):
    """A slice on which the model is worse. effect: the mean score in it less that of the rest."""

    where: Condition
    sentence: str
    rows: int
    mean: float
    rest: float
    effect: float
    p: float
    q: float


class SlicesAnswer(Struct, frozen=True, tag="slices"):
    score: str
    slices: tuple[Found, ...]
    searched: int
    notes: tuple[str, ...]
    device: str
    seconds: float


class ExportAnswer(Struct, frozen=True, tag="export"):
    """rows, and the bytes that were put."""

    rows: int
    sha256: str
    size: int
    seconds: float


class Piece(Struct, frozen=True):
    """A picture in the file of a `TakeAnswer`: where it begins, its bytes, and their hash in hex."""

    start: int
    size: int
    sha256: str


class TakeAnswer(Struct, frozen=True, tag="take"):
    """values: by row, in the order of the question; None is a null, a time is RFC 3339, what is infinite is the word
    for it. left_out: rows whose pictures would have exceeded `MOST_TAKEN_BYTES`; these are None. sha256, size: of the
    file with the pictures, empty where there are none."""

    values: tuple[tuple[str | int | float | bool | Piece | None, ...], ...]
    left_out: tuple[int, ...]
    sha256: str
    size: int
    seconds: float


Answered = ViewAnswer | SlicesAnswer | ExportAnswer | TakeAnswer

question = msgspec.json.Decoder(Question).decode
answered = msgspec.json.Decoder(Answered).decode


def canonical(asked: Question) -> bytes:
    """The same question as the same bytes: sorted, defaults filled in."""
    return msgspec.json.encode(asked, order="sorted")


def as_data(condition: Condition) -> dict[str, Any]:
    """As `gpu_workers.analyses.predicate` reads it."""
    data: dict[str, Any] = msgspec.to_builtins(condition)
    return data
