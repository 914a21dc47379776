"""The demo's tables: they can be made again, and the debugger's figures of them are what the documentation says."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

import numpy as np
import pytest

from gpu_workers.analyses import Category, Contrast, Feature, attribution, category_feature, coded, kmeans, log_loss
from gpu_workers.analyses import numeric_feature as numeric
from infra.demo.manifest import Table, load
from infra.demo.tables import TABLES, cancer

CANCER, FILMS = load().tables


def rows_of(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(table.read().decode())))


def truth_of(rows: Sequence[dict[str, str]], label: str, positive: str) -> np.ndarray[Any, Any]:
    return np.array([float(row[label] == positive) for row in rows])


def worst_apart(table: Table, label: str, positive: str, seed: int = 0) -> tuple[np.ndarray[Any, Any], list[Contrast]]:
    """Rows of the worst of four segments by both models, and what sets them apart."""
    rows = rows_of(table)
    models = [name for name, role in table.roles.items() if role.startswith("probability")]
    truth = truth_of(rows, label, positive)
    points = np.stack([log_loss(truth, np.array([float(row[name]) for row in rows])) for name in models]).T
    groups = kmeans(points, 4, seed).labels(points)
    columns: dict[str, Any] = {}
    features: list[Feature] = []
    for name in rows[0].keys() - {label, *models} - {name for name, role in table.roles.items() if role == "id"}:
        values = [row[name] for row in rows]
        try:
            columns[name] = np.array(values, float)
            features.append(numeric(name, columns[name]))
        except ValueError:
            kinds = tuple(sorted(set(values)))
            columns[name] = Category(np.array([kinds.index(value) for value in values]), kinds)
            features.append(category_feature(name, {kind: values.count(kind) for kind in kinds}))
    contrasts = attribution(coded(features, columns).count(groups, 4), [3], range(3))
    return groups == 3, contrasts


def test_the_breast_cancer_table_can_be_made_again() -> None:
    made = cancer()
    kept = rows_of(CANCER)
    assert list(made) == list(kept[0])
    assert len(kept) == 569
    for name, values in made.items():
        if name in ("all measures", "short score"):
            assert np.array(values, float) == pytest.approx(np.array([row[name] for row in kept], float), abs=0.01)
        else:
            assert list(values) == [row[name] for row in kept]


def test_what_ships_is_what_the_generator_names() -> None:
    assert (CANCER, FILMS) == TABLES


def test_the_planted_flaw_is_first_in_the_worst_segment() -> None:
    worst, contrasts = worst_apart(CANCER, "diagnosis", "malignant")
    rows = rows_of(CANCER)
    assert {rows[place]["site"] for place in np.flatnonzero(worst)} == {"Mill Lane"}
    assert [contrast.feature.name for contrast in contrasts[:2]] == ["worst area", "site"]
    assert contrasts[0].q < 0.01


@pytest.mark.parametrize("seed", range(3))
def test_the_marker_is_first_in_the_film_readers_worst_segment(seed: int) -> None:
    worst, contrasts = worst_apart(FILMS, "effusion", "yes", seed)
    rows = rows_of(FILMS)
    assert {(row["marker"], row["effusion"]) for row, one in zip(rows, worst, strict=True) if one} == {
        ("PORTABLE", "no")
    }
    assert contrasts[0].feature.name == "marker"
    assert contrasts[0].q < 0.01


def test_the_film_reader_looks_good_until_one_looks() -> None:
    rows = rows_of(FILMS)
    marked = np.array([row["marker"] == "PORTABLE" for row in rows])
    wet = truth_of(rows, "effusion", "yes") == 1
    called = np.array([float(row["film reader"]) for row in rows]) > 0.5
    assert (called == wet).mean() > 0.85
    assert called[marked & ~wet].mean() > 0.95
    assert called[~marked & ~wet].mean() < 0.01
