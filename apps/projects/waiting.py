"""How much waits for a member in a section of a project, as the navigation shows it.

The apps above know; each registers how its own section is counted when it is ready.
"""

from collections.abc import Callable

from atrium.access.principals import Member

from .models import Project

Count = Callable[[Member, Project], int]
COUNTS: dict[str, Count] = {}


def register(section: str, count: Count) -> None:
    """Called once by an app when it is ready. count: called inside the team's context."""
    COUNTS[section] = count


def waiting_in(section: str, member: Member, project: Project) -> int:
    return COUNTS[section](member, project)
