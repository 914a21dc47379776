"""What came of a comparison: what readers prefer, how far they agree, how far the versions do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from apps.feedback.expectations import is_as_before

from .agreement import (
    LEAST_DECIDED,
    Limits,
    Share,
    cohens_kappa,
    holm,
    krippendorffs_alpha,
    limits_of_agreement,
    share,
    sign_test,
)
from .models import CaseReading, ComparedCase, ComparedVersion, Comparison, Reading
from .selectors import answers_in, cases_in, titles_of, versions_in
from .sides import state_of

Choice = CaseReading.Choice


@dataclass(frozen=True, slots=True)
class Preferred:
    """One version. preferred: of the readings that preferred any; right: of those that said right or wrong of it."""

    version: ComparedVersion
    preferred: Share
    right: Share


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions by the readings that preferred one of them. p: of the sign test; adjusted: by Holm, where there are
    several pairs."""

    first: ComparedVersion
    second: ComparedVersion
    for_first: int
    for_second: int
    p: float | None
    adjusted: float | None


@dataclass(frozen=True, slots=True)
class Between:
    """How far two versions' answers of one output agree, over the cases that both answered. kappa: of labels; limits:
    of numbers, the second's less the first's, in the output's unit."""

    first: ComparedVersion
    second: ComparedVersion
    output: str
    kind: str
    equal: Share
    kappa: float | None
    limits: Limits | None


@dataclass(frozen=True, slots=True)
class Readers:
    """How far readers agree in their choice. kappa: of two who read the same cases; shared: cases that at least two
    read."""

    readers: int
    shared: int
    alpha: float | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One reader, or one case. preferred: readings by version, in their order. of: how many there could be."""

    id: UUID
    name: str
    preferred: tuple[int, ...]
    equal: int
    neither: int
    of: int
    is_finished: bool = False
    comments: tuple[str, ...] = ()
    position: int = 0

    @property
    def read(self) -> int:
        return sum(self.preferred) + self.equal + self.neither


@dataclass(frozen=True, slots=True)
class Results:
    """readings: of single cases. shown_first: how often the answer that stood first was preferred, of the readings that
    preferred any; by chance it is one in as many as there are versions, with `p` where there are two."""

    comparison: Comparison
    versions: tuple[ComparedVersion, ...]
    readings: int
    equal: int
    neither: int
    preferred: tuple[Preferred, ...]
    pairs: tuple[Pair, ...]
    shown_first: Share
    shown_first_p: float | None
    between_readers: Readers
    between_versions: tuple[Between, ...]
    by_reader: tuple[Line, ...]
    by_case: tuple[Line, ...]

    @property
    def decided(self) -> int:
        return self.readings - self.equal - self.neither

    @property
    def too_few(self) -> str:
        """Why nothing can be told yet, or ""."""
        if not self.comparison.is_blind:
            return ""
        if not self.readings:
            return "Nobody has read a case yet."
        if self.decided < LEAST_DECIDED:
            told = "reading prefers" if self.decided == 1 else "readings prefer"
            return (
                f"{self.decided} {told} one version. Below {LEAST_DECIDED} even a unanimous preference cannot be told "
                "from chance at 5 %."
            )
        return ""


def results_of(comparison: Comparison) -> Results:
    """Inside the team's context."""
    versions, cases = tuple(versions_in(comparison)), cases_in(comparison)
    readings = list(comparison.readings.all())
    rows = list(
        CaseReading.objects.filter(reading__comparison=comparison)
        .exclude(choice="")
        .select_related("reading", "case")
        .order_by("case__position", "reading")
    )
    decided = [row for row in rows if row.preferred_id is not None]
    wins = Counter(row.preferred_id for row in decided)
    choices = Counter(row.choice for row in rows)
    first = sum(row.shown[0] == str(row.preferred_id) for row in decided)
    return Results(
        comparison=comparison,
        versions=versions,
        readings=len(rows),
        equal=choices[Choice.EQUAL],
        neither=choices[Choice.NEITHER],
        preferred=tuple(_preferred(each, wins[each.pk], len(decided), rows) for each in versions),
        pairs=_pairs(versions, wins),
        shown_first=share(first, len(decided)),
        shown_first_p=sign_test(first, len(decided) - first) if len(versions) == 2 else None,
        between_readers=_readers(rows),
        between_versions=tuple(_between_versions(comparison, versions)),
        by_reader=tuple(_by_reader(readings, len(cases), versions, rows)),
        by_case=tuple(_by_case(cases, len(readings), versions, rows)),
    )


def _preferred(version: ComparedVersion, wins: int, decided: int, rows: Sequence[CaseReading]) -> Preferred:
    said = Counter(row.verdicts.get(str(version.pk)) for row in rows)
    return Preferred(version, share(wins, decided), share(said["right"], said["right"] + said["wrong"]))


def _pairs(versions: Sequence[ComparedVersion], wins: Mapping[UUID | None, int]) -> tuple[Pair, ...]:
    pairs = list(combinations(versions, 2))
    found = [sign_test(wins[first.pk], wins[second.pk]) for first, second in pairs]
    return tuple(
        Pair(first, second, wins[first.pk], wins[second.pk], p, adjusted)
        for (first, second), p, adjusted in zip(pairs, found, holm(found), strict=True)
    )


def _said(row: CaseReading) -> str:
    """What a reader chose, as one of so many categories."""
    return str(row.preferred_id or row.choice)


def _readers(rows: Sequence[CaseReading]) -> Readers:
    by_case: dict[UUID, dict[UUID, str]] = {}
    for row in rows:
        by_case.setdefault(row.case_id, {})[row.reading_id] = _said(row)
    readers = list(dict.fromkeys(row.reading_id for row in rows))
    kappa = None
    if len(readers) == 2 and all(len(said) == 2 for said in by_case.values()):
        kappa = cohens_kappa(*([said[reader] for said in by_case.values()] for reader in readers))
    shared = sum(len(said) > 1 for said in by_case.values())
    return Readers(len(readers), shared, krippendorffs_alpha([list(said.values()) for said in by_case.values()]), kappa)


def _between_versions(comparison: Comparison, versions: Sequence[ComparedVersion]) -> list[Between]:
    answered = [
        {
            pk: each.answered.answer or {}
            for pk, each in answers.items()
            if each.answered and state_of(each)[0] == "succeeded"
        }
        for answers in answers_in(comparison).values()
    ]
    outputs = (comparison.endpoint.version.interface or {}).get("outputs", ())
    return [
        _between(
            first,
            second,
            output,
            [(case[first.pk], case[second.pk]) for case in answered if {first.pk, second.pk} <= case.keys()],
        )
        for output in outputs
        for first, second in combinations(versions, 2)
    ]


def _between(
    first: ComparedVersion,
    second: ComparedVersion,
    output: Mapping[str, Any],
    answers: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> Between:
    name, kind = output["name"], output["kind"]
    both = [(one[name], other[name]) for one, other in answers if name in one and name in other]
    equal = share(sum(is_as_before(one, other) for one, other in both), len(both))
    kappa, limits = None, None
    if kind == "label":
        tops = [[each["scores"][0][0] if each["scores"] else "" for each in pair] for pair in both]
        kappa = cohens_kappa([one for one, _ in tops], [other for _, other in tops])
    elif kind == "number":
        known = [(one["value"], other["value"]) for one, other in both]
        limits = limits_of_agreement([b - a for a, b in known if a is not None and b is not None])
    return Between(first, second, output.get("title") or name, kind, equal, kappa, limits)


def _counted(versions: Sequence[ComparedVersion], rows: Sequence[CaseReading]) -> dict[str, Any]:
    wins, choices = Counter(row.preferred_id for row in rows), Counter(row.choice for row in rows)
    return {
        "preferred": tuple(wins[each.pk] for each in versions),
        "equal": choices[Choice.EQUAL],
        "neither": choices[Choice.NEITHER],
    }


def _by_reader(
    readings: Sequence[Reading], cases: int, versions: Sequence[ComparedVersion], rows: Sequence[CaseReading]
) -> list[Line]:
    return [
        Line(
            reading.pk,
            name_of(reading),
            of=cases,
            is_finished=reading.finished_at is not None,
            **_counted(versions, [row for row in rows if row.reading_id == reading.pk]),
        )
        for reading in readings
    ]


def name_of(reading: Reading) -> str:
    """What the reader calls itself, or the end of its id, so that two of them are told apart."""
    return reading.reader_name or f"Guest {str(reading.reader_id)[-4:]}"


def _by_case(
    cases: Sequence[ComparedCase], readers: int, versions: Sequence[ComparedVersion], rows: Sequence[CaseReading]
) -> list[Line]:
    titles, found = titles_of(cases), []
    for case in cases:
        mine = [row for row in rows if row.case_id == case.pk]
        comments = tuple(f"{name_of(row.reading)}: {row.comment}" for row in mine if row.comment)
        counted = _counted(versions, mine)
        found.append(Line(case.pk, titles[case.pk], of=readers, comments=comments, position=case.position, **counted))
    return found
