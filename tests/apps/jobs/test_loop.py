"""What the dispatcher's loop must not lose while it waits for the database, and what must not end it."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from channels.layers import get_channel_layer
from django.conf import settings
from redis.asyncio import Redis

from apps.jobs.dispatcher.endings import Ending
from apps.jobs.dispatcher.loop import Dispatcher
from apps.jobs.hints import dispatcher_channel
from apps.registry.models import Version
from atrium.tenancy.context import team_context
from gpu_workers.protocol.messages import VERSION, Assign, Envelope, Submitted, encode
from tests.apps.jobs.conftest import reread, subject_of, waiting_job
from tests.apps.jobs.test_orders import Obeying
from tests.apps.jobs.test_sessions import hello
from tests.conftest import AsDispatcher
from tests.people import Lab

FIRST, LATE = Ending(uuid4(), 1, "succeeded"), Ending(uuid4(), 1, "succeeded")


class Slow(Dispatcher):
    """A dispatcher whose database takes so long that another result arrives meanwhile."""

    async def _database(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self.inbox.endings.append(LATE)
        return []


def test_a_result_that_comes_during_a_commit_is_kept_for_the_next() -> None:
    async def commit() -> list[Ending]:
        dispatcher = Slow("default", b"key")
        dispatcher.inbox.endings.append(FIRST)
        await dispatcher._commit_endings()
        return dispatcher.inbox.endings

    assert asyncio.run(commit()) == [LATE]


def test_a_row_that_cannot_be_read_or_told_fails_its_own_job_only(
    as_dispatcher: AsDispatcher, lab: Lab, other_lab: Lab
) -> None:
    sound, unreadable, unknown = waiting_job(lab), waiting_job(other_lab), waiting_job(other_lab, kind="unheard of")
    untold = waiting_job(lab, input={"inputs": {"age": 2**64}, "puts": {}})  # no message holds such a number
    with team_context(other_lab.alice):
        Version.objects.filter(pk=other_lab.version.pk).update(interface={"inputs": "none"})
    dispatcher = Obeying(lab.team.slug, as_dispatcher)
    session = dispatcher.sessions.welcome(hello("worker", credit=4))

    async def assign() -> None:
        await dispatcher._assign([(job.pk, session) for job in (unreadable, unknown, untold, sound)])
        await dispatcher._commit_endings()

    asyncio.run(assign())
    assert [word.job for word in dispatcher.said if isinstance(word, Assign)] == [sound.pk]
    for job in (unreadable, unknown):
        assert reread(other_lab, job).state == "failed"
    assert reread(lab, untold).state == "failed"
    assert (subject_of(other_lab, unreadable).error or {})["code"] == "internal"


class Stumbling(Dispatcher):
    """A dispatcher whose first round fails for a reason that nobody foresaw."""

    def __init__(self, pool: str) -> None:
        super().__init__(pool, b"key")
        self.rounds = 0
        self.went_on = asyncio.Event()

    async def _cycle(self) -> None:
        self.rounds += 1
        if self.rounds == 1:
            raise KeyError("unforeseen")
        self.went_on.set()


def test_a_round_that_breaks_off_is_followed_by_another() -> None:
    async def run() -> bool:
        dispatcher = Stumbling(f"test-{uuid4().hex[:8]}")
        work = asyncio.ensure_future(dispatcher.run())
        went_on = asyncio.ensure_future(dispatcher.went_on.wait())
        done, _ = await asyncio.wait([work, went_on], timeout=20, return_when=asyncio.FIRST_COMPLETED)
        for task in (work, went_on):
            task.cancel()
        await asyncio.gather(work, went_on, return_exceptions=True)
        return went_on in done

    assert asyncio.run(run())


def test_bytes_that_are_no_message_leave_it_listening() -> None:
    async def heard() -> tuple[int, bool]:
        pool, job = f"test-{uuid4().hex[:8]}", uuid4()
        inbox = Dispatcher(pool, b"key").inbox
        listening = asyncio.ensure_future(inbox.listen())
        layer = get_channel_layer()
        async with Redis.from_url(settings.REDIS_URL) as stranger:
            async with asyncio.timeout(20):
                listeners = 0
                while not listeners:
                    listeners = await stranger.publish(dispatcher_channel(pool), b"\xc1")
        sealed = encode(Envelope(VERSION, "web", 0, encode(Submitted((job,)))))
        await layer.send(dispatcher_channel(pool), {"type": "atrium.message", "data": sealed})
        woken = asyncio.ensure_future(inbox.wake.wait())
        await asyncio.wait([listening, woken], timeout=20, return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, woken):
            task.cancel()
        await asyncio.gather(listening, woken, return_exceptions=True)
        await layer.flush()
        return inbox.dropped, job in inbox.submitted

    assert asyncio.run(heard()) == (1, True)
