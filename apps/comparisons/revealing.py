"""Which version was which, told to a reader who has finished."""

from dataclasses import dataclass
from string import ascii_uppercase
from uuid import UUID

from .models import CaseReading, ComparedVersion, Reading

Choice = CaseReading.Choice
WORDS = {Choice.EQUAL: "as good as each other", Choice.NEITHER: "neither is usable"}


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
    versions: dict[UUID, ComparedVersion] = {each.pk: each for each in beside}
    found = []
    for row in reading.cases.select_related("case"):
        shown = [(letter, str(versions[UUID(each)])) for letter, each in zip(ascii_uppercase, row.shown, strict=False)]
        chosen = str(versions[row.preferred_id]) if row.preferred_id else WORDS.get(Choice(row.choice or "equal"), "")
        found.append(Revealed(row.case.position, tuple(shown), chosen if row.choice else "", row.comment))
    return found
