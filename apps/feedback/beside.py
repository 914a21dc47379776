"""What apps above know of a case, and can do with it: shown among its properties."""

from collections.abc import Callable
from dataclasses import dataclass

from .models import Thread


@dataclass(frozen=True, slots=True)
class Beside:
    """A sentence, and a button where something can be done. link: where more is said; act: where the button posts.
    for_writers: whether the link leads to what viewers may not do."""

    sentence: str
    link: str = ""
    linked: str = ""
    act: str = ""
    button: str = ""
    for_writers: bool = False


Look = Callable[[Thread, str], Beside | None]
LOOKS: list[Look] = []


def register(look: Look) -> None:
    """Called once by an app when it is ready. look: at a case, in the team's context; text: its project's page."""
    LOOKS.append(look)


def beside(thread: Thread, project_page: str) -> list[Beside]:
    found = (look(thread, project_page) for look in LOOKS)
    return [each for each in found if each is not None]
