"""What is answered of a dataset: numbers that are not finite are null."""

from typing import Literal

import msgspec
from msgspec import Struct

from .condition import Condition


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
    for it. left_out: rows whose pictures would have exceeded `questions.MOST_TAKEN_BYTES`; these are None. sha256,
    size: of the file with the pictures, empty where there are none."""

    values: tuple[tuple[str | int | float | bool | Piece | None, ...], ...]
    left_out: tuple[int, ...]
    sha256: str
    size: int
    seconds: float


Answered = ViewAnswer | SlicesAnswer | ExportAnswer | TakeAnswer


answered = msgspec.json.Decoder(Answered).decode
