"""What a project holds that is removed on purpose before the project is: the apps above say so when they are ready."""

from .models import Project

HOLDS: list[str] = []


def hold(things: str) -> None:
    """Called once by an app. things: as people call them, and as the relation from a project is called."""
    HOLDS.append(things)


def held_in(project: Project) -> list[str]:
    """Inside the team's context; nothing where it can go."""
    return [things for things in HOLDS if getattr(project, things).exists()]
