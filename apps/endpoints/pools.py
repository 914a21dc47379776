"""On which pool an endpoint answers: as pages and the API tell it."""

from dataclasses import dataclass
from typing import Any

from apps.jobs.models import Pool
from apps.jobs.pools import pools_of, workers_in
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
        own = [shown.pool for shown in pools_of(member)]
        mine = next((pool for pool in own if pool.place.name == endpoint.pool), None)
        others = tuple(own) if can_change_endpoints(member) else ()
        if mine is None:
            return PoolOf(INSTALLATION, None, others)
        return PoolOf(mine.name, workers_in(endpoint.pool), others)


def pool_told(endpoint: Endpoint) -> dict[str, Any] | None:
    """By the API: `{id, name, workers}`, None of the installation's. Inside the team's context."""
    if not is_own(endpoint.pool):
        return None
    pool = Pool.objects.filter(pk=endpoint.pool.partition(":")[2]).first()
    if pool is None:
        return None
    return {"id": str(pool.pk), "name": pool.name, "workers": workers_in(endpoint.pool)}
