"""What workers are told of the jobs that they are given: the work, with its model and addresses in the store."""

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from apps.jobs.kinds import KINDS, Presigned
from atrium import storage
from gpu_workers.protocol.messages import Assign, Model

from .rows import Claimed
from .sessions import Expected, Session

MODELS_SECONDS = 24 * 3600
"""After which what is known of models is read anew: the addresses of their files live for seven days."""


class Assignments:
    """database: calls a function in the dispatcher's database thread."""

    def __init__(self, database: Callable[..., Awaitable[Any]]) -> None:
        self._database = database
        self._models: dict[tuple[UUID, bool], Model] = {}
        """Of each version, and whether the addresses of its files are those that a team's own worker reaches."""
        self._models_since = time.monotonic()

    def forget_old(self) -> None:
        if time.monotonic() - self._models_since > MODELS_SECONDS:
            self._models, self._models_since = {}, time.monotonic()

    async def know(self, claims: Iterable[tuple[Claimed, bool]]) -> None:
        """Read the models that are not yet known, of all kinds at once; a kind that nobody registered has none. claims:
        each with whether a team's own worker is to have it."""
        unknown: dict[tuple[str, bool], set[UUID]] = {}
        for claim, is_own in claims:
            if claim.version_id is not None and (claim.version_id, is_own) not in self._models:
                unknown.setdefault((claim.kind, is_own), set()).add(claim.version_id)
        for (kind, is_own), versions in unknown.items():
            if kind in KINDS:
                found = await self._database(KINDS[kind].load_models, list(versions), is_own)
                self._models |= {(version, is_own): model for version, model in found.items()}

    def of(self, claim: Claimed, is_own: bool) -> Assign:
        """Raises where the job cannot be told."""
        seconds = max(int(claim.deadline - time.time()), 1)
        presigned = Presigned(
            lambda key: storage.presign_get(key, seconds, public=is_own),
            lambda key, content_type: storage.presign_put(key, seconds, content_type, public=is_own),
            lambda key, upload, count: storage.presign_multipart(key, upload, count, seconds),
            claim.attempt,
        )
        model = None if claim.version_id is None else self._models.get((claim.version_id, is_own))
        work = KINDS[claim.kind].build(claim.input, model, presigned)
        return Assign(claim.id, claim.attempt, claim.team_id, claim.deadline, work, claim.request)

    def expect(self, session: Session, claim: Claimed) -> None:
        """Note what a worker of a team's own pool may answer to it."""
        model = None if claim.version_id is None else self._models.get((claim.version_id, True))
        if session.is_own and model is not None:
            keys = frozenset(claim.input.get("puts", {}).values())
            session.expects[claim.id] = Expected(model.interface, keys, KINDS[claim.kind].suspects_what_is_made)
