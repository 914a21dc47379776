"""Latitude and longitude as one feature of hexagons, beside h3 row by row."""

from collections import Counter
from io import BytesIO
from typing import Any

import h3
import numpy as np
import pyarrow.parquet as pq
import pytest

from gpu_workers.analyses.columns import OTHER
from gpu_workers.debugger.answer import answer
from gpu_workers.debugger.held import Held
from gpu_workers.debugger.places import cell_of, places, spelled
from gpu_workers.protocol.debugger import (
    ByColumn,
    ByConditions,
    Clause,
    Condition,
    Export,
    Feature,
    Named,
    Rows,
    View,
    ViewAnswer,
)

from .conftest import Make
from .stored import numbers, texts
from .test_view import view

ROWS = 3000
ROLES = {"y": "label", "p": "probability:M", "latitude": "lat", "longitude": "lon"}


class Towns:
    """Rows about three towns; the model fails in the second one."""

    def __init__(self) -> None:
        random = np.random.default_rng(8)
        self.town = random.integers(0, 3, ROWS)
        self.lat = np.array([48.86, 45.76, 43.30])[self.town] + random.normal(0, 0.05, ROWS)
        self.lon = np.array([2.35, 4.84, 5.37])[self.town] + random.normal(0, 0.05, ROWS)
        self.y = random.integers(0, 2, ROWS)
        right = np.where(self.town == 1, 0.3, 0.9) + random.uniform(-0.1, 0.1, ROWS)
        self.p = np.where(self.y == 1, right, 1 - right)
        self.lat[:10], self.lon[10:30], self.lat[30:35] = np.nan, np.nan, 91.0

    def columns(self) -> dict[str, Any]:
        return {
            "y": numbers(self.y),
            "p": numbers(self.p),
            "latitude": numbers(self.lat),
            "longitude": numbers(self.lon),
            "town": texts(np.array(["Paris", "Lyon", "Marseille"])[self.town]),
        }

    def cells(self, resolution: int) -> list[str | None]:
        """As the stored table has them: what float32 holds exactly is held so, these are not."""
        known = (np.abs(self.lat) <= 90) & (np.abs(self.lon) <= 180)
        return [
            h3.latlng_to_cell(lat, lon, resolution) if there else None
            for lat, lon, there in zip(self.lat, self.lon, known, strict=True)
        ]


@pytest.fixture(scope="module")
def towns() -> Towns:
    return Towns()


@pytest.fixture
def held(make: Make, towns: Towns) -> Held:
    return make(towns.columns(), ROLES)


def place_of(found: ViewAnswer) -> Feature:
    [place] = [feature for feature in found.features if feature.kind == "place"]
    return place


def test_both_columns_are_one_feature_with_the_rows_of_each_hexagon(held: Held, towns: Towns) -> None:
    lyon = ByConditions((Named("Lyon", Condition("town", among=("Lyon",))),))
    found = view(held, View(segments=lyon, a=(0,)))
    assert sorted(feature.name for feature in found.features) == ["place", "town"]
    place = place_of(found)
    size = h3.get_resolution(place.categories[0])
    for side, inside in ((place.a, towns.town == 1), (place.b, towns.town != 1)):
        counted = Counter(cell for cell, there in zip(towns.cells(size), inside, strict=True) if there)
        told = dict(zip(place.categories, side, strict=False))
        assert all(told[cell] == counted[cell] for cell in place.categories if cell != OTHER)
        assert side[-1] == counted[None]
        assert sum(side) == inside.sum()
    assert place.q is not None
    assert place.q < 0.01
    assert place.measures["jensen_shannon"] == pytest.approx(np.log(2) * 1, abs=0.25)
    assert "of A and" in place.sentence
    assert any("5 rows lie at no place on Earth" in note for note in found.notes)


def test_each_hexagon_has_its_corners_and_the_others_have_none(held: Held) -> None:
    place = place_of(view(held, View()))
    for cell, outline in zip(place.categories, place.outlines, strict=True):
        if cell == OTHER:
            assert outline == ()
        else:
            corners = [degree for lat, lon in h3.cell_to_boundary(cell) for degree in (lon, lat)]
            assert outline == pytest.approx(corners, abs=0.01)


@pytest.mark.parametrize("size", [3, 5, 8])
def test_a_condition_on_cells_of_any_size_means_the_rows_in_them(held: Held, towns: Towns, size: int) -> None:
    cells = towns.cells(size)
    chosen = [cell for cell, _ in Counter(cells).most_common(3) if cell]
    where = Condition("place", among=tuple(chosen))
    found = view(held, View(clauses=(Clause("manual", where),), rows=Rows(count=500)))
    rows = np.flatnonzero([cell in chosen for cell in cells])
    assert found.selected == len(rows)
    assert found.table is not None
    assert found.table.numbers == tuple(rows[:500])
    into = BytesIO()
    answer(held, Export(View(clauses=(Clause("manual", where),)), "parquet"), into)
    assert pq.read_table(into).num_rows == len(rows)
    without = Condition("place", not_in=tuple(chosen))
    left = view(held, View(clauses=(Clause("manual", without),))).selected
    assert left == sum(cell is not None and cell not in chosen for cell in cells)
    nowhere = view(held, View(clauses=(Clause("manual", Condition("place", null=True)),))).selected
    assert nowhere == 35


def test_hexagons_can_be_segments_the_rare_ones_together(held: Held, towns: Towns) -> None:
    found = view(held, View(segments=ByColumn("place", 5)))
    assert [segment.rows for segment in found.segments][-1] == 35
    assert found.segments[0].name.startswith("place is near 4")
    assert sum(segment.rows for segment in found.segments) == ROWS
    for segment in found.segments:
        assert segment.where is not None
        assert view(held, View(clauses=(Clause("manual", segment.where),))).selected == segment.rows


def test_the_name_of_a_column_of_the_table_is_not_taken(make: Make, towns: Towns) -> None:
    held = make(towns.columns() | {"place": numbers(towns.town)}, ROLES)
    names = {feature.name for feature in view(held, View()).features}
    assert names == {"place", "place of latitude and longitude", "town"}


def test_one_of_the_two_alone_is_a_number(make: Make, towns: Towns) -> None:
    held = make(towns.columns(), ROLES | {"longitude": "feature"})
    kinds = {feature.name: feature.kind for feature in view(held, View()).features}
    assert kinds == {"latitude": "number", "longitude": "number", "town": "category"}


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (np.random.default_rng(1).normal(0, 30, 5000), np.random.default_rng(2).uniform(-180, 180, 5000)),
        (np.random.default_rng(1).uniform(45, 50, 5000), np.random.default_rng(2).uniform(2, 9, 5000)),
        (np.full(50, 48.0), np.full(50, 2.0)),
    ],
)
def test_there_are_a_few_hundred_hexagons_at_most(lat: np.ndarray, lon: np.ndarray) -> None:
    found = places(lat, lon)
    assert 1 <= len(found.categories) <= 254


def test_rows_on_both_sides_of_the_date_line_are_near_each_other() -> None:
    random = np.random.default_rng(4)
    far = (random.normal(180, 1, 2000) + 180) % 360 - 180
    near = random.normal(20, 1, 2000)
    lat = random.normal(-17, 1, 2000)
    assert places(lat, far).resolution == places(lat, near).resolution


def test_rows_without_any_place(make: Make) -> None:
    lost = np.full(20, np.nan)
    held = make({"latitude": numbers(lost), "longitude": numbers(lost), "x": numbers(np.arange(20))}, ROLES)
    found = view(held, View(segments=ByColumn("x", 2)))
    assert place_of(found).categories == ()


def test_what_is_no_cell_holds_no_row_and_is_said_as_it_is(held: Held) -> None:
    for text in ("nonsense", "8009", "ffffffffffffffff", ""):
        assert cell_of(text) is None
        assert spelled(text) == text
        where = Condition("place", among=(text,))
        assert view(held, View(clauses=(Clause("manual", where),))).selected == 0
