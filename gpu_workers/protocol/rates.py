"""How far a rate is known from the rows at hand: the same to the tables of workers and to the pages of the web side."""

from math import sqrt
from statistics import NormalDist


def normal_quantile(level: float) -> float:
    """How many standard errors to each side hold a share `level`: 1.96 for 0.95. ValueError: not between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError("The level of an interval lies between 0 and 1.")
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson_bounds(hits: float, rows: float, level: float = 0.95) -> tuple[float, float]:
    """Between which a rate lies, `hits` of `rows`, of which there are some (Wilson 1927): within 0..1, around
    hits / rows, and honest for few rows and rates near 0. As statsmodels' proportion_confint(method="wilson")."""
    z = normal_quantile(level)
    rate = hits / rows
    centre = (rate + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * sqrt(rate * (1 - rate) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    return min(max(centre - half, 0.0), rate), max(min(centre + half, 1.0), rate)
