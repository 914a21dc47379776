import numpy as np
import pytest

from infra.demo.phantoms import draw, film, without_marker


def test_a_seed_gives_the_same_film_each_time() -> None:
    first, second = (draw(film(11, fluid=0.2, portable=True)) for _ in range(2))
    assert first.shape == (512, 512)
    assert first.dtype == np.uint8
    assert np.array_equal(first, second)


def test_another_seed_gives_another_film() -> None:
    first, second = draw(film(11), 256).astype(int), draw(film(12), 256).astype(int)
    assert np.abs(first - second).mean() > 5


def test_the_marker_changes_nothing_outside_its_box() -> None:
    shown = film(11, portable=True)
    marked, plain = draw(shown), draw(without_marker(shown))
    rows, columns = np.nonzero(marked != plain)
    x, y, w, h = shown.marker_box(0.01)
    assert len(rows) > 300
    assert x * 512 <= columns.min() <= columns.max() <= (x + w) * 512
    assert y * 512 <= rows.min() <= rows.max() <= (y + h) * 512


@pytest.mark.parametrize("side", ["left", "right"])
def test_fluid_whitens_the_angle_of_its_side_alone(side: str) -> None:
    wet, dry = film(21, fluid=0.3, side=side), film(21)  # type: ignore[arg-type]
    change = draw(wet).astype(int) - draw(dry).astype(int)
    x, y, w, h = wet.angle_box(side)  # type: ignore[arg-type]
    inside = np.zeros((512, 512), bool)
    inside[round(y * 512) : round((y + h) * 512), round(x * 512) : round((x + w) * 512)] = True
    assert change[inside].mean() > 3
    assert change[inside].sum() > 0.7 * np.abs(change).sum()


def test_a_large_heart_is_wider_than_half_of_the_chest() -> None:
    def widths(enlarged: bool) -> int:
        return int((draw(film(31, enlarged=enlarged), 256)[150:180] > 110).sum())

    assert widths(True) > 1.1 * widths(False)


def test_a_film_is_mostly_black_outside_the_body_and_spans_the_grey_scale() -> None:
    grey = draw(film(41))
    assert np.median(grey[:60, :40]) < 10
    assert np.percentile(grey, 99) > 200
    assert 20 < np.percentile(grey, 50) < 160
