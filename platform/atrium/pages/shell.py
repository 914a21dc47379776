"""What the signed-in shell shows around a page: where one is, and where one can go."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the navigation. key: what `Shell.here` names;
    count: shown where above zero."""

    name: str
    url: str
    icon: str = ""
    key: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Banner:
    """One sentence above every page of the team, with where to read on."""

    text: str
    link: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """The context variable `shell` of templates that extend atrium/shell.html.

    title: this page, as the last crumb says it. pages: the sections of the project, or of the team where
    project is None. projects: the team's other projects. teams: the person's other teams. foot: what stands above the
    person, as Team settings. crumbs: the way from the team to this page, both left out. here: the key of the Place
    that is open, from pages or foot. banners: what holds for the whole site or the whole team. of: what this page is
    about, said before its title where a narrow screen has no room for crumbs.
    """

    title: str
    team: Place
    person: Place
    project: Place | None = None
    pages: Sequence[Place] = ()
    projects: Sequence[Place] = ()
    teams: Sequence[Place] = ()
    foot: Sequence[Place] = ()
    crumbs: Sequence[Place] = ()
    here: str = ""
    banners: Sequence[Banner] = ()
    of: str = ""

    @property
    def tab(self) -> str:
        """What a browser's tab says: from this page outwards, so that the first words tell forty tabs apart."""
        return " · ".join([self.title, *(place.name for place in reversed(self.crumbs)), self.team.name])
