"""Whether a live function is online, and what somebody who waits for it is told.

Each web process that holds a connection says so in the cache every two seconds; a word that is not repeated is over.
"""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from apps.endpoints.models import OPEN, Prediction
from apps.jobs.models import Job
from apps.registry.functions import LIVE
from atrium.tenancy.context import team_context

HOURS = 24
"""How long a case waits for its function."""
OFFLINE = f"Offline, your case is kept. It is answered when the function is back, within {HOURS} hours."
SECONDS = int(4 * settings.HEARTBEAT_SECONDS)
SEATS, SEAT_SECONDS = 32, 30
"""Connections of one team at once; one that was cut off keeps its seat for so long."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """online: whether a notebook answers now. ahead: cases before this one. message: both in words, "" when it is its
    turn."""

    online: bool
    ahead: int
    message: str


def _name(version_id: UUID) -> str:
    return f"live:{version_id}"


def is_online(version_id: UUID) -> bool:
    """Not while nobody can tell: then no case reaches the notebook either."""
    try:
        return cache.get(_name(version_id)) is not None
    except RedisError:
        return False


async def set_online(version_id: UUID) -> None:
    await cache.aset(_name(version_id), 1, timeout=SECONDS)


async def set_offline(version_id: UUID) -> None:
    """Where another notebook answers too, it says so within two seconds."""
    await cache.adelete(_name(version_id))


def take_seat(team_id: UUID, version_id: UUID, bridge: str) -> bool:
    """A place among the team's connections, kept by each further call; whether there is one. Raises RedisError."""
    who = (str(version_id), bridge)
    taken = _taken(team_id)
    mine = next((seat for seat, other in taken.items() if other == who), None)
    if mine is not None:
        cache.set(mine, who, timeout=SEAT_SECONDS)
        return True
    free = [seat for number in range(SEATS) if (seat := _seat(team_id, number)) not in taken]
    return any(cache.add(seat, who, timeout=SEAT_SECONDS) for seat in free)


def leave_seat(team_id: UUID, version_id: UUID, bridge: str) -> None:
    cache.delete_many([seat for seat, who in _taken(team_id).items() if who == (str(version_id), bridge)])


def notebooks_of(team_id: UUID, version_id: UUID) -> int:
    """How many are connected for a version, those that were cut off within the last half minute among them; 0 where
    nobody can tell."""
    try:
        return sum(version == str(version_id) for version, _ in _taken(team_id).values())
    except RedisError:
        return 0


def _taken(team_id: UUID) -> dict[str, tuple[str, str]]:
    found = cache.get_many([_seat(team_id, number) for number in range(SEATS)])
    return {seat: tuple(who) for seat, who in found.items()}


def _seat(team_id: UUID, number: int) -> str:
    return f"live-seat:{team_id}:{number}"


def waiting_of(prediction: Prediction) -> Waiting | None:
    """Of one that waits for a live function; else it asks nothing."""
    if prediction.state not in OPEN or prediction.version.format != LIVE:
        return None
    with team_context(prediction):
        waiting = Job.objects.filter(version_id=prediction.version_id, state=Job.State.QUEUED)
        ahead = waiting.filter(created_at__lt=prediction.created_at).exclude(subject=prediction.pk).count()
    online = is_online(prediction.version_id)
    if not online:
        return Waiting(online, ahead, OFFLINE)
    before = "" if ahead == 0 else "One case is before yours." if ahead == 1 else f"{ahead} cases are before yours."
    return Waiting(online, ahead, before)


def waiting_shown(prediction: Prediction) -> dict[str, Any] | None:
    found = waiting_of(prediction)
    return None if found is None else asdict(found)
