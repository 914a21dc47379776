"""Hints to the dispatcher over the channel layer: a job was inserted, or is to be cancelled.

A hint may be lost: the dispatcher's sweep finds the row within a second.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from gpu_workers.protocol.messages import VERSION, CancelRequested, Envelope, Submitted, encode
from gpu_workers.protocol.pools import is_own

from .bridges import POOL
from .replies import event_loop

log = logging.getLogger("atrium.jobs")


def dispatcher_channel(pool: str) -> str:
    return f"dispatcher.{pool}"


def _message(body: Submitted | CancelRequested) -> dict[str, Any]:
    return {"type": "atrium.message", "data": encode(Envelope(VERSION, "web", 0, encode(body)))}


def _send(pool: str, body: Submitted | CancelRequested) -> None:
    """From a synchronous thread below an event loop, hand over to that loop; with none (chores, commands) run one."""
    try:
        loop = event_loop()
        if loop is not None and loop.is_running():
            asyncio.run_coroutine_threadsafe(_quietly(pool, body), loop)
        else:
            async_to_sync(_quietly)(pool, body)
    except RuntimeError:
        log.warning("a hint was not sent; the sweep will find the job")


async def _quietly(pool: str, body: Submitted | CancelRequested) -> None:
    try:
        await get_channel_layer().send(dispatcher_channel(POOL if is_own(pool) else pool), _message(body))
    except Exception as error:  # whatever the layer raises, the job is safe in its row
        log.warning("a hint was lost; the sweep will find the job", exc_info=error)


def hint_submitted(pool: str, job_id: UUID, reply_to: str, version_id: UUID | None, kind: str) -> None:
    _send(pool, Submitted((job_id,), reply_to, version_id, kind, pool if is_own(pool) else ""))


def hint_cancelled(jobs: Sequence[tuple[str, UUID]]) -> None:
    """jobs: (pool, id)."""
    for pool, job_id in jobs:
        _send(pool, CancelRequested((job_id,)))
