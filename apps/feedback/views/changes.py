"""What was done to many cases at once, in words."""

from dataclasses import dataclass
from uuid import UUID

from apps.feedback.models import BulkChange
from apps.projects.models import Project

DID = {
    "assign": "given to somebody else",
    "due": "set due",
    "label": "labelled",
    "unlabel": "freed of the label",
    "resolve": "resolved",
    "reopen": "opened again",
}


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """told: “12 cases labelled.”"""

    id: UUID
    told: str
    undone: bool


def cases(count: int) -> str:
    return f"{count:,} case{'' if count == 1 else 's'}"


def change_shown(project: Project, given: str) -> ChangeShown | None:
    """What the address speaks of, where there is such a change. Inside the team's context."""
    try:
        change = BulkChange.objects.filter(project=project, pk=UUID(given)).first() if given else None
    except ValueError:
        return None
    if change is None:
        return None
    return ChangeShown(change.pk, f"{cases(len(change.was))} {DID[change.act]}.", change.undone_at is not None)
