"""The demo's tables: they can be made again, and the debugger finds in them what the documentation says."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gpu_workers.debugger.answer import answer, open_dataset
from gpu_workers.protocol.datasets import Column, Kind, Role
from gpu_workers.protocol.debugger import ByPerformance, FindSlices, Rows, SlicesAnswer, View, ViewAnswer
from infra.demo.manifest import Table, load
from infra.demo.tables import TABLES, cancer, film_reader

CANCER, FILMS = load().tables


def rows_of(table: Table) -> list[dict[str, Any]]:
    """Of a CSV file all values are text."""
    if table.format == "csv":
        return list(csv.DictReader(StringIO(table.read().decode())))
    found: list[dict[str, Any]] = pq.read_table(pa.BufferReader(table.read())).to_pylist()
    return found


def asked(table: Table, folder: Path, question: View | FindSlices) -> Any:
    """The answer of the debugger's own engine, in this process."""
    columns, held = [], {}
    for name, values in zip(
        rows_of(table)[0], zip(*(row.values() for row in rows_of(table)), strict=True), strict=True
    ):
        role, _, model = table.roles.get(name, "feature").partition(":")
        model, _, of_class = model.partition(":")
        if isinstance(values[0], bytes):
            held[name], kind = pa.array(values), Kind.IMAGE
        else:
            try:
                held[name], kind = pa.array(np.array(values, float)), Kind.NUMBER
            except ValueError:
                held[name], kind = pa.array(values).dictionary_encode(), Kind.CATEGORY
        columns.append(Column(name, kind, Role(role), model, of_class))
    pq.write_table(pa.table(held), folder / "table.parquet")
    return answer(open_dataset(folder / "table.parquet", tuple(columns)), question)


def worst(table: Table, folder: Path, seed: int = 0) -> ViewAnswer:
    """A is the worst of four segments; all of its rows are listed."""
    found = asked(table, folder, View(segments=ByPerformance(seed=seed), rows=Rows(count=500, of="a")))
    assert isinstance(found, ViewAnswer)
    return found


def listed(found: ViewAnswer, *columns: str) -> set[tuple[Any, ...]]:
    assert found.table is not None
    places = [found.table.columns.index(name) for name in columns]
    return {tuple(row[place] for place in places) for row in found.table.values}


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


def test_the_planted_flaw_is_what_sets_the_worst_segment_apart(tmp_path: Path) -> None:
    found = worst(CANCER, tmp_path)
    assert listed(found, "site", "diagnosis") == {("Mill Lane", "malignant")}
    assert [feature.name for feature in found.features[:2]] == ["worst area", "site"]
    assert all(feature.q is not None and feature.q < 0.01 for feature in found.features[:2])
    assert found.rule is not None
    assert "site is “Mill Lane”" in found.rule.sentence


def test_it_is_found_without_anybody_asking(tmp_path: Path) -> None:
    found = asked(CANCER, tmp_path, FindSlices(model="short score", against="all measures"))
    assert isinstance(found, SlicesAnswer)
    assert "worst area" in found.slices[0].sentence
    assert found.slices[0].q < 0.001


@pytest.mark.parametrize("seed", range(3))
def test_the_marker_is_what_sets_the_film_readers_worst_segment_apart(seed: int, tmp_path: Path) -> None:
    found = worst(FILMS, tmp_path, seed)
    assert listed(found, "marker", "effusion") == {("PORTABLE", "no")}
    assert found.features[0].name == "marker"
    assert found.features[0].q is not None
    assert found.features[0].q < 0.01


def test_a_film_is_what_its_reader_read() -> None:
    """Whoever opens a row on the bench gets the table's own answer."""
    for row in rows_of(FILMS)[::300]:
        assert len(row["film"]) < 4000
        assert round(film_reader(row["film"]), 3) == pytest.approx(row["film reader"], abs=0.002)


def test_the_film_reader_looks_good_until_one_looks() -> None:
    rows = rows_of(FILMS)
    marked = np.array([row["marker"] == "PORTABLE" for row in rows])
    wet = np.array([row["effusion"] == "yes" for row in rows])
    called = np.array([float(row["film reader"]) for row in rows]) > 0.5
    assert (called == wet).mean() > 0.85
    assert called[marked & ~wet].mean() > 0.95
    assert called[~marked & ~wet].mean() < 0.01
