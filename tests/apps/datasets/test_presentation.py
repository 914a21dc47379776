"""What a column holds, in words and as a drawing."""

import pytest

from apps.datasets.presentation import aligned, bars, line_of, number, share
from gpu_workers.protocol.datasets import Column, Count, Facts, Kind, Role


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (-1.25, "−1.25"),
        (57.12345, "57.12"),
        (1234.5, "1,234"),
        (12_345.6, "12,346"),
        (1.5e-7, "1.5e−07"),
        (3.25e12, "3.25e+12"),
    ],
)
def test_numbers(value: float, told: str) -> None:
    assert number(value) == told


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 4, "0 %"), (1, 4, "25 %"), (1, 3, "33.3 %"), (1, 9999, "< 0.1 %"), (9998, 9999, "> 99.9 %"), (0, 0, "–")],
)
def test_shares_never_say_none_or_all_where_it_is_not(part: int, whole: int, told: str) -> None:
    assert share(part, whole) == told


def test_a_bin_with_a_single_row_is_seen_and_an_empty_one_is_not() -> None:
    assert bars((1, 0, 1000)) == "M0 24v-1h1v1zM2 24v-24h1v24z"
    assert bars(()) == bars((0, 0)) == ""


def test_times_are_days() -> None:
    facts = Facts(low=1_600_000_000, high=1e18)
    assert line_of(0, Column("t", Kind.TIME, Role.TIME, facts=facts), 5).spread == "13 Sep 2020 to 1e+18"


def test_values_that_each_row_has_for_itself_are_not_listed() -> None:
    facts = Facts(distinct=3, top=(Count("a", 1), Count("b", 1)))
    line = line_of(0, Column("id", Kind.TEXT, Role.ID, facts=facts), 3)
    assert (line.values, line.distinct) == ((), "each value once")
    empty = line_of(0, Column("x", Kind.CATEGORY, Role.FEATURE, facts=Facts(distinct=1, top=(Count("", 3),))), 3)
    assert (empty.values, empty.distinct) == ((("no letters", "100 %"),), "one value")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["0.997", "0.9982", None], ["0.9970", "0.9982", None]),
        (["1326.0", "2501"], ["1,326", "2,501"]),
        (["-0.5", "nan", "0.123456789"], ["−0.5000", "nan", "0.1235"]),
        (["12345.678", "1.5"], ["12,345.68", "1.50"]),
        (["1e-07", "0.5"], ["1e-07", "0.5"]),
    ],
)
def test_numbers_of_one_column_have_one_form(cells: list[str | None], told: list[str | None]) -> None:
    assert aligned(cells) == told


def test_an_id_is_not_grouped() -> None:
    assert aligned(["1234567", "12"], grouped=False) == ["1234567", "12"]


def test_pictures_are_told_by_number_and_size() -> None:
    facts = Facts(low=999, high=42_100, mean=20_000.0, top=(Count("PNG", 50),))
    told = line_of(0, Column("film", Kind.IMAGE, Role.MEDIA, facts=facts), 50).spread
    assert told == "50 pictures of 999 B to 42.1 kB, 1.0 MB in all"
