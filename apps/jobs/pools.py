"""A team's own pools: made, their keys turned, removed; and who works in them now."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from apps.teams.permissions import can_manage_pools, can_see_pools
from atrium.access.principals import TeamPrincipal
from atrium.audit.services import record
from atrium.errors import Conflict, FieldError, Invalid, NotFound, require
from atrium.tenancy.context import team_context
from gpu_workers.protocol.pools import PREFIX, Place, PoolKey, is_own

from .bridges import secret_of
from .models import Pool, Worker

POOLS = 20
"""Of one team."""
LAST_TURN = 2**15 - 1
ONLY_ADMINS = "Only admins and owners manage the team's pools."
IN_USE: list[Callable[[str], Sequence[str]]] = []
"""What else names a pool, by the names that people know; the apps above say so when they are ready."""


@dataclass(frozen=True, slots=True)
class PoolShown:
    """A pool with the workers that are in it now, those that were lost within seconds among them."""

    pool: Pool
    workers: tuple[Worker, ...]

    @property
    def connected(self) -> int:
        return sum(worker.state == "healthy" for worker in self.workers)


def pools_of(principal: TeamPrincipal) -> list[PoolShown]:
    """In the order of their names; inside the team's context."""
    require(can_see_pools(principal), "A token sees pools with the scope `models:read` or `models:write`.")
    return _with_workers(Pool.objects.all())


def pools_named(names: Iterable[str]) -> dict[str, PoolShown]:
    """By name, the team's own pools that endpoints name; inside the team's context."""
    ids = {name.removeprefix(PREFIX) for name in names if is_own(name)}
    found = _with_workers(Pool.objects.filter(pk__in=ids)) if ids else ()
    return {shown.pool.place.name: shown for shown in found}


def _with_workers(found: Iterable[Pool]) -> list[PoolShown]:
    pools = list(found)
    workers = list(Worker.objects.filter(pool__in=[pool.place.name for pool in pools]).order_by("name"))
    return [PoolShown(pool, tuple(each for each in workers if each.pool == pool.place.name)) for pool in pools]


def pool_for(principal: TeamPrincipal, pool_id: UUID, *, hold: bool = False) -> Pool:
    """Inside the team's context. Raises NotFound. hold: nobody else removes it, or turns its key, or names it, before
    this transaction ends."""
    require(can_see_pools(principal))
    found = Pool.objects.select_for_update() if hold else Pool.objects.all()
    pool = found.filter(pk=pool_id).first()
    if pool is None:
        raise NotFound
    return pool


def create_pool(principal: TeamPrincipal, name: str) -> tuple[Pool, PoolKey]:
    """(pool, its key, which is shown once)."""
    name = name.strip()
    with team_context(principal):
        require(can_manage_pools(principal), ONLY_ADMINS)
        if not name:
            raise Invalid(FieldError("name", "required", "Give the pool a name."))
        if len(name) > 80:
            raise Invalid(FieldError("name", "max_length", "A pool's name has at most 80 characters."))
        if Pool.objects.filter(name=name).exists():
            raise Conflict(f"There is a pool “{name}” already. Choose another name.")
        if Pool.objects.count() >= POOLS:
            raise Conflict(f"A team has {POOLS} pools at most. Remove one first.")
        pool = Pool.objects.create(name=name)
        record(principal, "pool.created", pool)
    return pool, _key_of(pool)


def turn_key(principal: TeamPrincipal, pool_id: UUID) -> tuple[Pool, PoolKey]:
    """(pool, its new key): workers with an earlier one are sent away within a second."""
    with team_context(principal):
        require(can_manage_pools(principal), ONLY_ADMINS)
        pool = pool_for(principal, pool_id, hold=True)
        if pool.turn >= LAST_TURN:
            raise Conflict("This pool's key was renewed as often as it can be. Make another pool.")
        pool.turn += 1
        pool.save(update_fields=["turn"])
        record(principal, "pool.key_renewed", pool)
    return pool, _key_of(pool)


def remove_pool(principal: TeamPrincipal, pool_id: UUID) -> None:
    """Its workers are sent away. Refused while something names it."""
    with team_context(principal):
        require(can_manage_pools(principal), ONLY_ADMINS)
        pool = pool_for(principal, pool_id, hold=True)
        users = [name for named_by in IN_USE for name in named_by(pool.place.name)]
        if users:
            told = ", ".join(f"“{name}”" for name in users[:5]) + (" …" if len(users) > 5 else "")
            raise Conflict(f"{told} still answer on this pool. Move them to another one first.")
        record(principal, "pool.removed", pool)
        pool.delete()


def _key_of(pool: Pool) -> PoolKey:
    return PoolKey(pool.team_id, pool.place, secret_of(pool.place))


def place_of(shown: Place) -> Place | None:
    """The pool's place now; None where it is gone. Inside the team's context."""
    pool = Pool.objects.filter(pk=shown.pool).first()
    return None if pool is None else pool.place
