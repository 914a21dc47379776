"""What somebody who reads blind is shown: answers by letter, and nothing by which one could tell whose they are.

No id of a version, an answer or a file, no name of the comparison, no time: files have addresses of their own, by the
case's place and the answer's letter.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from apps.artifacts.models import Artifact
from apps.endpoints.authors import author_of
from apps.endpoints.models import Endpoint, Prediction
from apps.endpoints.presentation import Addresses
from apps.feedback.pictures import PictureShown
from apps.registry.inputs import is_file
from atrium.access.principals import Guest, LinkRole, Member
from atrium.errors import NotFound, require

from .models import CaseReading, ComparedAnswer, ComparedCase, Comparison, Reading
from .permissions import can_read_blind
from .selectors import WAITING
from .sides import Asked, Said, asked_shown, said_of

Reader = Guest | Member
NEEDS = "Comparing needs a link whose role is review."
QUESTION = "Which answer is better?"


@dataclass(frozen=True, slots=True)
class Offer:
    """A comparison that somebody can read. left: cases that are not read yet."""

    id: UUID
    question: str
    cases: int
    left: int


@dataclass(frozen=True, slots=True)
class Answer:
    """letter: A, B, … as this reader sees them. verdict: the reader's, or ""."""

    letter: str
    said: tuple[Said, ...]
    pictures: tuple[PictureShown, ...]
    is_preferred: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class Page:
    """One case. number: its place among those that are read."""

    number: int
    of: int
    position: int
    previous: int | None
    next: int | None
    asked: Asked
    answers: tuple[Answer, ...]
    choice: str
    comment: str
    read: int


def _answered(cases: "QuerySet[ComparedCase]") -> "QuerySet[ComparedCase]":
    there = Count("answers", filter=Q(answers__answered__state=Prediction.State.SUCCEEDED))
    return cases.annotate(all=Count("answers"), there=there).filter(there=F("all"), all__gt=0)


def ready_cases(comparison: Comparison) -> "QuerySet[ComparedCase]":
    """Those that every version has answered."""
    return _answered(comparison.cases.all())


def is_being_asked(comparison: Comparison) -> bool:
    return ComparedAnswer.objects.filter(WAITING, case__comparison=comparison).exists()


def names_are_hidden(principal: Reader) -> bool:
    """Whether a guest has still to read, so that no page of its link says which version answers."""
    if not isinstance(principal, Guest) or principal.grant.role is not LinkRole.REVIEW:
        return False
    done = Reading.objects.filter(reader_id=principal.guest_id).exclude(finished_at=None).values("comparison")
    found = Comparison.objects.filter(endpoint=principal.grant.endpoint_id, is_blind=True, closed_at=None)
    return found.exclude(pk__in=done).exists()


def offers(principal: Reader, endpoint: Endpoint) -> list[Offer]:
    """What is to be read on an endpoint, the oldest first; nothing for who may not."""
    if not can_read_blind(principal, endpoint):
        return []
    found = Comparison.objects.filter(endpoint=endpoint, is_blind=True, closed_at=None)
    mine = Reading.objects.filter(comparison__in=found, reader_id=author_of(principal)[1])
    asked = ComparedAnswer.objects.filter(WAITING, case__comparison__in=found).values("case__comparison")
    over = mine.exclude(finished_at=None).values("comparison")
    offered = list(found.exclude(pk__in=asked).exclude(pk__in=over).order_by("pk"))
    ready = dict(_answered(ComparedCase.objects.filter(comparison__in=offered)).values_list("pk", "comparison_id"))
    said = CaseReading.objects.filter(reading__in=mine, case__in=list(ready)).exclude(choice="")
    cases, read = Counter(ready.values()), Counter(ready[case] for case in said.values_list("case_id", flat=True))
    return [
        Offer(each.pk, each.question or QUESTION, cases[each.pk], cases[each.pk] - read[each.pk])
        for each in offered
        if cases[each.pk]
    ]


def blind_comparison(principal: Reader, endpoint: Endpoint, comparison_id: UUID) -> Comparison:
    """Raises NotPermitted for who may not read blind, and NotFound for what is not offered on this endpoint."""
    require(can_read_blind(principal, endpoint), NEEDS)
    found = Comparison.objects.filter(pk=comparison_id, endpoint=endpoint, is_blind=True)
    comparison = found.select_related("endpoint__version__model").first()
    if comparison is None:
        raise NotFound
    return comparison


def reading_of(principal: Reader, comparison: Comparison) -> Reading | None:
    return comparison.readings.filter(reader_id=author_of(principal)[1]).first()


def places_of(reading: Reading) -> list[tuple[int, bool]]:
    """(position, whether it was read) of each case that can be read, in their order."""
    ready = ready_cases(reading.comparison).values("pk")
    rows = reading.cases.filter(case__in=ready).order_by("case__position").values_list("case__position", "choice")
    return [(position, bool(choice)) for position, choice in rows]


def case_reading(reading: Reading, position: int) -> CaseReading:
    """Raises NotFound where there is no such case, or it cannot be read."""
    ready = ready_cases(reading.comparison).filter(position=position).values("pk")
    beside = ("case__asked__version", "case__asked__endpoint", "case__asked__original")
    found = reading.cases.filter(case__in=ready).select_related(*beside).first()
    if found is None:
        raise NotFound
    return found


def letters_of(row: CaseReading) -> dict[str, UUID]:
    """By letter the compared version, as this reader sees the case."""
    return {letter: UUID(each) for letter, each in zip(ascii_uppercase, row.shown, strict=False)}


def page_of(row: CaseReading, places: Sequence[tuple[int, bool]], base: str) -> Page:
    """base: the address of the reading, ending in a slash."""
    answers, position = _answers(row), row.case.position
    files = {artifact: name for name, artifact in _files(row, answers).items()}

    def file(artifact: UUID | str) -> str:
        return f"{base}{position}/files/{files[str(artifact)]}"

    addresses = Addresses(file, lambda artifact: f"{file(artifact)}?side=160", lambda _: "")
    titles = _titles(row)
    at = [each for each, _ in places].index(position)
    shown = []
    for letter, compared in letters_of(row).items():
        said, pictures = said_of(answers[letter], None, addresses)
        shown.append(
            Answer(
                letter,
                tuple(_under(each, titles) for each in said),
                tuple(pictures),
                row.preferred_id == compared,
                str(row.verdicts.get(str(compared), "")),
            )
        )
    return Page(
        number=at + 1,
        of=len(places),
        position=position,
        previous=places[at - 1][0] if at else None,
        next=places[at + 1][0] if at + 1 < len(places) else None,
        asked=asked_shown(row.case.asked, addresses),
        answers=tuple(shown),
        choice=row.choice,
        comment=row.comment,
        read=sum(is_read for _, is_read in places),
    )


def file_in(row: CaseReading, name: str) -> Artifact:
    """A file of a case by the name that its page gives it; raises NotFound for others."""
    known = _files(row, _answers(row)).get(name)
    artifact = None if known is None else Artifact.objects.filter(pk=UUID(known)).first()
    if artifact is None:
        raise NotFound
    return artifact


def _answers(row: CaseReading) -> dict[str, Prediction]:
    """By letter."""
    rows = ComparedAnswer.objects.filter(case=row.case).select_related("answered__version__model", "answered__endpoint")
    by_version = {each.compared_id: each.answered for each in rows}
    found = {letter: by_version.get(compared) for letter, compared in letters_of(row).items()}
    if any(made is None for made in found.values()):
        raise NotFound
    return {letter: made for letter, made in found.items() if made is not None}


def _files(row: CaseReading, answers: Mapping[str, Prediction]) -> dict[str, str]:
    """By the name in an address the artifact's id: what was given and seen, and what was answered by letter.

    The name begins with the reading's: what a browser keeps under an address is never another reader's A.
    """
    mine = row.reading_id.hex[-12:]
    given = [value for _, value in sorted(row.case.asked.inputs.items()) if is_file(value)]
    inputs = [str(value[which]) for value in given for which in ("original", "rendered") if value.get(which)]
    found = {f"{mine}-input-{place}": artifact for place, artifact in enumerate(dict.fromkeys(inputs))}
    for letter, made in answers.items():
        made_of = [str(value["artifact"]) for _, value in sorted((made.answer or {}).items()) if "artifact" in value]
        found |= {f"{mine}-{letter.lower()}-{place}": artifact for place, artifact in enumerate(made_of)}
    return found


def _titles(row: CaseReading) -> dict[str, str]:
    """Of outputs, as the endpoint's version calls them: another version may have titles of its own."""
    interface: dict[str, Any] = row.case.comparison.endpoint.version.interface or {}
    return {field["name"]: field.get("title") or field["name"] for field in interface.get("outputs", ())}


def _under(said: Said, titles: Mapping[str, str]) -> Said:
    if said.output is None:
        return said
    return replace(said, output=replace(said.output, title=titles.get(said.name, said.name)))
