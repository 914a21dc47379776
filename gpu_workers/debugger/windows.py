"""Windows of time that rows are put into: from one round moment to the next, in UTC."""

from typing import Any

import numpy as np

from gpu_workers.analyses.arrays import Array, Floats

STEPS: dict[str, tuple[str, int, str]] = {
    "hour": ("h", 1, "%Y-%m-%d %H:00"),
    "day": ("D", 1, "%Y-%m-%d"),
    "week": ("D", 7, "Week from %Y-%m-%d"),
    "month": ("M", 1, "%B %Y"),
    "quarter": ("M", 3, ""),
    "year": ("Y", 1, "%Y"),
}
"""By length, the shortest first: NumPy's unit, how many of it, and how a window is called by its beginning."""
MOST = 60_000
"""Windows between the first and the last moment of a column."""
MONDAY = -3
"""Days from 1 January 1970, a Thursday, to a Monday."""


def windows(low: float, high: float, every: str) -> Floats | None:
    """The beginnings of the windows from the one that holds `low` to beyond `high`, in Unix seconds; None: too many."""
    unit, steps, _ = STEPS[every]
    first, last = (_moment(seconds).astype(f"datetime64[{unit}]").astype(np.int64) for seconds in (low, high))
    origin = MONDAY if every == "week" else 0
    begin, end = (int(number - origin) // steps for number in (first, last))
    if end - begin >= MOST:
        return None
    numbers = (np.arange(begin, end + 2) * steps + origin).astype(f"datetime64[{unit}]")
    starts: Floats = numbers.astype("datetime64[s]").astype(np.float64)
    return starts


def window_name(start: float, every: str) -> str:
    at: Any = _moment(start).astype("datetime64[s]").item()
    return f"{at:%Y}, quarter {(at.month + 2) // 3}" if every == "quarter" else format(at, STEPS[every][2])


def within_time(low: float, high: float) -> bool:
    """Whether both are moments of the years 1 to 9999."""
    return -62_135_596_800 <= low <= high < 253_402_300_800 - 366 * 86_400


def _moment(seconds: float) -> Array:
    found: Array = np.array(np.floor(seconds), np.int64).astype("datetime64[s]")
    return found
