"""Which version was which, told to a reader who has finished."""

from dataclasses import dataclass
from uuid import UUID

from .blind import letters_of
from .models import CaseReading, Reading

Choice = CaseReading.Choice
WORDS: dict[str, str] = {Choice.EQUAL: "as good as each other", Choice.NEITHER: "neither is usable"}


@dataclass(frozen=True, slots=True)
class Revealed:
    """One case. shown: (letter, version) as the reader saw them. chosen: the version, or what else was said; "" where
    nothing was."""

    position: int
    shown: tuple[tuple[str, str], ...]
    chosen: str
    comment: str


def revealed(reading: Reading) -> list[Revealed]:
    """Of a reading that is finished."""
    beside = reading.comparison.versions.select_related("version__model")
    versions: dict[UUID, str] = {each.pk: str(each) for each in beside}
    found = []
    for row in reading.cases.select_related("case"):
        shown = tuple((letter, versions[each]) for letter, each in letters_of(row).items())
        chosen = versions[row.preferred_id] if row.preferred_id else WORDS.get(row.choice, "")
        found.append(Revealed(row.case.position, shown, chosen, row.comment))
    return found
