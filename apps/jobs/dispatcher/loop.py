"""The dispatcher's loop: hear, commit in groups, assign.

Everything that arrives while one group is being committed becomes the next group, so it works row by row when idle
and in groups under load, without a timer. Only this loop touches the queue and the sessions; one thread touches the
database.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from redis.exceptions import RedisError

from apps.jobs.hints import dispatcher_channel
from apps.jobs.kinds import KINDS, Prepared, Result
from atrium import storage
from gpu_workers.protocol.messages import (
    VERSION,
    Assign,
    Cancel,
    CancelRequested,
    Envelope,
    Failure,
    Finished,
    Goodbye,
    Heard,
    Heartbeat,
    Hello,
    Model,
    Progress,
    Progressed,
    Settled,
    Submitted,
    ToWeb,
    ToWorker,
    Welcome,
    encode,
    envelope,
    from_web,
    from_worker,
)
from gpu_workers.protocol.signing import Forged, Signer, Verifier

from . import rows
from .queue import FairQueue, Waiting
from .rows import Ending
from .sessions import Session, Sessions

log = logging.getLogger("atrium.dispatcher")
T = TypeVar("T")
MODELS_SECONDS = 24 * 3600
"""After which what is known of models is read anew: the addresses of their files live for seven days."""


class Dispatcher:
    """One active per pool (see the command, which holds the lock)."""

    def __init__(self, pool: str, pool_key: bytes) -> None:
        self.pool, self._key = pool, pool_key
        self.lease = timedelta(seconds=settings.LEASE_SECONDS)
        self.queue, self.sessions = FairQueue(), Sessions(pool_key)
        self._models: dict[UUID, Model] = {}
        self._models_since = time.monotonic()
        self._submitted: dict[UUID, str] = {}
        self._reply_to: dict[UUID, str] = {}
        self._endings: list[Ending] = []
        self._lost: list[tuple[UUID, int]] = []
        self._beats: dict[str, Heartbeat] = {}
        self._sweep_due = True
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "database")
        self._layer: Any = get_channel_layer()
        self.dropped = 0

    async def run(self) -> None:
        """Work until cancelled."""
        listener = asyncio.create_task(self._listen())
        clock = asyncio.create_task(self._tick())
        try:
            await self._broadcast()
            while True:
                await self._wake.wait()
                self._wake.clear()
                try:
                    await self._cycle()
                except DatabaseError:
                    log.warning("the database is away; nothing is lost, trying again", exc_info=True)
                    self._sweep_due = True
                    await asyncio.sleep(0.5)
                    self._wake.set()
        finally:
            listener.cancel()
            clock.cancel()
            self._thread.shutdown(cancel_futures=True)

    async def _tick(self) -> None:
        while True:
            self._sweep_due = True
            self._wake.set()
            await asyncio.sleep(1)

    async def _database(self, function: Callable[..., T], *arguments: Any) -> T:
        def call() -> T:
            try:
                return function(*arguments)
            except DatabaseError:
                connection.close()  # whatever is wrong with it, the next call gets a sound one
                raise

        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    # ---- hearing ----

    async def _listen(self) -> None:
        channel = dispatcher_channel(self.pool)
        while True:
            try:
                message = await self._layer.receive(channel)
            except (OSError, RedisError):
                log.warning("the message service is away; listening again", exc_info=True)
                await asyncio.sleep(0.5)
                continue
            try:
                await self._hear(envelope(message["data"]))
            except (Forged, msgspec.DecodeError, KeyError, TypeError):
                self.dropped += 1
                log.warning("dropped a message that does not verify, %d so far", self.dropped)
            except Exception:  # a dispatcher that no longer listens would starve everybody
                log.exception("a message could not be heard")

    async def _hear(self, sealed: Envelope) -> None:
        if sealed.sender == "web":
            self._hear_web(sealed.body)
            return
        session = self.sessions.get(sealed.sender)
        if session is not None:
            try:
                await self._hear_worker(session, sealed)
                return
            except Forged:
                pass  # perhaps a Hello of the same worker, which the pool's key signs
        try:
            hello = from_worker(Verifier(self._key, sealed.sender).open(sealed))
        except Forged:
            if session is None:  # a worker of an earlier dispatcher, whose key is not known here
                await self._broadcast()
            raise
        if isinstance(hello, Hello) and hello.worker == sealed.sender and hello.pool == self.pool:
            await self._welcome(hello)

    def _hear_web(self, body: bytes) -> None:
        match from_web(body):
            case Submitted(jobs=jobs, reply_to=reply_to):
                self._submitted |= dict.fromkeys(jobs, reply_to)
            case CancelRequested():
                self._sweep_due = True
        self._wake.set()

    async def _hear_worker(self, session: Session, sealed: Envelope) -> None:
        message = from_worker(session.verifier.open(sealed))
        match message:
            case Heartbeat() if message.worker == sealed.sender:
                self._lost += self.sessions.hear(message, 2 * settings.HEARTBEAT_SECONDS)
                self._beats[message.worker] = message
                await self._to_worker(session, Heard())
            case Finished():
                session.assigned.pop(message.job, None)
                session.resident |= set(message.resident)
                self._endings.append(self._ending(message))
            case Progress():
                self._tell(message.job, Progressed(message.job, message.job, message.fraction, message.what))
                return
            case Goodbye():
                self._lost += [(job, attempt) for job, (attempt, _) in session.assigned.items()]
                self.sessions.close(sealed.sender)
        self._wake.set()

    def _ending(self, finished: Finished) -> Ending:
        timings = msgspec.to_builtins(finished.timings)
        if finished.error is not None:
            state = "cancelled" if finished.error.code == "cancelled" else "failed"
            return Ending(finished.job, finished.attempt, state, error=finished.error, timings=timings)
        return Ending(
            finished.job,
            finished.attempt,
            "succeeded",
            answers=finished.answers,
            report=finished.report,
            timings=timings,
        )

    async def _welcome(self, hello: Hello) -> None:
        session = self.sessions.welcome(hello)
        welcome = Welcome(hello.worker, hello.nonce, session.nonce, dispatcher_channel(self.pool))
        sealed = Signer(self._key, "dispatcher").seal(encode(welcome))
        await self._send(hello.channel, sealed)
        log.info("worker %s joined: %s, floor %s", hello.worker, hello.device, hello.floor)
        self._beats[hello.worker] = Heartbeat(hello.worker, (), hello.resident, hello.credit)
        self._wake.set()

    # ---- speaking ----

    async def _send(self, channel: str, sealed: Envelope) -> None:
        try:
            await self._layer.send(channel, {"type": "atrium.message", "data": encode(sealed)})
        except Exception as error:  # a message is a hint: leases, sweeps and polls make good for it
            log.warning("a message was lost", exc_info=error)

    async def _broadcast(self) -> None:
        """Ask who is there: workers of an earlier dispatcher say Hello anew."""
        await self._send(f"workers.{self.pool}", Envelope(VERSION, "dispatcher", 0, b""))

    async def _to_worker(self, session: Session, message: ToWorker) -> None:
        await self._send(session.hello.channel, session.signer.seal(encode(message)))

    def _tell(self, job_id: UUID, message: ToWeb) -> None:
        channel = self._reply_to.get(job_id)
        if channel:
            sealed = Envelope(VERSION, "dispatcher", 0, encode(message))
            task = asyncio.ensure_future(self._send(channel, sealed))
            task.add_done_callback(lambda _: None)

    # ---- one group ----

    async def _cycle(self) -> None:
        await self._commit_endings()
        await self._take_in()
        if self._sweep_due:
            self._sweep_due = False
            await self._sweep()
        await self._assign()

    async def _commit_endings(self) -> None:
        endings = list(self._endings)  # more may come while these are being committed
        if not endings:
            return
        results = await self._database(rows.finish, endings)
        self._endings = self._endings[len(endings) :]
        self._announce(results)

    def _announce(self, results: Sequence[Result]) -> None:
        for result in results:
            self._tell(result.job_id, Settled(result.job_id, result.subject, result.state))
            self._reply_to.pop(result.job_id, None)

    async def _take_in(self) -> None:
        submitted, self._submitted = self._submitted, {}
        lost, self._lost = self._lost, []
        self._reply_to |= {job: channel for job, channel in submitted.items() if channel}
        try:
            if submitted:
                self._enqueue(await self._database(rows.submitted, list(submitted)))
            if lost:
                again, dead = await self._database(rows.release, lost, settings.ATTEMPTS)
                self._enqueue(again)
                self._endings += dead
        except DatabaseError:
            self._submitted |= submitted
            self._lost += lost
            raise

    def _enqueue(self, jobs: Sequence[Waiting]) -> None:
        for job in jobs:
            self.queue.add(job)

    async def _sweep(self) -> None:
        for silent in self.sessions.silent(settings.LEASE_SECONDS):
            log.warning("worker %s fell silent", silent.hello.worker)
        await self._database(rows.forget_silent_workers, self.pool, self.lease)
        if time.monotonic() - self._models_since > MODELS_SECONDS:
            self._models, self._models_since = {}, time.monotonic()
        beats, self._beats = self._beats, {}
        running = [pair for beat in beats.values() for pair in beat.running]
        if running:
            await self._database(rows.renew, running, self.lease)
        for name in beats:
            session = self.sessions.get(name)
            if session is not None:
                await self._database(rows.record_worker, session)
        again, dead = await self._database(rows.expired, self.pool, settings.ATTEMPTS)
        self._enqueue(again)
        endings, stops = await self._database(rows.overdue, self.pool, len(self.sessions) > 0)
        for job_id, attempt, worker in stops:
            session = self.sessions.get(worker)
            if session is not None:
                session.assigned.pop(job_id, None)
                await self._to_worker(session, Cancel(job_id, attempt))
        for ending in endings:
            self.queue.discard(ending.job_id)
        self._endings += [*dead, *endings]
        await self._commit_endings()
        self._enqueue(await self._database(rows.queued, self.pool))

    async def _assign(self) -> None:
        picks: list[tuple[Waiting, Session]] = []
        while (job := self.queue.pop()) is not None:
            session = self.sessions.choose(job.version_id)
            if session is None:
                self.queue.push_back(job)
                break
            session.assigned[job.id] = (0, time.monotonic())
            picks.append((job, session))
        if not picks:
            return
        attempts = await self._database(
            rows.claim, [(job.id, session.hello.worker) for job, session in picks], self.lease
        )
        await self._know_models(job for job, _ in picks)
        for job, session in picks:
            attempt = attempts.get(job.id)
            if attempt is None:
                session.assigned.pop(job.id, None)
                continue
            try:
                assignment = self._assignment(job, attempt)
            except Exception:  # one job that cannot be told must not stop the others
                log.exception("job %s cannot be assigned", job.id)
                session.assigned.pop(job.id, None)
                failure = Failure("internal", "It could not be handed to a worker.")
                self._endings.append(Ending(job.id, attempt, "failed", error=failure))
                self._wake.set()
                continue
            session.assigned[job.id] = (attempt, time.monotonic())
            await self._to_worker(session, assignment)

    async def _know_models(self, jobs: Any) -> None:
        """Read the models that are not yet known, of all kinds at once."""
        unknown: dict[str, set[UUID]] = {}
        for job in jobs:
            if job.version_id is not None and job.version_id not in self._models:
                unknown.setdefault(job.kind, set()).add(job.version_id)
        for kind, versions in unknown.items():
            self._models |= await self._database(KINDS[kind].load_models, list(versions))

    def _assignment(self, job: Waiting, attempt: int) -> Assign:
        seconds = max(int(job.deadline - time.time()), 1)
        prepared = Prepared(
            lambda key: storage.presign_get(key, seconds), lambda key: storage.presign_put(key, seconds)
        )
        model = self._models.get(job.version_id) if job.version_id is not None else None
        return Assign(job.id, attempt, job.team_id, job.deadline, KINDS[job.kind].build(job.input, model, prepared))
