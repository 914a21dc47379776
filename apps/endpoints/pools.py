"""On which pool an endpoint answers: as pages and the API tell it."""

from dataclasses import dataclass
from typing import Any

from apps.jobs.models import Pool
from apps.jobs.pools import PoolShown, pool_named, pools_of
from atrium.access.principals import Member
from atrium.tenancy.context import team_context
from gpu_workers.protocol.pools import is_own

from .models import Endpoint
from .permissions import can_change_endpoints

INSTALLATION = "The installation’s"


@dataclass(frozen=True, slots=True)
class PoolOf:
    """workers: how many are connected now; None of the installation's, which are operators' business. others: the
    team's own pools, for whoever may move the endpoint there."""

    name: str
    workers: int | None
    others: tuple[Pool, ...]


def pool_shown(member: Member, endpoint: Endpoint) -> PoolOf:
    with team_context(member):
        own = pools_of(member)
    mine = next((shown for shown in own if shown.pool.place.name == endpoint.pool), None)
    others = tuple(shown.pool for shown in own) if can_change_endpoints(member) else ()
    return PoolOf(mine.pool.name, mine.connected, others) if mine else PoolOf(INSTALLATION, None, others)


def pool_told(endpoint: Endpoint) -> dict[str, Any] | None:
    """By the API: as `told`, None of the installation's. Inside the team's context."""
    shown = pool_named(endpoint.pool) if is_own(endpoint.pool) else None
    return None if shown is None else told(shown)


def told(shown: PoolShown) -> dict[str, Any]:
    """`{id, name, workers}`"""
    return {"id": str(shown.pool.pk), "name": shown.pool.name, "workers": shown.connected}
