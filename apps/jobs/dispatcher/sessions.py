"""The workers of a pool as the dispatcher knows them: who has credit, who holds which model, who fell silent."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from secrets import token_bytes
from uuid import UUID

from msgspec import Struct

from apps.jobs.bridges import introduction_key
from gpu_workers.protocol.answers import Answer
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Heartbeat, Hello
from gpu_workers.protocol.pools import is_own
from gpu_workers.protocol.signing import Signer, Verifier, session_key


@dataclass(frozen=True, slots=True)
class Expected:
    """What fits a case: answers of its version's outputs, whose files lie under the keys that were handed out.

    makes: its kind gives something else, which its app reads as a stranger's.
    """

    interface: Interface
    keys: frozenset[str]
    makes: bool = False

    def fits(self, answers: Mapping[str, Answer] | None) -> bool:
        if answers is None or {output.name for output in self.interface.outputs} != set(answers):
            return False
        kinds = all(_tag(output) == _tag(answers[output.name]) for output in self.interface.outputs)
        return kinds and all(getattr(answer, "key", "") in {"", *self.keys} for answer in answers.values())


def _tag(struct: Struct) -> object:
    return struct.__struct_config__.tag


@dataclass(slots=True)
class Session:
    """One worker from its Hello to its Goodbye. assigned: job -> (attempt, when, on a monotonic clock).

    held: in quarantine; it is given nothing new. limited: the kind of what was assigned, where only so many of it may
    be there at once. claimed: what the worker of a team's own pool says that it runs and was not given by this
    dispatcher; the rows say whether an earlier one did. expects: by job, what such a worker may answer.
    """

    hello: Hello
    nonce: bytes
    signer: Signer
    verifier: Verifier
    seen: float
    credit: int
    resident: set[UUID]
    held: bool = False
    assigned: dict[UUID, tuple[int, float]] = field(default_factory=dict)
    limited: dict[UUID, str] = field(default_factory=dict)
    claimed: dict[UUID, int] = field(default_factory=dict)
    expects: dict[UUID, Expected] = field(default_factory=dict)

    @property
    def is_own(self) -> bool:
        """Whether a team runs it, on a machine of its own; nothing that it says counts beyond what it was given."""
        return is_own(self.hello.pool)

    @property
    def is_trusted(self) -> bool:
        """Whether it is a worker of the installation's own, and neither a notebook nor a team's."""
        return self.hello.serves is None and not self.is_own

    @property
    def own_pool(self) -> str:
        """Empty where it is no team's own."""
        return self.hello.pool if self.is_own else ""

    @property
    def free(self) -> int:
        return 0 if self.held else self.credit - len(self.assigned)

    def has_room(self, kind: str, at_once: int | None) -> bool:
        """Whether it takes another job of this kind, of which it has `at_once` at most."""
        if self.free <= 0 or at_once is None:
            return self.free > 0
        self.limited = {job: of for job, of in self.limited.items() if job in self.assigned}
        return sum(of == kind for of in self.limited.values()) < at_once


class Sessions:
    """All sessions of a pool; of the one that is everybody's also those of connections and of teams' own pools."""

    def __init__(self, pool_key: bytes) -> None:
        self._key = pool_key
        self._by_worker: dict[str, Session] = {}
        self._held: set[str] = set()

    def hold(self, workers: set[str]) -> None:
        """These workers and no others are in quarantine, also those that are not there yet."""
        self._held = workers
        for session in self:
            session.held = session.hello.worker in workers

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._by_worker.values()))

    def __len__(self) -> int:
        return len(self._by_worker)

    def get(self, worker: str) -> Session | None:
        return self._by_worker.get(worker)

    def welcome(self, hello: Hello) -> Session:
        """Open a session; one that this worker had before is replaced."""
        nonce = token_bytes(16)
        key = session_key(introduction_key(self._key, hello.worker), hello.nonce, nonce)
        session = Session(
            hello=hello,
            nonce=nonce,
            signer=Signer(key, "dispatcher"),
            verifier=Verifier(key, hello.worker),
            seen=time.monotonic(),
            credit=hello.credit,
            resident=set(hello.resident),
            held=hello.worker in self._held,
        )
        self._by_worker[hello.worker] = session
        return session

    def close(self, worker: str) -> Session | None:
        return self._by_worker.pop(worker, None)

    @property
    def workers(self) -> list[Session]:
        """Those of the pool itself, without the connections to notebooks and the teams' own."""
        return self.workers_of("")

    def workers_of(self, pool: str) -> list[Session]:
        """pool: the name of a team's own; "" of this one."""
        return [session for session in self if session.hello.serves is None and session.own_pool == pool]

    @property
    def own_pools(self) -> set[str]:
        """Of teams, those that have workers now."""
        return {session.own_pool for session in self} - {""}

    @property
    def served(self) -> set[UUID]:
        """Versions that connections answer for now."""
        return {session.hello.serves for session in self if session.hello.serves is not None}

    @property
    def free(self) -> int:
        """Places of all workers together."""
        return sum(max(session.free, 0) for session in self.workers)

    def choose(
        self, version_id: UUID | None, kind: str = "", at_once: int | None = None, pool: str = ""
    ) -> Session | None:
        """The worker for a job: one that holds its model or table, the least loaded first; else the least loaded of
        all. Of those that have less than `at_once` jobs of its kind. pool: as in `workers_of`."""
        return _least_loaded(self.workers_of(pool), version_id, kind, at_once)

    def connection_of(self, version_id: UUID | None) -> Session | None:
        """The least loaded of the connections that answer for a version."""
        serving = [session for session in self if session.hello.serves == version_id]
        return None if version_id is None else _least_loaded(serving, version_id, "", None)

    def hear(self, beat: Heartbeat, grace: float) -> list[tuple[UUID, int]]:
        """Take in a heartbeat; returns (job, attempt) pairs that were assigned over `grace` s ago and never arrived."""
        session = self._by_worker[beat.worker]
        now = time.monotonic()
        session.seen, session.credit, session.resident = now, beat.credit, set(beat.resident)
        running = dict(beat.running)
        lost = [
            (job, attempt)
            for job, (attempt, since) in session.assigned.items()
            if job not in running and now - since > grace
        ]
        for job, _ in lost:
            del session.assigned[job]
        unknown = {job: attempt for job, attempt in running.items() if job not in session.assigned}
        if session.is_own:
            session.claimed = unknown
        else:
            session.assigned |= {job: (attempt, now) for job, attempt in unknown.items()}
        return lost

    def silent(self, seconds: float) -> list[Session]:
        """Close and return the sessions that were not heard for so long."""
        limit = time.monotonic() - seconds
        gone = [session for session in self._by_worker.values() if session.seen < limit]
        for session in gone:
            del self._by_worker[session.hello.worker]
        return gone


def _least_loaded(sessions: list[Session], version_id: UUID | None, kind: str, at_once: int | None) -> Session | None:
    free = [session for session in sessions if session.has_room(kind, at_once)]
    if not free:
        return None
    return max(free, key=lambda session: (version_id in session.resident, session.free))
