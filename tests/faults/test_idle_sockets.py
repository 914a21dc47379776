"""Pages that are open while Valkey is gone stay open, and hear of everything that happened, once.

Forty sockets in the suite, five hundred in `make faults`.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle, islice
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from apps.feedback.notices import LOOK_SECONDS
from atrium.tenancy.threads import in_database
from tests.apps.feedback.cases import base, flagged, signed_in
from tests.faults.killing import kill_valkey, start_valkey
from tests.people import Lab
from tests.services import site

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("web_process")]

TEAMS = 10
AT_ONCE = 16
PATIENCE = 60.0
SILENCE = 2 * LOOK_SECONDS + 1


class Page:
    """One open socket and what it was told of."""

    def __init__(self, lab: Lab, socket: ClientConnection) -> None:
        self.lab, self._socket = lab, socket
        self.told: Counter[str] = Counter()

    async def hears(self, *threads: UUID) -> None:
        """Returns when it has been told of these."""
        async with asyncio.timeout(PATIENCE):
            while not {str(thread) for thread in threads} <= set(self.told):
                await self._hear()

    async def hears_no_more(self) -> None:
        try:
            async with asyncio.timeout(SILENCE):
                while True:
                    await self._hear()
        except TimeoutError:
            return

    async def _hear(self) -> None:
        message = json.loads(await self._socket.recv())
        assert message["type"] == "changed", message
        self.told[message["thread"]] += 1


@asynccontextmanager
async def opened(labs: list[Lab], sessions: list[str], count: int) -> AsyncIterator[list[Page]]:
    """So many pages, each signed in to one of the teams by its session."""
    url = site().url
    gate = asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as stack:

        async def open_one(lab: Lab, session: str) -> Page:
            address = url.replace("http", "ws") + base(lab) + "socket"
            headers = {"Cookie": f"sessionid={session}"}
            async with gate:
                socket = await stack.enter_async_context(
                    connect(address, origin=Origin(url), additional_headers=headers, open_timeout=PATIENCE)
                )
                async with asyncio.timeout(PATIENCE):
                    assert json.loads(await socket.recv())["type"] == "counts"
            return Page(lab, socket)

        each = islice(cycle(zip(labs, sessions, strict=True)), count)
        yield list(await asyncio.gather(*(open_one(lab, session) for lab, session in each)))


def flag_in_each(labs: list[Lab]) -> dict[str, UUID]:
    """By team the thread that somebody opened."""
    return {lab.team.slug: flagged(lab).thread_id for lab in labs}


def test_they_hear_of_what_they_missed(request: pytest.FixtureRequest) -> None:
    count = 500 if request.config.getoption("--long") else 40
    labs = [Lab.make(f"Team {number}") for number in range(TEAMS)]
    sessions = [signed_in(lab.alice).cookies["sessionid"].value for lab in labs]

    async def act() -> list[Page]:
        threads: list[dict[str, UUID]] = []
        async with opened(labs, sessions, count) as pages:
            threads.append(await in_database(flag_in_each, labs))
            await asyncio.gather(*(page.hears(threads[0][page.lab.team.slug]) for page in pages))
            await asyncio.to_thread(kill_valkey)
            try:
                threads.append(await in_database(flag_in_each, labs))
            finally:
                start_valkey()
            for page in pages:  # what a look finds together is told as one, so that the next waits for it
                await page.hears(threads[1][page.lab.team.slug])
            threads.append(await in_database(flag_in_each, labs))
            for page in pages:
                await page.hears(threads[2][page.lab.team.slug])
            await asyncio.gather(*(page.hears_no_more() for page in pages))
            for page in pages:
                assert page.told == Counter({str(each[page.lab.team.slug]): 1 for each in threads})
        return pages

    assert len(asyncio.run(act())) == count
