"""Values of a header, read so that a wrong one counts as missing; so does one that no measure has (`_BOUNDS`), whose
sums and products would be no numbers any more.
"""

import re
from typing import Any

from pydicom.dataset import Dataset

_BOUNDS = (1e-30, 1e30)
_WORD = re.compile(r"[A-Z0-9_ ]{1,16}")


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first value, where it is finite."""
    found = values(dataset, keyword)
    return found[0] if found else None


def whole(dataset: Dataset, keyword: str, otherwise: int) -> int:
    found = number(dataset, keyword)
    return otherwise if found is None else int(found)


def several(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    found = values(dataset, keyword)
    return tuple(found) if len(found) == count else None


def values(dataset: Dataset, keyword: str) -> list[float]:
    """All values, or none where one of them is no number within the bounds."""
    try:
        value: Any = dataset.get(keyword)
        given = list(value) if hasattr(value, "append") or isinstance(value, list | tuple) else [value]
        found = [float(one) for one in given if one is not None and one != ""]
    except (TypeError, ValueError, OverflowError):
        return []
    return found if all(one == 0 or _BOUNDS[0] < abs(one) < _BOUNDS[1] for one in found) else []


def word(dataset: Dataset, keyword: str) -> str:
    """The first value where it is a code word, else ""."""
    try:
        value: Any = dataset.get(keyword)
    except (TypeError, ValueError):
        return ""
    first = (value[0] if len(value) else "") if hasattr(value, "append") else value
    text = str(first or "").strip()
    return text if _WORD.fullmatch(text) else ""


def first_item(dataset: Dataset, keyword: str) -> Dataset | None:
    """The first item of a sequence."""
    try:
        sequence: Any = dataset.get(keyword)
        return sequence[0] if sequence else None
    except (TypeError, ValueError, IndexError):
        return None
