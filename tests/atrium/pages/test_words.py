"""The words for times, sizes and people."""

from datetime import UTC, datetime, timedelta

import pytest

from atrium.pages import words

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (59 * 60 + 59, "59 min ago"),
        (3600, "1 h ago"),
        (86_400, "yesterday"),
        (2 * 86_400, "2 days ago"),
        (14 * 86_400, "2 weeks ago"),
        (90 * 86_400, "2 months ago"),
        (800 * 86_400, "2 years ago"),
        (-30, "just now"),
        (-86_400, "in 1 day"),
        (-5 * 86_400 + 1, "in 5 days"),
        (-30 * 86_400, "in 4 weeks"),
    ],
)
def test_a_time_is_told_as_one_would_say_it(seconds: int, told: str) -> None:
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == told


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, ("0", "B")),
        (999, ("999", "B")),
        (1_000, ("1.0", "kB")),
        (31_200_000, ("31.2", "MB")),
        (418_000_000_000, ("418", "GB")),
        (999_600_000, ("1.0", "GB")),
        (2_500_000_000_000, ("2.5", "TB")),
    ],
)
def test_a_size_has_a_figure_and_a_unit(count: int, told: tuple[str, str]) -> None:
    assert words.size(count) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [("Priya Nair", "PN"), ("Dr. Maria Santos", "MS"), ("Ana", "A"), ("dana@ward.example", "DW"), ("", "?")],
)
def test_initials_leave_titles_aside(name: str, told: str) -> None:
    assert words.initials(name) == told
