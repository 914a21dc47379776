"""What one reader said in comparisons: to take away, and to be forgotten."""

from typing import Any
from uuid import UUID

from .blind import letters_of
from .models import CaseReading, Reading
from .results import name_of
from .revealing import revealed


def own_data(reader_id: UUID) -> dict[str, Any]:
    """Called inside the team's context. Versions are named where the reader has finished."""
    readings = Reading.objects.filter(reader_id=reader_id).select_related("comparison")
    return {Reading.Tenancy.export: [_reading(each) for each in readings]}


def _reading(reading: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {
        "question": reading.comparison.question,
        "name": name_of(reading),
        "begun_at": reading.begun_at.isoformat(),
        "finished_at": reading.finished_at.isoformat() if reading.finished_at else None,
    }
    if reading.finished_at is not None:
        return told | {
            "cases": [
                {"case": each.position, "shown": dict(each.shown), "said": each.chosen, "comment": each.comment}
                for each in revealed(reading)
            ]
        }
    rows = reading.cases.exclude(choice="").select_related("case")
    return told | {
        "cases": [{"case": row.case.position, "said": _said(row), "comment": row.comment} for row in rows],
    }


def _said(row: CaseReading) -> str:
    """The letter of the answer that was preferred, or what else was chosen."""
    return next((letter for letter, each in letters_of(row).items() if each == row.preferred_id), row.choice)


def forget_reader(reader_id: UUID) -> None:
    """In the open context: a reader's readings go with the reader, and out of the results."""
    Reading.objects.filter(reader_id=reader_id).delete()
