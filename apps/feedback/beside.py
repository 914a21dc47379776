"""What apps above know of a case, and can do with it, among its properties; and a case beside its prediction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.endpoints.models import Prediction
from atrium.access.principals import Member

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


def conversation(member: Member, prediction: Prediction, endpoint_url: str) -> dict[str, Any] | None:
    """Beside a prediction: where its case is talked about, once somebody has flagged it."""
    found = Thread.objects.filter(endpoint=prediction.endpoint, original_sha256=bytes(prediction.original_sha256))
    thread_id = found.values_list("pk", flat=True).first()
    project_page = "/".join(endpoint_url.split("/")[:4])
    return None if thread_id is None else {"url": f"{project_page}/inbox/{thread_id}/"}
