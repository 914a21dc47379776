"""What stands before a version's promotion: the apps above know, and each registers its gate when it is ready."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from atrium.access.principals import Member

from .models import Version


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a version's page and of its promotion's. template: with `gate` as its context."""

    template: str
    gate: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """Sentences. forbids: while these hold nobody promotes it; warns: whoever promotes it has read them."""

    forbids: list[str] = field(default_factory=list)
    warns: list[str] = field(default_factory=list)


Show = Callable[[Member, Version], Section | None]
Judge = Callable[[Version], Judged]
_GATES: list[tuple[Show, Judge]] = []


def register(show: Show, judge: Judge) -> None:
    """Both are called in the team's context."""
    _GATES.append((show, judge))


def sections_of(member: Member, version: Version) -> list[Section]:
    found = (show(member, version) for show, _ in _GATES)
    return [section for section in found if section is not None]


def judged(version: Version) -> Judged:
    """By all gates."""
    all_of_them = [judge(version) for _, judge in _GATES]
    return Judged(
        [sentence for each in all_of_them for sentence in each.forbids],
        [sentence for each in all_of_them for sentence in each.warns],
    )
