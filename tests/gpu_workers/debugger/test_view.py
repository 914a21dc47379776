"""What a `View` answers, beside NumPy and scikit-learn on the same rows."""

from typing import cast

import msgspec
import numpy as np
import pytest
from sklearn import metrics as sk

from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.held import Held
from gpu_workers.debugger.selection import Columns, mask, read
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByConditions,
    ByPerformance,
    ByQuantiles,
    ByTree,
    Clause,
    Condition,
    Named,
    Question,
    Rows,
    Segmentation,
    View,
    ViewAnswer,
    answered,
)

from .conftest import ROWS, Binary

SITES = ByColumn("site")
BY_EACH: list[Segmentation] = [
    ByPerformance(),
    ByPerformance(3, models=("A",)),
    ByQuantiles("x"),
    ByQuantiles("score:B", 5),
    SITES,
    ByConditions((Named("high", Condition("x", low=0.5)), Named("C", Condition("site", among=("C",))))),
    ByTree("A"),
]


def view(held: Held, asked: View) -> ViewAnswer:
    found = answer(held, asked)
    told = msgspec.json.encode(found)
    assert b"NaN" not in told
    assert b"Infinity" not in told
    assert answered(told) == found
    return cast(ViewAnswer, found)


def loss(binary: Binary, model: str) -> np.ndarray:
    said = binary.p[model]
    return np.asarray(-np.log(np.where(binary.y == 1, said, 1 - said)))


def by_site(binary: Binary, found: ViewAnswer) -> list[np.ndarray]:
    assert [segment.name for segment in found.segments] != []
    return [binary.site == segment.name.split("“")[1][0] for segment in found.segments]


def test_the_first_view_says_what_the_dataset_is(held: Held) -> None:
    found = view(held, View())
    facts = found.facts
    assert (facts.task, facts.models, facts.positive, facts.lower_is_better) == ("binary", ("A", "B"), "1", True)
    assert facts.scores == ("log_loss", "brier", "zero_one", "margin", "entropy")
    assert facts.metrics == ("accuracy", "auroc", "f1", "ece")
    assert (found.rows, found.selected, found.score) == (ROWS, ROWS, "log_loss")
    assert sum(segment.rows for segment in found.segments) == ROWS
    assert found.stability is not None
    assert found.feature_count == 4  # x, noise, site, when


def test_metrics_are_those_of_the_segments_rows(held: Held, binary: Binary) -> None:
    found = view(held, View(segments=SITES))
    for segment, rows in zip(found.segments, by_site(binary, found), strict=True):
        assert segment.rows == rows.sum()
        y = binary.y[rows]
        for of_model in segment.models:
            said = binary.p[of_model.model][rows]
            told = {name: estimate.value for name, estimate in of_model.metrics.items()}
            assert told["accuracy"] == pytest.approx(sk.accuracy_score(y, said >= 0.5))
            assert told["f1"] == pytest.approx(sk.f1_score(y, said >= 0.5))
            assert told["auroc"] == pytest.approx(sk.roc_auc_score(y, said), abs=2e-3)
            bins = np.minimum((said * 15).astype(int), 14)
            apart = [abs(y[bins == one].mean() - said[bins == one].mean()) * (bins == one).mean() for one in set(bins)]
            assert told["ece"] == pytest.approx(sum(apart), abs=2e-3)
            assert all(one.low is not None and one.low <= cast(float, one.value) for one in of_model.metrics.values())


def test_scores_are_those_of_the_segments_rows(held: Held, binary: Binary) -> None:
    found = view(held, View(segments=SITES))
    width = found.score_edges[1] - found.score_edges[0]
    for segment, rows in zip(found.segments, by_site(binary, found), strict=True):
        for of_model in segment.models:
            score = of_model.score
            values = loss(binary, of_model.model)[rows]
            assert score.mean == pytest.approx(values.mean(), rel=1e-5)
            assert np.array(score.quartiles) == pytest.approx(np.quantile(values, (0.25, 0.5, 0.75)), abs=width / 8)
            assert score.counts == tuple(np.histogram(values, found.score_edges)[0])
            assert score.above == (values > found.score_edges[-1]).sum()
            assert sum(score.counts) + score.above + score.nulls == segment.rows
        apart = (loss(binary, "B") - loss(binary, "A"))[rows]
        told = segment.differences["B"]
        assert told.value == pytest.approx(apart.mean(), rel=1e-4)
        half = 1.96 * apart.std(ddof=1) / np.sqrt(rows.sum())
        assert (told.low, told.high) == pytest.approx((apart.mean() - half, apart.mean() + half), rel=1e-3)


@pytest.mark.parametrize("by", BY_EACH, ids=lambda by: type(by).__name__)
def test_a_segment_is_the_same_rows_whatever_is_left(held: Held, by: Segmentation) -> None:
    whole = view(held, View(segments=by, rows=Rows(count=500)))
    part = view(held, View(segments=by, clauses=(Clause("manual", Condition("noise", low=0.0)),)))
    assert [segment.where for segment in whole.segments] == [segment.where for segment in part.segments]
    assert [segment.sentence for segment in whole.segments] == [segment.sentence for segment in part.segments]
    assert sum(segment.rows for segment in part.segments) < sum(segment.rows for segment in whole.segments)
    known = {key for segment in whole.segments for key in [segment.key]}
    assert known == set(range(len(whole.segments)))


@pytest.mark.parametrize("by", BY_EACH, ids=lambda by: type(by).__name__)
def test_a_segments_condition_finds_its_rows(held: Held, by: Segmentation) -> None:
    whole = view(held, View(segments=by))
    for segment in whole.segments:
        if segment.where is not None:
            there = view(held, View(segments=by, clauses=(Clause("manual", segment.where),)))
            assert there.selected == segment.rows
            assert [one.rows for one in there.segments if one.key == segment.key] == [segment.rows]


def test_by_performance_the_first_is_the_best_and_the_last_is_compared(held: Held) -> None:
    for score in ("log_loss", "margin"):
        found = view(held, View(score=score))
        means = [np.mean([cast(float, one.score.mean) for one in segment.models]) for segment in found.segments]
        assert means == sorted(means, reverse=score == "margin")
        assert found.groups["a"].keys == (3,)
        assert found.groups["b"].keys == (0, 1, 2)
        assert found.groups["a"].rows == found.segments[3].rows


def test_the_planted_causes_come_first(held: Held) -> None:
    found = view(held, View(models=("A",), segments=ByPerformance(2)))
    assert {feature.name for feature in found.features[:2]} == {"x", "site"}
    for feature in found.features:
        assert (feature.q is not None and feature.q < 0.01) == (feature.name in ("x", "site")), feature
    assert found.rule is not None
    assert "site" in found.rule.sentence
    assert 0 < found.rule.precision <= 1


def test_features_count_the_rows_of_either_group(held: Held, binary: Binary) -> None:
    found = view(held, View(segments=SITES, a=(0,), b=(1, 2)))
    keys = {segment.key: segment.name.split("“")[1][0] for segment in found.segments}
    inside = binary.site == keys[0]
    features = {feature.name: feature for feature in found.features}
    x = features["x"]
    for counts, rows in ((x.a, inside), (x.b, ~inside)):
        values = binary.x[rows]
        edges = np.array(x.edges)
        assert counts[-1] == np.isnan(values).sum()
        assert sum(counts) == rows.sum()
        assert counts[1:-2] == tuple(np.histogram(values[~np.isnan(values)], edges)[0][1:-1])
    widths = np.diff(x.edges)
    assert widths[1:-1] == pytest.approx(np.full(len(widths) - 2, widths[1]))
    assert x.direction == pytest.approx(
        (np.nanmean(binary.x[inside]) - np.nanmean(binary.x[~inside])) / np.nanstd(binary.x), abs=0.05
    )
    site = features["site"]
    assert sum(site.a) == inside.sum()
    assert site.a[site.categories.index(keys[0])] == inside.sum()


def test_a_rule_is_judged_on_rows_that_it_was_not_found_on(held: Held, binary: Binary) -> None:
    rule = view(held, View(segments=ByQuantiles("score:A", 4))).rule
    assert rule is not None
    worst = loss(binary, "A") >= np.quantile(loss(binary, "A").astype(np.float32), 0.75)
    met = view(held, View(clauses=(Clause("manual", rule.where),), rows=Rows(count=500))).selected
    inside = mask(read(rule.where, held), Columns(held))
    assert met == inside.sum()
    half = held.dealt >= 128
    assert rule.precision == pytest.approx(worst[inside & half].mean(), abs=1e-9)
    assert rule.recall == pytest.approx(inside[worst & half].mean(), abs=1e-9)
    assert rule.recall != pytest.approx(inside[worst].mean(), abs=1e-9)


def test_a_small_group_is_compared_by_fewer_bins(held: Held, binary: Binary) -> None:
    """Thirty rows in sixty bins would differ from any others."""
    few = ByConditions((Named("few", Condition("when", high=1.7e9 + 60.0 * 30)),))
    found = view(held, View(segments=few, a=(0,), b=(1,)))
    features = {feature.name: feature for feature in found.features}
    apart = features["noise"].measures["jensen_shannon"]
    assert apart is not None
    assert apart < 0.1
    assert sum(features["noise"].a) == 30
    assert len(features["noise"].edges) == 25  # shown as ever
    missing = ByConditions((Named("missing", Condition(all=(Condition("x", null=True), Condition("noise", low=0.0)))),))
    alone = {feature.name: feature for feature in view(held, View(segments=missing, a=(0,), b=(1,))).features}
    rows_a, rows_b = np.array(alone["x"].a), np.array(alone["x"].b)
    assert rows_a[:-1].sum() == 0
    p, q = rows_a / rows_a.sum(), rows_b / rows_b.sum()
    nulls = np.array([1 - p[-1], p[-1]]), np.array([1 - q[-1], q[-1]])
    middle = (nulls[0] + nulls[1]) / 2
    entropy = [-(one[one > 0] * np.log(one[one > 0])).sum() for one in (*nulls, middle)]
    assert alone["x"].measures["jensen_shannon"] == pytest.approx(entropy[2] - (entropy[0] + entropy[1]) / 2, rel=1e-6)


def test_a_clause_leaves_its_own_view_alone(held: Held, binary: Binary) -> None:
    high = Condition("x", low=0.5, high=1.5)
    kept = (binary.x >= 0.5) & (binary.x < 1.5)
    plain = view(held, View(segments=SITES))

    brushed = view(held, View(segments=SITES, clauses=(Clause("feature:x", high),)))
    assert brushed.selected == kept.sum()
    assert sum(segment.rows for segment in brushed.segments) == kept.sum()
    of = {feature.name: feature for feature in brushed.features}
    assert sum(of["x"].a) + sum(of["x"].b) == ROWS
    assert sum(of["noise"].a) + sum(of["noise"].b) == kept.sum()

    worst = view(held, View(segments=SITES, clauses=(Clause("performance", Condition("score:A", low=1.0)),)))
    left = loss(binary, "A").astype(np.float32) >= 1.0
    assert worst.selected == left.sum()
    assert [segment.rows for segment in worst.segments] == [segment.rows for segment in plain.segments]
    assert worst.groups["a"].rows + worst.groups["b"].rows == left.sum()
    assert worst.table is not None
    assert worst.table.total == left.sum()

    chosen = view(held, View(clauses=(Clause("performance", Condition("segment", among=(3.0,))),)))
    assert chosen.selected == view(held, View()).segments[3].rows


def test_rows_are_sorted_with_the_nulls_last(held: Held, binary: Binary) -> None:
    def column(asked: Rows, name: str) -> list[object]:
        found = view(held, View(rows=asked)).table
        assert found is not None
        assert found.total == ROWS
        return [row[found.columns.index(name)] for row in found.values]

    ascending = column(Rows(0, 40, "x", False), "x")
    assert ascending == sorted(binary.x[~np.isnan(binary.x)])[:40]
    last = column(Rows(ROWS - 70, 70, "x", True), "x")
    assert last[-60:] == [None] * 60
    assert last[0] is not None
    assert column(Rows(0, 3, "", False), "id") == ["row 0", "row 1", "row 2"]
    assert column(Rows(0, 2, "id", False), "id") == ["row 0", "row 1"]
    assert column(Rows(0, 2, "id", True), "id") == ["row 999", "row 998"]
    assert column(Rows(0, 1, "when", True), "when") == ["2023-11-17T00:12:20Z"]
    sites = column(Rows(5, 10, "site", False), "site")
    assert sites == ["A"] * 10
    worst = column(Rows(0, 5, "score:A", True), "score:A")
    assert worst == pytest.approx(np.sort(loss(binary, "A"))[::-1][:5], rel=1e-4)
    assert column(Rows(ROWS, 10, "x"), "x") == []


def test_of_equal_ones_the_first_in_the_file_are_listed_first(held: Held, binary: Binary) -> None:
    found = view(held, View(rows=Rows(0, 20, "site", False))).table
    assert found is not None
    assert found.numbers == tuple(np.flatnonzero(binary.site == "A")[:20])


def test_rows_of_a_group(held: Held, binary: Binary) -> None:
    found = view(held, View(segments=SITES, a=(2,), rows=Rows(of="a", count=500)))
    assert found.table is not None
    assert found.table.total == found.segments[2].rows == found.groups["a"].rows


def test_pages_of_features(held: Held) -> None:
    whole = [feature.name for feature in view(held, View()).features]
    assert [feature.name for feature in view(held, View(first_feature=1, features=2)).features] == whole[1:3]


@pytest.mark.parametrize(("named", "names"), [("", 4), ("S", 2), ("site", 1), ("NOIS", 1), ("nothing", 0)])
def test_features_are_found_by_a_part_of_their_names(held: Held, named: str, names: int) -> None:
    whole = [feature.name for feature in view(held, View()).features]
    found = view(held, View(named=named))
    assert (found.feature_count, found.named_count) == (4, names)
    assert [feature.name for feature in found.features] == [name for name in whole if named.lower() in name]
    rest = view(held, View(named=named, first_feature=1))
    assert rest.features == found.features[1:]


def test_another_measure_is_another_order_of_the_same(held: Held) -> None:
    plain, other = view(held, View()), view(held, View(measure="kolmogorov_smirnov"))
    assert {feature.name: feature.p for feature in plain.features} == {one.name: one.p for one in other.features}
    values = [feature.measures["kolmogorov_smirnov"] for feature in other.features]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=True)
    assert values[len(known) :] == [None] * (len(values) - len(known))


def test_the_positive_class_can_be_the_other(held: Held, binary: Binary) -> None:
    found = view(held, View(positive="0", segments=SITES))
    assert (found.facts.positive, found.facts.classes) == ("0", ("1", "0"))
    # A column of probabilities that names no class is that of the positive one.
    rows = by_site(binary, found)[0]
    told = found.segments[0].models[0].metrics["auroc"].value
    assert told == pytest.approx(sk.roc_auc_score(binary.y[rows] == 0, binary.p["A"][rows]), abs=2e-3)


def test_an_expression_is_a_score(held: Held, binary: Binary) -> None:
    found = view(held, View(score="= abs(label - probability) * (x > 0)", segments=SITES))
    rows = by_site(binary, found)[0]
    expected = np.where(np.isnan(binary.x), np.nan, np.abs(binary.y - binary.p["A"]) * (binary.x > 0))[rows]
    score = found.segments[0].models[0].score
    assert score.mean == pytest.approx(np.nanmean(expected), rel=1e-5)
    assert score.nulls == np.isnan(expected).sum()


def test_the_same_question_has_the_same_answer(binary: Binary, held: Held) -> None:
    from gpu_workers.debugger.answer import open_dataset

    again = open_dataset(held.path, held.columns)
    asked: Question = View(measure="kl", clauses=(Clause("manual", Condition("x", low=0.0)),))
    first, second = answer(held, asked), answer(again, asked)
    assert msgspec.structs.replace(first, seconds=0.0) == msgspec.structs.replace(second, seconds=0.0)
