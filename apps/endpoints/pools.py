"""On which pool an endpoint answers: as pages and the API tell it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.jobs.models import Pool
from apps.jobs.pools import PoolShown, pools_named, pools_of
from atrium.access.principals import Member
from atrium.tenancy.context import team_context

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


def pools_told(endpoints: Iterable[Endpoint]) -> dict[str, dict[str, Any]]:
    """By the API, by the name in an endpoint's row: the team's own pools that these answer on, as `told` has each.
    Inside the team's context."""
    return {name: told(shown) for name, shown in pools_named(endpoint.pool for endpoint in endpoints).items()}


def told(shown: PoolShown) -> dict[str, Any]:
    """`{id, name, workers}`"""
    return {"id": str(shown.pool.pk), "name": shown.pool.name, "workers": shown.connected}
