"""What passes between one notebook that is ready and the dispatcher: calls, how far they are, and their ends."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from uuid import UUID

import msgspec
from django.core.cache import cache

from atrium.access.principals import Token
from atrium.errors import Problem
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.live import (
    Answered,
    Call,
    Cancel,
    Raised,
    Running,
    Stopped,
    Taken,
    Told,
    ToNotebook,
)
from gpu_workers.protocol.messages import Failure
from gpu_workers.protocol.texts import storable

from .answers import answers_of, read, unfinished_of
from .bridge import CALL_SECONDS, Bridge
from .calls import Given, given_to, inputs_of
from .unusable import Unusable

FAILED = "The function failed on this input."
UNREADABLE = "What the function answered cannot be read."
ANSWERED = "It is not, or no longer, this notebook's; another attempt answers it."
TOO_SLOW = f"The function did not answer within {CALL_SECONDS / 60:.0f} minutes and was stopped."


class Exchange:
    """principal: who serves the function now; the socket looks again. say: tells the notebook."""

    def __init__(
        self,
        bridge: Bridge,
        version_id: UUID,
        interface: Interface,
        principal: Token,
        say: Callable[[ToNotebook], Awaitable[None]],
    ) -> None:
        self.bridge, self.principal = bridge, principal
        self._version_id, self._interface, self._say = version_id, interface, say

    async def begin(self, running: Running) -> None:
        if self.bridge.has(running):
            return
        given = await given_to(self.principal, self._version_id, self.bridge.name, running)
        if given is None:
            return
        self.bridge.take(given)
        try:
            inputs = await inputs_of(given)
        except Problem as problem:
            await self.bridge.finish(given, error=Failure(problem.code, problem.message))
            return
        await self._say(Call(running.job, running.attempt, inputs, CALL_SECONDS))

    async def stop(self, running: Running) -> None:
        if self.bridge.drop(running):
            await self._say(Cancel(running.job, running.attempt))

    async def told(self, message: Told) -> None:
        given = self.bridge.held(message.job, message.attempt)
        if given is None:
            return
        with suppress(Unusable):  # its end says what is wrong with it
            answers = None
            if message.answers is not None:
                so_far = read(self._interface, message.answers)
                answers = unfinished_of(self._interface, so_far, given.inputs)
            await self.bridge.tell(given, message, answers)

    async def ended(self, given: Given | None, message: Answered | Raised | Stopped) -> None:
        """given: the call, claimed for this end; None where it has ended already, or never was this notebook's."""
        running = Running(message.job, message.attempt)
        refused = ""
        if running in self.bridge.busy:
            self.bridge.busy.discard(running)
            await self.bridge.post_heartbeat()
        elif given is None:
            refused = ANSWERED
        else:
            match message:
                case Answered():
                    refused = await self._answered(given, message)
                case Raised():
                    detail = storable(f"{message.error}\n{message.trace}").strip()
                    await self.bridge.finish(given, error=Failure("model_failed", FAILED, detail))
                case Stopped():
                    await self.bridge.finish(given, error=Failure("cancelled", "It was cancelled."))
        await self._say(Taken(message.job, message.attempt, refused))

    async def _answered(self, given: Given, message: Answered) -> str:
        """Why it was refused; "" where it was taken."""
        try:
            if given.puts and not await self._is_first(given, message.answers):
                self.bridge.ending.pop(given.running.job, None)
                return ANSWERED
            told = read(self._interface, message.answers)
            answers = await answers_of(self._interface, told, given.puts, given.inputs)
            await self.bridge.finish(given, answers=answers, seconds=message.seconds)
        except Unusable as unusable:
            error = Failure(unusable.code, str(unusable), unusable.detail)
            await self.bridge.finish(given, error=error, seconds=message.seconds)
            return unusable.told
        except Problem as problem:
            await self.bridge.finish(given, error=Failure(problem.code, problem.message))
            return problem.message
        return ""

    async def _is_first(self, given: Given, answers: Mapping[str, msgspec.Raw]) -> bool:
        """An attempt has one answer, by whichever connection it came first: the key of its pictures is the attempt's,
        and another's bytes would not be what the first one's hash says. It may be said again."""

        def claimed() -> bool:
            digest = sha256(b"".join(answers[name] for name in sorted(answers))).hexdigest()
            name = f"live-answer:{given.running.job}:{given.running.attempt}"
            return cache.add(name, digest, timeout=3600) or cache.get(name) == digest

        still = await given_to(self.principal, self._version_id, self.bridge.name, given.running)
        return still is not None and await to_thread(claimed)

    async def unreadable(self, text: str, error: Exception) -> bool:
        """Whether it names a call, which ends then, so that nobody is given the same case to fail in the same way."""
        job = next((job for job in self.bridge.running if str(job) in text), None)
        if job is None:
            return False
        given, _ = self.bridge.running[job]
        await self.bridge.finish(given, error=Failure("model_failed", UNREADABLE, str(error)))
        await self._say(Taken(job, given.running.attempt, f"{UNREADABLE} {error}"))
        return True

    async def stop_overdue(self) -> None:
        for given in self.bridge.overdue:
            self.bridge.drop(given.running)
            await self.bridge.finish(given, error=Failure("model_too_slow", TOO_SLOW), seconds=CALL_SECONDS)
            await self._say(Cancel(given.running.job, given.running.attempt))
