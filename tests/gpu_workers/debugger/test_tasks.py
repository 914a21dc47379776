"""Tables of every kind: regression, many classes, one class, no labels, nulls, one row; beside scikit-learn."""

import warnings
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as sk

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.failure import BadQuestion
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByConditions,
    ByPerformance,
    ByQuantiles,
    ByTree,
    Clause,
    Condition,
    FindSlices,
    Named,
    Rows,
    View,
)

from .conftest import Make
from .stored import moments, numbers, texts
from .test_view import view

RANDOM = np.random.default_rng(3)
ROWS = 800


def test_regression(make: Make) -> None:
    y = 1e5 + 1e4 * RANDOM.normal(size=ROWS)
    site = np.array(["A", "B"])[RANDOM.integers(0, 2, ROWS)]
    said = {"A": y + 500 * RANDOM.normal(size=ROWS) + 2000 * (site == "B"), "B": y + 900 * RANDOM.normal(size=ROWS)}
    said["A"][:10] = np.nan
    held = make(
        {"y": numbers(y), "a": numbers(said["A"]), "b": numbers(said["B"]), "site": texts(site)},
        {"y": "label", "a": "prediction:A", "b": "prediction:B"},
    )
    found = view(held, View(segments=ByColumn("site")))
    facts = found.facts
    assert (facts.task, facts.classes, facts.positive, found.score) == ("regression", (), None, "absolute_error")
    assert facts.scores == ("absolute_error", "squared_error", "signed_error")
    for segment in found.segments:
        rows = site == segment.name.split("“")[1][0]
        for of_model in segment.models:
            values = said[of_model.model][rows]
            known = ~np.isnan(values)
            true, guess = y[rows][known], values[known]
            told = {name: one.value for name, one in of_model.metrics.items()}
            assert told["mae"] == pytest.approx(sk.mean_absolute_error(true, guess), rel=1e-6)
            assert told["rmse"] == pytest.approx(sk.root_mean_squared_error(true, guess), rel=1e-6)
            assert told["r2"] == pytest.approx(sk.r2_score(true, guess), rel=1e-6)
            assert told["bias"] == pytest.approx((guess - true).mean(), rel=1e-6)
            assert of_model.score.nulls == (~known).sum()
            assert of_model.score.mean == pytest.approx(np.abs(guess - true).mean(), rel=1e-5)
    worst = view(held, View(segments=ByPerformance(2), models=("A",)))
    assert worst.features[0].name == "site"
    assert any("have no score" in note for note in worst.notes)
    signed = view(held, View(score="signed_error", segments=ByPerformance(3), models=("A",)))
    means = [abs(cast(float, segment.models[0].score.mean)) for segment in signed.segments]
    assert means == sorted(means)


@pytest.mark.parametrize("classes", [3, 200])
def test_many_classes(make: Make, classes: int) -> None:
    y = RANDOM.integers(0, classes, ROWS)
    evidence = RANDOM.normal(size=(ROWS, classes)) + 3 * (y[:, None] == np.arange(classes))
    p = np.exp(evidence) / np.exp(evidence).sum(1, keepdims=True)
    names = [f"class {number:03d}" for number in range(classes)]
    columns: dict[str, Any] = {"y": texts(np.array(names)[y]), "x": numbers(RANDOM.normal(size=ROWS))}
    columns |= {name: numbers(p[:, number]) for number, name in enumerate(names)}
    held = make(columns, {"y": "label"} | {name: f"probability:A:{name}" for name in names})
    found = view(held, View(segments=ByConditions((Named("all", Condition("x")),))))
    assert (found.facts.task, found.facts.classes) == ("multiclass", tuple(names))
    ranked = ("auroc",) if classes <= 20 else ()
    assert found.facts.metrics == ("accuracy", *ranked, "f1", "ece")
    (of_model,) = found.segments[0].models
    guess = p.argmax(1)
    told = {name: one.value for name, one in of_model.metrics.items()}
    assert told["accuracy"] == pytest.approx(sk.accuracy_score(y, guess))
    assert told["f1"] == pytest.approx(sk.f1_score(y, guess, average="macro"))
    sure, right = p.max(1), guess == y
    bins = np.minimum((sure * 15).astype(int), 14)
    apart = [abs(right[bins == one].mean() - sure[bins == one].mean()) * (bins == one).mean() for one in set(bins)]
    assert told["ece"] == pytest.approx(sum(apart), abs=5e-3)
    assert of_model.score.mean == pytest.approx(sk.log_loss(y, p, labels=np.arange(classes)), rel=1e-5)
    brier = view(held, View(score="brier", segments=ByConditions((Named("all", Condition("x")),))))
    assert brier.segments[0].models[0].score.mean == pytest.approx(
        ((p - (y[:, None] == np.arange(classes))) ** 2).sum(1).mean(), rel=1e-5
    )
    with pytest.raises(BadQuestion):
        answer(held, View(positive=names[0]))


def test_predictions_alone(make: Make) -> None:
    y, guess = RANDOM.integers(0, 2, (2, ROWS))
    held = make(
        {"y": pa.array(y == 1), "a": texts(np.array(["no", "true"])[guess]), "b": pa.array(guess), "x": numbers(y)},
        {"y": "label", "a": "prediction:A", "b": "prediction:B"},
    )
    found = view(held, View(segments=ByColumn("x")))
    assert found.facts.task == "multiclass"  # "no" is none of true and false
    held = make(
        {"y": pa.array(y == 1), "a": texts(np.array(["False", "TRUE"])[guess]), "b": pa.array(guess), "x": numbers(y)},
        {"y": "label", "a": "prediction:A", "b": "prediction:B"},
    )
    found = view(held, View(segments=ByColumn("x")))
    assert found.facts.task == "binary"
    assert found.facts.scores == ("zero_one",)
    assert found.facts.metrics == ("accuracy", "f1")
    for segment, true in zip(found.segments, (y == float(s.name.split()[-1]) for s in found.segments), strict=True):
        for of_model in segment.models:
            assert of_model.metrics["accuracy"].value == pytest.approx((guess == y)[true].mean())
            assert of_model.score.mean == pytest.approx((guess != y)[true].mean())
            assert set(of_model.score.quartiles) <= {0.0, 1.0}


def test_few_whole_numbers_are_classes_and_it_is_said(make: Make) -> None:
    y = RANDOM.integers(1, 6, ROWS)
    held = make({"y": pa.array(y), "a": pa.array(np.roll(y, 1))}, {"y": "label", "a": "prediction:A"})
    found = view(held, View())
    assert found.facts.classes == ("1", "2", "3", "4", "5")
    assert any("taken for classes" in note for note in found.notes)


def test_one_class_only(make: Make) -> None:
    held = make(
        {"y": texts(["sick"] * 50), "p": numbers(RANDOM.random(50)), "x": numbers(RANDOM.random(50))},
        {"y": "label", "p": "probability:A"},
    )
    found = view(held, View())
    assert found.facts.classes == ("not sick", "sick")
    metrics = found.segments[0].models[0].metrics
    assert metrics["auroc"].value is None
    assert metrics["accuracy"].value is not None


def test_the_class_that_has_probabilities_is_the_positive_one(make: Make) -> None:
    y = RANDOM.integers(0, 2, ROWS)
    p = np.clip(y + RANDOM.normal(size=ROWS) * 0.2, 0.01, 0.99)
    held = make(
        {"y": texts(np.array(["benign", "malignant"])[y]), "p": numbers(1 - p)},
        {"y": "label", "p": "probability:A:benign"},
    )
    found = view(held, View())
    assert found.facts.positive == "benign"
    other = view(held, View(positive="malignant", segments=ByConditions((Named("all", Condition("p")),))))
    told = other.segments[0].models[0].metrics["auroc"].value
    assert told == pytest.approx(sk.roc_auc_score(y, p), abs=2e-3)


def test_without_labels(make: Make) -> None:
    columns = {"p": numbers(RANDOM.random(ROWS)), "x": numbers(RANDOM.normal(size=ROWS))}
    undecided = make(columns, {"p": "probability:A"})
    found = view(undecided, View())
    assert (found.score, found.facts.metrics) == ("entropy", ())
    assert any("no labels" in note for note in found.notes)
    with pytest.raises(BadQuestion, match="no column is the label"):
        answer(undecided, View(score="log_loss"))

    bare = make(columns)
    with pytest.raises(BadQuestion, match="No column is the label"):
        answer(bare, View())
    with pytest.raises(BadQuestion):
        answer(bare, FindSlices("A"))
    found = view(bare, View(segments=ByQuantiles("x", 2)))
    assert [segment.models for segment in found.segments] == [(), ()]
    assert found.features[0].name == "x"
    assert found.facts.task == "none"


def test_labels_that_are_all_missing_are_none(make: Make) -> None:
    held = make(
        {"y": numbers([np.nan] * 20), "p": numbers(np.arange(20) / 20), "x": numbers(range(20))},
        {"y": "label", "p": "probability:A"},
    )
    assert view(held, View()).score == "entropy"


SEGMENTATIONS = [
    ByPerformance(),
    ByQuantiles("x"),
    ByColumn("site"),
    ByTree("A", least=1),
    ByConditions((Named("", Condition("x", low=0.0)),)),
]


@pytest.mark.parametrize("by", SEGMENTATIONS, ids=lambda by: type(by).__name__)
@pytest.mark.parametrize("rows", [1, 2, 7])
def test_few_rows(make: Make, rows: int, by: Any) -> None:
    held = make(
        {
            "y": numbers(np.arange(rows) % 2),
            "p": numbers(np.linspace(0.1, 0.9, rows)),
            "x": numbers(np.linspace(-1, 1, rows)),
            "site": texts(["A"] * rows),
            "constant": numbers([3.0] * rows),
            "nothing": numbers([np.nan] * rows),
            "empty": texts([None] * rows),
            "at": moments([np.nan] * rows),
        },
        {"y": "label", "p": "probability:A", "at": "time"},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = view(held, View(segments=by))
        assert sum(segment.rows for segment in found.segments) == rows
        view(held, View(segments=by, clauses=(Clause("manual", Condition("x", low=99.0)),)))
        answer(held, FindSlices("A"))


def test_nulls_and_infinities_are_counted(make: Make) -> None:
    x = RANDOM.normal(size=ROWS)
    x[:20], x[20:25], x[25:27] = np.nan, np.inf, -np.inf
    y = RANDOM.integers(0, 2, ROWS).astype(float)
    y[-30:] = np.nan
    p = RANDOM.random(ROWS)
    p[:5] = np.nan
    held = make({"y": numbers(y), "p": numbers(p), "x": numbers(x)}, {"y": "label", "p": "probability:A"})
    half = ByConditions((Named("known", Condition("x", low=-1.0)), Named("low", Condition("x", high=-1.0))))
    found = view(held, View(segments=half, a=(0,), rows=Rows(sort="x", descending=True)))
    (feature,) = found.features
    assert sum(feature.a) + sum(feature.b) == ROWS
    assert feature.b[-1] == 20
    assert [segment.rows for segment in found.segments] == [
        np.count_nonzero(x >= -1),
        np.count_nonzero(x < -1),
        20,
    ]
    nulls = sum(segment.models[0].score.nulls for segment in found.segments)
    assert nulls == np.count_nonzero(np.isnan(y) | np.isnan(p))
    assert found.table is not None
    place = found.table.columns.index("x")
    assert [row[place] for row in found.table.values[:5]] == [None] * 5  # JSON has no infinity
    assert found.table.numbers[:5] == (20, 21, 22, 23, 24)
    expected = sk.accuracy_score((y[~np.isnan(y) & ~np.isnan(p)]), p[~np.isnan(y) & ~np.isnan(p)] >= 0.5)
    whole = view(held, View(segments=ByConditions((Named("all", Condition(all=())),))))
    assert whole.segments[0].models[0].metrics["accuracy"].value == pytest.approx(expected)


def test_ties_make_fewer_segments_and_it_is_said(make: Make) -> None:
    held = make(
        {"y": numbers([0, 1] * 50), "p": numbers([0.25, 0.75] * 50), "x": numbers([1.0] * 90 + [2.0] * 10)},
        {"y": "label", "p": "probability:A"},
    )
    found = view(held, View())
    assert len(found.segments) == 1
    assert any("different scores" in note for note in found.notes)
    parts = view(held, View(segments=ByQuantiles("x")))
    assert sum(segment.rows for segment in parts.segments) == 100
    assert any("equal values" in note for note in parts.notes)


def test_many_texts_are_compared_by_the_frequent_ones(make: Make) -> None:
    often = np.where(RANDOM.random(3000) < 0.5, "often", "also")
    rare = np.array([f"t{number}" for number in range(3000)])
    words = np.where(RANDOM.random(3000) < 0.6, often, rare)
    y = RANDOM.integers(0, 2, 3000)
    p = np.clip(np.where(words == "often", 0.5, 0.1 + 0.8 * y) + 0.02 * RANDOM.normal(size=3000), 0.01, 0.99)
    held = make({"y": numbers(y), "p": numbers(p), "word": texts(words)}, {"y": "label", "p": "probability:A"})
    found = view(held, View(segments=ByPerformance(2)))
    (feature,) = found.features
    assert set(feature.categories) == {"often", "also", "other"}
    assert sum(feature.a) + sum(feature.b) == 3000
    assert feature.sentence.startswith("“often” in 100.0% of A")
    assert found.rule is not None
    assert found.rule.sentence == "word is “often”"
    spots = answer(held, FindSlices("A", depth=1))
    assert spots.slices[0].sentence == "word is “often”"  # type: ignore[union-attr]
    parts = view(held, View(segments=ByColumn("word")))
    for segment in parts.segments:
        assert segment.where is not None
        assert view(held, View(clauses=(Clause("manual", segment.where),))).selected == segment.rows
    one = view(held, View(clauses=(Clause("manual", Condition("word", among=(str(rare[words == rare][0]),))),)))
    assert one.selected == 1


def test_vectors_are_left_out_and_it_is_said(make: Make) -> None:
    held = make(
        {"y": numbers([0, 1]), "p": numbers([0.2, 0.9]), "e": pa.array([[1.0], [2.0]]), "w": numbers([1, 2])},
        {"y": "label", "p": "probability:A", "e": "embedding", "w": "weight"},
    )
    notes = " ".join(view(held, View()).notes)
    assert "Vectors" in notes
    assert "Rows count by their weight “w”" in notes


def test_times_are_seconds_with_edges_and_words(make: Make) -> None:
    at = 1.7e9 + 3600.0 * np.arange(ROWS)
    late = np.arange(ROWS) >= ROWS // 2
    y = RANDOM.integers(0, 2, ROWS)
    p = np.where(late, 0.5, 0.1 + 0.8 * y)
    held = make(
        {"y": numbers(y), "p": numbers(p), "at": moments(at)}, {"y": "label", "p": "probability:A", "at": "time"}
    )
    found = view(held, View(segments=ByPerformance(2)))
    (feature,) = found.features
    assert (feature.kind, feature.edges[0]) == ("time", at[0])
    assert found.rule is not None
    assert "at from 2023-" in found.rule.sentence
    assert found.rule.precision > 0.9
    window = view(held, View(clauses=(Clause("manual", Condition("at", low=float(at[10]), high=float(at[20]))),)))
    assert window.selected == 10


def test_a_column_called_segment_is_hidden_by_the_views(make: Make) -> None:
    held = make(
        {"y": numbers([0, 1] * 5), "p": numbers(np.arange(10) / 10), "segment": texts(["a"] * 10)},
        {"y": "label", "p": "probability:A"},
    )
    found = view(held, View(segments=ByColumn("segment")))
    assert found.segments[0].rows == 10


BAD: list[Any] = [
    View(models=("Z",)),
    View(models=("A", "A")),
    View(score="loss"),
    View(score="absolute_error"),
    View(score="= "),
    View(score="= label +"),
    View(score="= nothing"),
    View(score="= site"),
    View(score="= vector"),
    View(score="= 1"),
    View(score="= open('x')"),
    View(score="= " + "(" * 500 + "x" + ")" * 500),
    View(positive="maybe"),
    View(segments=ByPerformance(0)),
    View(segments=ByPerformance(1000)),
    View(segments=ByPerformance(models=("Z",))),
    View(segments=ByQuantiles("site")),
    View(segments=ByQuantiles("nothing")),
    View(segments=ByQuantiles("score:Z")),
    View(segments=ByQuantiles("x", 1)),
    View(segments=ByColumn("x")),
    View(segments=ByColumn("nothing")),
    View(segments=ByConditions(())),
    View(segments=ByConditions((Named("", Condition()),))),
    View(segments=ByConditions((Named("", Condition("segment", among=(1.0,))),))),
    View(segments=ByConditions((Named("", Condition("site", low=1.0)),))),
    View(segments=ByTree("Z")),
    View(segments=ByTree("A", depth=0)),
    View(a=(0,), b=(0,)),
    View(features=1000),
    View(first_feature=-1),
    View(rows=Rows(count=10_000)),
    View(rows=Rows(first=-1)),
    View(rows=Rows(sort="nothing")),
    View(clauses=(Clause("manual", Condition("nothing", low=1.0)),)),
    View(clauses=(Clause("manual", Condition("site", low=1.0)),)),
    View(clauses=(Clause("manual", Condition("x", among=("a",))),)),
    View(clauses=(Clause("manual", Condition("score:Z", low=1.0)),)),
    View(clauses=(Clause("manual", Condition(any=(Condition("x", null=True, low=1.0),))),)),
    FindSlices("Z"),
    FindSlices("A", against="A"),
    FindSlices("A", depth=9),
    FindSlices("A", least=0),
    FindSlices("A", count=0),
    FindSlices("A", score="= site"),
]


@pytest.mark.parametrize("question", BAD, ids=range(len(BAD)))
def test_what_does_not_fit_is_refused_in_a_sentence(make: Make, question: Any) -> None:
    held = make(
        {
            "y": numbers([0, 1] * 20),
            "p": numbers(np.arange(40) / 40),
            "x": numbers(np.arange(40.0)),
            "site": texts(["a", "b"] * 20),
            "vector": pa.array([[1.0]] * 40),
        },
        {"y": "label", "p": "probability:A"},
    )
    with pytest.raises(BadQuestion) as refused:
        answer(held, question)
    assert str(refused.value)[-1] in ".)”"


def test_a_segment_that_is_gone_is_said_and_left_out(make: Make) -> None:
    held = make(
        {"y": numbers([0, 1] * 20), "p": numbers(np.arange(40) / 40), "x": numbers(range(40))},
        {"y": "label", "p": "probability:A"},
    )
    found = view(held, View(segments=ByPerformance(2), a=(7,)))
    assert found.groups["a"].keys == (1,)
    assert any("no segment 7" in note for note in found.notes)


def test_names_with_dots_are_names(make: Make) -> None:
    held = make(
        {"x.y": numbers([1.0, 2.0, 3.0]), "x": numbers([4.5, 5.5, 6.5]), "x.y.z": numbers([7.0, 8.0, 9.0])},
        {"x": "label", "x.y": "prediction:A"},
    )
    found = view(held, View(rows=Rows(sort="x.y.z"), segments=ByConditions((Named("", Condition("x.y", low=2.0)),))))
    assert found.table is not None
    row = dict(zip(found.table.columns, found.table.values[0], strict=True))
    assert (row["x"], row["x.y"], row["x.y.z"], row["score:A"]) == (6.5, 3.0, 9.0, 3.5)
    assert found.segments[0].rows == 2


def test_a_column_that_the_file_lacks_is_refused(make: Make) -> None:
    from gpu_workers.debugger.answer import open_dataset

    held = make({"y": numbers([0.0, 1.0])})
    other = make({"z": numbers([0.0, 1.0])})
    with pytest.raises(BadQuestion, match="“y”"):
        open_dataset(other.path, held.columns)


def test_names_of_classes_that_are_other_numbers_are_other_classes(make: Make) -> None:
    """Codes of SNOMED CT have up to 18 digits; "1_0" is a name."""
    names = ["10", "10811121000119102", "10811121000119110", "1_0"]
    labels = np.array(names)[np.arange(ROWS) % 4]
    held = make({"y": texts(labels), "p": texts(labels)}, {"y": "label", "p": "prediction:A"})
    assert view(held, View()).facts.classes == tuple(names)


def test_codes_that_are_numbers_are_those_that_are_texts(make: Make) -> None:
    codes = np.array([10811121000119102.0, 10811161000119108.0])[np.arange(ROWS) % 2]
    said = np.array(["10811121000119102", "10811161000119108"])[np.arange(ROWS) % 2]
    held = make({"y": numbers(codes), "p": texts(said)}, {"y": "label", "p": "prediction:A"})
    found = view(held, View(segments=ByPerformance(1)))
    assert found.facts.classes == ("10811121000119102", "10811161000119108")
    assert found.segments[0].models[0].metrics["accuracy"].value == 1
