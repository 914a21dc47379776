"""Waiting for the end of a job: for what the dispatcher tells of it, and for its row where that word was lost."""

import asyncio
from collections.abc import Callable

from django.http import HttpRequest

from atrium.access.admission import resting
from atrium.telemetry import watch
from atrium.tenancy.threads import in_database
from gpu_workers.protocol.messages import Settled

WAIT_SECONDS = 30.0
POLL_SECONDS = 1.0


def preferred_wait(request: HttpRequest) -> float:
    """`Prefer: wait=N` in seconds, at most 30, and 30 where nothing is said."""
    for preference in request.headers.get("Prefer", "").split(","):
        name, _, value = preference.strip().partition("=")
        if name == "wait" and value.isdigit():
            return min(float(value), WAIT_SECONDS)
    return WAIT_SECONDS


async def until_settled(
    settled: "asyncio.Future[Settled]", wait: float, has_ended: Callable[[], bool]
) -> Settled | None:
    """What the dispatcher tells; None where the time is over, or its word was lost and the row shows the end.

    None at once while Valkey is away: without it no worker is given the job, and nobody is told of its end.
    has_ended: a look at the row, each second, in a thread with a database. Neither a connection nor a place among the
    requests is held in between.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait
    while (left := deadline - loop.time()) > 0 and not watch.is_away("messages"):
        with resting():
            done, _ = await asyncio.wait([settled], timeout=min(POLL_SECONDS, left))
        if done:
            return settled.result()
        if await in_database(has_ended):
            break
    return None
