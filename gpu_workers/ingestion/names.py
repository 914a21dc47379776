"""Names for a table's columns: none empty, no two the same, each readable and of one line."""

import re
from collections.abc import Iterable

from gpu_workers.wording import readable

MOST = 10_000
"""Columns of a table."""
LONGEST = 200
"""Characters of a name."""
_BREAK = re.compile(r"[^\S\r\n]*[\r\n]+\s*")


def distinct(raw: Iterable[str]) -> tuple[list[str], list[str]]:
    """The names, and a sentence for each that had to change.

    Upper and lower case are not told apart, because databases do not: of "x" and "X" the second becomes "X (2)".
    """
    names, notes, taken = [], [], set[str]()
    for place, given in enumerate(raw, 1):
        name = readable(_BREAK.sub(" ", given.strip()), LONGEST)
        if not name:
            name = f"column {place}"
            notes.append(f"Column {place} has no name; it is called “{name}”.")
        base, count = name, 1
        while name.casefold() in taken:
            count += 1
            name = f"{base} ({count})"
        if count > 1:
            notes.append(f"More than one column is called “{base}”; column {place} is now “{name}”.")
        taken.add(name.casefold())
        names.append(name)
    return names, notes


def several(sentences: list[str], most: int = 10) -> list[str]:
    """The first sentences, and how many more there are."""
    if len(sentences) <= most:
        return sentences
    return [*sentences[:most], f"So it is with {len(sentences) - most:,} more."]
