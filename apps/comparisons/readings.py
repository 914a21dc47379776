"""Reading a comparison blind: begun, case by case, changed until it is finished."""

from collections.abc import Mapping
from random import Random
from secrets import randbits
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.endpoints.authors import author_of, link_of
from apps.endpoints.models import Endpoint
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid
from atrium.tenancy.context import team_context

from .blind import (
    Reader,
    blind_comparison,
    case_reading,
    is_being_asked,
    letters_of,
    places_of,
    reading_of,
    ready_cases,
)
from .models import CaseReading, Comparison, Reading

Choice = CaseReading.Choice
VERDICTS = ("right", "wrong")
CLOSED = "The team has closed this comparison. What you said is kept."
NOT_BEGUN = "Begin to compare first."
FINISHED = "You have finished this comparison. What you said stays as it is."


def begin(reader: Reader, endpoint: Endpoint, comparison_id: UUID, *, name: str = "") -> Reading:
    """The reader's; made where there is none yet, with an order of the answers for each case, drawn once."""
    with team_context(reader):
        comparison = blind_comparison(reader, endpoint, comparison_id)
        Comparison.objects.select_for_update().get(pk=comparison.pk)  # cases that are added wait, or are seen below
        known = reading_of(reader, comparison)
        if known is not None:
            return known
        if comparison.closed_at is not None:
            raise Conflict(CLOSED)
        if is_being_asked(comparison) or not ready_cases(comparison).exists():
            raise Conflict("The answers are still being made. Come back in a moment.")
        kind, reader_id = author_of(reader)
        reading = Reading.objects.create(
            comparison=comparison,
            reader_kind=kind,
            reader_id=reader_id,
            reader_name=name.strip()[:120],
            link_id=link_of(reader),
            seed=randbits(62),
        )
        versions = [str(pk) for pk in comparison.versions.values_list("pk", flat=True)]
        drawn = Random(reading.seed)  # noqa: S311  # a shuffle that can be drawn again, no secret
        CaseReading.objects.bulk_create(
            CaseReading(reading=reading, case=case, shown=drawn.sample(versions, len(versions)))
            for case in comparison.cases.all()
        )
        record(reader, "comparison.reading_begun", comparison, project_id=endpoint.project_id)
    return reading


def say(reader: Reader, endpoint: Endpoint, comparison_id: UUID, position: int, given: Mapping[str, Any]) -> Reading:
    """What a reader says of one case, in place of what it said before.

    given: `choice` (a letter, `equal` or `neither`), `verdicts` ({letter: right or wrong}, as far as there are any) and
    `comment`. Raises Invalid, and Conflict once it is finished or closed.
    """
    with team_context(reader):
        reading = open_reading(reader, endpoint, comparison_id)
        row = case_reading(reading, position)
        letters = letters_of(row)
        choice, comment, verdicts = given.get("choice", ""), given.get("comment", ""), given.get("verdicts") or {}
        if choice not in (*letters, Choice.EQUAL, Choice.NEITHER):
            told = f"Choose one of {', '.join(letters)}, or that they are equal, or that neither is usable."
            raise Invalid(FieldError("choice", "choice", told))
        if not isinstance(comment, str) or len(comment) > 2000:
            raise Invalid(FieldError("comment", "max_length", "A comment has at most 2,000 characters."))
        if not isinstance(verdicts, Mapping) or any(
            letter not in letters or said not in VERDICTS for letter, said in verdicts.items()
        ):
            raise Invalid(FieldError("verdicts", "choice", "Of each answer say right or wrong, or nothing."))
        row.choice = Choice.PREFERRED if choice in letters else Choice(choice)
        row.preferred_id = letters.get(choice)
        row.verdicts = {str(letters[letter]): said for letter, said in verdicts.items()}
        row.comment = comment.replace("\x00", "").strip()
        row.read_at = timezone.now()
        row.save(update_fields=["choice", "preferred", "verdicts", "comment", "read_at"])
        record(reader, "comparison.case_read", reading.comparison, project_id=endpoint.project_id, case=position)
    return reading


def finish(reader: Reader, endpoint: Endpoint, comparison_id: UUID) -> Reading:
    """From now on the reader learns which version was which, and changes nothing any more. Raises Conflict where cases
    are left."""
    with team_context(reader):
        reading = open_reading(reader, endpoint, comparison_id)
        left = sum(not is_read for _, is_read in places_of(reading))
        if left:
            raise Conflict(f"{left} of the cases {'is' if left == 1 else 'are'} not read yet.")
        reading.finished_at = timezone.now()
        reading.save(update_fields=["finished_at"])
        record(reader, "comparison.reading_finished", reading.comparison, project_id=endpoint.project_id)
    return reading


def open_reading(reader: Reader, endpoint: Endpoint, comparison_id: UUID) -> Reading:
    """Begun, and neither finished nor closed; in the open context."""
    comparison = blind_comparison(reader, endpoint, comparison_id)
    reading = reading_of(reader, comparison)
    if reading is None:
        raise Conflict(NOT_BEGUN)
    if reading.finished_at is not None:
        raise Conflict(FINISHED)
    if comparison.closed_at is not None:
        raise Conflict(CLOSED)
    return Reading.objects.select_for_update().get(pk=reading.pk)
