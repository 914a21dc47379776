"""The dispatcher's loop: commit what ended, take in what came, assign.

Everything that arrives while one group is being committed becomes the next group, so it works row by row when idle
and in groups under load, without a timer. Only this loop touches the queue and the sessions; one thread touches the
database.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from apps.jobs.kinds import KINDS
from apps.jobs.models import Worker
from gpu_workers.protocol.messages import Cancel, Drain, Failure, Heartbeat, encode
from gpu_workers.protocol.pools import Place

from . import orders, rows
from .assignments import Assignments
from .endings import Ending, finish
from .hearing import Inbox
from .queue import FairQueue, Waiting
from .sessions import Session, Sessions
from .speaking import Voice

log = logging.getLogger("atrium.dispatcher")
T = TypeVar("T")


class Dispatcher:
    """One active per pool (see the command, which holds the lock)."""

    def __init__(self, pool: str, pool_key: bytes) -> None:
        self.pool = pool
        self.lease = timedelta(seconds=settings.LEASE_SECONDS)
        self.sessions = Sessions(pool_key)
        self.queues: defaultdict[str, FairQueue] = defaultdict(FairQueue)
        """Of each kind that takes a part of the places only, its own; of each version that connections answer for, its
        own; "" of all the others."""
        self.voice = Voice(pool, pool_key)
        self.inbox = Inbox(pool, pool_key, self.sessions, self.voice, self._stands)
        self._thread = ThreadPoolExecutor(1, "database")
        self.assignments = Assignments(self._database)

    async def run(self) -> None:
        """Work until cancelled."""
        self.voice.call_again_when_cut_off()
        listener = asyncio.create_task(self.inbox.listen())
        clock = asyncio.create_task(self._tick())
        try:
            await self.voice.broadcast()
            while True:
                await self.inbox.wake.wait()
                self.inbox.wake.clear()
                try:
                    await self._cycle()
                except Exception as error:
                    if isinstance(error, DatabaseError):
                        log.warning("the database is away; nothing is lost, trying again", exc_info=True)
                    else:  # without a dispatcher nobody is answered; the sweep finds what this round left lying
                        log.exception("a round broke off; trying again")
                    self.inbox.sweep_due = True
                    await asyncio.sleep(0.5)
                    self.inbox.wake.set()
        finally:
            listener.cancel()
            clock.cancel()
            self._thread.submit(lambda: connection.close())  # a dispatcher that begins anew has a thread of its own
            self._thread.shutdown()

    async def _stands(self, place: Place) -> bool:
        return place in await self._database(rows.standing, {place})

    async def _tick(self) -> None:
        while True:
            self.inbox.sweep_due = True
            self.inbox.wake.set()
            await asyncio.sleep(1)

    async def _database(self, function: Callable[..., T], *arguments: Any) -> T:
        def call() -> T:
            try:
                return function(*arguments)
            except DatabaseError:
                connection.close()  # whatever is wrong with it, the next call gets a sound one
                raise

        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    # ---- one group ----

    async def _cycle(self) -> None:
        await self._commit_endings()
        await self._assign(self._straight())
        await self._take_in()
        if self.inbox.sweep_due:
            self.inbox.sweep_due = False
            await self._sweep()
        await self._assign(self._turns())

    async def _commit_endings(self) -> None:
        endings = list(self.inbox.endings)  # more may come while these are being committed
        if not endings:
            return
        results = await self._database(finish, endings)
        self.inbox.endings = self.inbox.endings[len(endings) :]
        self.voice.settled(results)

    async def _take_in(self) -> None:
        submitted, self.inbox.submitted = self.inbox.submitted, {}
        lost, self.inbox.lost = self.inbox.lost, []
        given_back, self.inbox.given_back = self.inbox.given_back, []
        try:
            if submitted:
                self._enqueue(await self._database(rows.submitted, list(submitted)))
            if lost:
                again, dead = await self._database(rows.release, lost, settings.ATTEMPTS)
                self._enqueue(again)
                self.inbox.endings += dead
            if given_back:
                self._enqueue(await self._database(rows.give_back, given_back))
        except DatabaseError:
            self.inbox.submitted |= submitted
            self.inbox.lost += lost
            self.inbox.given_back += given_back
            raise

    def _enqueue(self, jobs: Sequence[Waiting]) -> None:
        """What only a connection can answer is left in the table until there is one; the sweep finds it then."""
        for job in jobs:
            if job.pool:
                if job.pool in self.sessions.own_pools:
                    self.queues[f"{job.kind} {job.pool}"].add(job)
            elif not _by_connection(job.kind):
                self.queues["" if _at_once(job.kind) is None else job.kind].add(job)
            elif job.version_id in self.sessions.served:
                self.queues[f"{job.kind} {job.version_id}"].add(job)

    async def _sweep(self) -> None:
        for silent in self.sessions.silent(Worker.SILENT.total_seconds()):
            log.warning("worker %s fell silent", silent.hello.worker)
        await self._database(rows.forget_silent_workers, self.pool)
        self.assignments.forget_old()
        beats, self.inbox.beats = self.inbox.beats, {}
        await self._look_after_own()
        running = [pair for beat in beats.values() for pair in self._runs(beat)]
        if running:
            await self._database(rows.renew, running, self.lease)
        progress, self.inbox.progress = self.inbox.progress, {}
        if progress:
            await self._database(rows.record_progress, list(progress.values()))
        for name in beats:
            session = self.sessions.get(name)
            if session is not None and session.hello.serves is None:
                await self._database(rows.record_worker, session)
        await self._obey()
        again, dead = await self._database(rows.expired, self.pool, settings.ATTEMPTS)
        self._enqueue(again)
        pools = self.sessions.own_pools
        endings, stops = await self._database(rows.overdue, self.pool, bool(self.sessions.workers), pools)
        for job_id, attempt, worker in stops:
            session = self.sessions.get(worker)
            await self._stop(session, job_id, attempt)
        for ending in endings:
            for queue in self.queues.values():
                queue.discard(ending.job_id)
        self.inbox.endings += [*dead, *endings]
        await self._commit_endings()
        for name in [name for name, queue in self.queues.items() if not queue]:
            del self.queues[name]
        self._enqueue(await self._database(rows.queued, self.pool, self.sessions.served, pools))

    def _runs(self, beat: Heartbeat) -> Iterable[tuple[UUID, int]]:
        """Whose leases it renews."""
        session = self.sessions.get(beat.worker)
        if session is None or not session.is_own:
            return beat.running
        return [(job, attempt) for job, attempt in beat.running if session.assigned.get(job, (0, 0.0))[0] == attempt]

    async def _look_after_own(self) -> None:
        """A worker of a team's own pool goes with that pool and its key, and keeps what the rows say is its own."""
        own = [(session, Place.of_worker(session.hello.worker)) for session in self.sessions if session.is_own]
        if not own:
            return
        standing = await self._database(rows.standing, {place for _, place in own if place is not None})
        for session, place in own:
            if place not in standing:
                self.sessions.close(session.hello.worker)
                self.inbox.given_back += [(job, attempt) for job, (attempt, _) in session.assigned.items()]
                self.inbox.wake.set()
            elif session.claimed:
                await self._take_over(session)

    async def _take_over(self, session: Session) -> None:
        """What an earlier dispatcher gave it, as it claims."""
        claimed, session.claimed = session.claimed, {}
        theirs = await self._database(rows.given_to, session.hello.worker, session.hello.pool, claimed)
        await self.assignments.know((claim, True) for claim in theirs)
        for claim in theirs:
            session.assigned[claim.id] = (claim.attempt, time.monotonic())
            self.assignments.expect(session, claim)

    async def _obey(self) -> None:
        """Do what operators want of workers. One that is to drain is told again each second, until it is gone."""
        standing = await self._database(orders.standing, self.pool)
        self.sessions.hold({order.worker for order in standing if order.what == "quarantine"})
        for order in standing:
            session = self.sessions.get(order.worker)
            if order.what == "drain" and session is not None:
                await self.voice.to_worker(session, Drain())
            elif order.what == "requeue":
                running = await self._database(orders.running_at, order.worker)
                for job, attempt in running:
                    await self._stop(session, job, attempt)
                again, dead = await self._database(rows.release, running, settings.ATTEMPTS)
                self._enqueue(again)
                self.inbox.endings += dead
                await self._database(orders.end, [order.id])

    async def _stop(self, session: Session | None, job: UUID, attempt: int) -> None:
        if session is not None:
            session.assigned.pop(job, None)
            await self.voice.to_worker(session, Cancel(job, attempt))

    # ---- whose turn it is ----

    def _straight(self) -> list[tuple[UUID, Session]]:
        """What was just submitted, where nobody waits and all of it finds a place: its order does not matter then, and
        its rows need not be read before they are claimed."""
        submitted = self.inbox.submitted
        if not submitted or any(self.queues.values()) or len(submitted) > self.sessions.free:
            return []
        if not all(kind in KINDS and _is_plain(kind) and not pool for _, kind, pool in submitted.values()):
            return []
        self.inbox.submitted = {}
        return [(job, session) for job, told in submitted.items() if (session := self._place(job, *told))]

    def _turns(self) -> list[tuple[UUID, Session]]:
        """As many of those who wait as find a place, in their turn."""
        picks: list[tuple[UUID, Session]] = []
        for queue in self.queues.values():
            while (job := queue.pop()) is not None:
                session = self._place(job.id, job.version_id, job.kind, job.pool)
                if session is None:
                    queue.push_back(job)
                    break
                picks.append((job.id, session))
        return picks

    def _place(self, job: UUID, version: UUID | None, kind: str, pool: str) -> Session | None:
        at_once = _at_once(kind)
        if _by_connection(kind):
            session = self.sessions.connection_of(version)
        else:
            session = self.sessions.choose(version, kind, at_once, pool)
        if session is not None:
            session.assigned[job] = (0, time.monotonic())
            if at_once is not None:
                session.limited[job] = kind
        return session

    async def _assign(self, picks: Sequence[tuple[UUID, Session]]) -> None:
        if not picks:
            return
        names = [(job, session.hello.worker) for job, session in picks]
        claimed = {claim.id: claim for claim in await self._database(rows.claim, names, self.lease)}
        await self.assignments.know((claimed[job], session.is_own) for job, session in picks if job in claimed)
        for job, session in picks:
            claim = claimed.get(job)
            if claim is None:
                session.assigned.pop(job, None)
                continue
            try:
                assignment = encode(self.assignments.of(claim, session.is_own))
            except Exception:  # one job that cannot be told must not stop the others
                log.exception("job %s cannot be assigned", job)
                session.assigned.pop(job, None)
                failure = Failure("internal", "It could not be handed to a worker.")
                self.inbox.endings.append(Ending(job, claim.attempt, "failed", error=failure))
                self.inbox.wake.set()
                continue
            session.assigned[job] = (claim.attempt, time.monotonic())
            self.assignments.expect(session, claim)
            await self.voice.hand(session, assignment)


def _is_plain(kind: str) -> bool:
    """Whether any worker with a place takes it."""
    return KINDS[kind].at_once is None and not KINDS[kind].by_connection


def _by_connection(kind: str) -> bool:
    return kind in KINDS and KINDS[kind].by_connection


def _at_once(kind: str) -> int | None:
    return KINDS[kind].at_once if kind in KINDS else None
