"""What the team's pages say of who answers for a live function."""

from dataclasses import dataclass
from datetime import datetime

from apps.jobs.models import Job
from apps.registry.models import Version
from atrium.audit.models import Event
from atrium.tenancy.context import team_context

from .presence import is_online, notebooks_of

WENT, CAME = "function.left", "function.joined"


@dataclass(frozen=True, slots=True)
class Answering:
    """since: when the last notebook said that it goes; None where one is here, or was cut off. notebooks: how many are
    connected. kept: cases that wait."""

    online: bool
    kept: int
    since: datetime | None = None
    notebooks: int = 0


def answering_for(version: Version, *, brief: bool = False) -> Answering:
    """Of a live function's version. brief: as a line of a list tells it, without `since` and `notebooks`."""
    online = is_online(version.pk)
    with team_context(version):
        kept = Job.objects.filter(version_id=version.pk, state=Job.State.QUEUED).count()
        if brief:
            return Answering(online, kept)
        events = Event.objects.filter(subject_id=version.pk, what__in=(WENT, CAME))
        last = None if online else events.order_by("-at").first()
    since = last.at if last is not None and last.what == WENT else None
    return Answering(online, kept, since, notebooks_of(version.team_id, version.pk) if online else 0)
