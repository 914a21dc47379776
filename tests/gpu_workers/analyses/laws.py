"""What the laws of the kernels are tried on: small columns with nulls, infinities and ties, and splits of rows."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings
from hypothesis import strategies as st

Array = npt.NDArray[Any]
Test = TypeVar("Test", bound=Callable[..., None])

at_length = False
"""Set by conftest.py, before the tests are read, where pytest was given --long."""


def law(test: Test) -> Test:
    """The same 25 cases each time; with --long 1,500 others each time."""
    chosen = settings(max_examples=1500 if at_length else 25, derandomize=not at_length, database=None)
    marked: Test = pytest.mark.long(chosen(test))
    return marked


@st.composite
def columns(draw: st.DrawFn, least: int = 0, most: int = 60, nulls: bool = True, kind: Any = None) -> Array:
    """float32 or float64 (n,) with ties; NaN and infinities where `nulls`."""
    rows = draw(st.integers(least, most))
    seed = draw(st.integers(0, 2**32 - 1))
    shape = draw(st.sampled_from(["normal", "ties", "constant", "wide"]))
    random = np.random.default_rng(seed)
    values = {
        "normal": random.normal(size=rows),
        "ties": random.integers(-3, 4, rows).astype(float),
        "constant": np.full(rows, float(random.integers(-5, 6))),
        "wide": random.normal(size=rows) * 10.0 ** random.integers(-6, 7, rows),
    }[shape]
    if nulls and rows:
        share = draw(st.sampled_from([0.0, 0.2, 1.0]))
        values = np.where(random.random(rows) < share, random.choice([np.nan, np.inf, -np.inf], rows), values)
    return values.astype(kind or draw(st.sampled_from([np.float32, np.float64])))


def cuts(data: st.DataObject, rows: int) -> list[slice]:
    """A split of 0..rows into one to four consecutive parts, some of them empty."""
    inner = sorted(data.draw(st.lists(st.integers(0, rows), max_size=3)))
    borders = [0, *inner, rows]
    return [slice(low, high) for low, high in pairwise(borders)]
