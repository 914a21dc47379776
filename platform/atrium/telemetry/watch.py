"""Which of the services that Atrium stands on are away, known before anybody has to wait for them.

Every half second the web process asks each of them something small. One that refuses, or is silent for longer than
PATIENCE (a stopped process, a lost machine), is away until it answers again. Who asks for it meanwhile is told so at
once (`unless_away`, and `atrium.telemetry.gate` for the database, without which there is no page at all).
Only the web process watches; elsewhere nothing is known to be away, and each client's own time limits hold.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TypeVar
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connections
from psycopg_pool import ConnectionPool
from redis.asyncio import Redis

R = TypeVar("R")
Question = Callable[[], Awaitable[None]]

EVERY = 0.5
PATIENCE = 1.25
"""Seconds of silence after which a service is away. With EVERY and GRACE below the two seconds a user may wait."""
GRACE = 0.2
"""Added where an answer may lie there already and only this process was too busy to read it."""
FORGET = 10.0
"""Seconds after which a question without an answer is asked anew."""

log = logging.getLogger("atrium.watch")


class Away(Exception):
    """The service is known to be away."""


class Part:
    """One service. away: whether it is known to be; asked: whether anything is known yet."""

    def __init__(self, name: str, question: Question) -> None:
        self.name, self._question = name, question
        self.away = self.asked = False
        self.on_lost: Callable[[], Awaitable[None]] | None = None
        self.before_return: Callable[[], Awaitable[None]] | None = None

    async def follow(self) -> None:
        """Ask until cancelled."""
        while True:
            asked = asyncio.ensure_future(self._ask())
            if not await _ends(asked, PATIENCE) and not await _ends(asked, GRACE):
                await self._lose("is silent")
            reason = await asked
            if reason:
                await self._lose(reason)
            elif self.away:
                await self._find()
            self.asked = True
            await asyncio.sleep(EVERY)

    async def _ask(self) -> str:
        """Why it is away, or nothing."""
        try:
            async with asyncio.timeout(FORGET):
                await self._question()
        except Exception as error:  # whatever a driver raises, there was no answer
            return str(error) or type(error).__name__
        return ""

    async def _lose(self, reason: str) -> None:
        if self.away:
            return
        self.away = True
        log.warning("away: %s (%s)", self.name, reason)
        await self._done(self.on_lost)

    async def _find(self) -> None:
        if await self._done(self.before_return):
            self.away = False
            log.warning("back: %s", self.name)

    async def _done(self, call: Callable[[], Awaitable[None]] | None) -> bool:
        """Whether what belongs to a change went well. Where it did not the watch goes on: without one, what is away
        would stay so for ever."""
        try:
            if call is not None:
                await call()
        except Exception:
            log.exception("the watch over %s could not do what belongs to a change", self.name)
            return False
        return True


async def _ends(asked: "asyncio.Future[str]", seconds: float) -> bool:
    done, _ = await asyncio.wait({asked}, timeout=seconds)
    return bool(done)


def _database() -> Question:
    held: list[psycopg.AsyncConnection[object]] = []

    async def ask() -> None:
        if not held:
            known = connections["default"].settings_dict
            held.append(
                await psycopg.AsyncConnection.connect(
                    host=known["HOST"],
                    port=known["PORT"] or 5432,
                    user=known["USER"],
                    password=known["PASSWORD"],
                    dbname=known["NAME"],
                    application_name="atrium watch",
                    autocommit=True,
                    connect_timeout=int(FORGET),
                    tcp_user_timeout=int(FORGET * 1000),
                )
            )
        try:
            await held[0].execute("SELECT 1")
        except BaseException:
            connection = held.pop()
            with suppress(psycopg.Error):
                await connection.close()
            raise

    return ask


def _messages() -> Question:
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=FORGET, socket_connect_timeout=FORGET)

    async def ask() -> None:
        await client.ping()

    return ask


def _store() -> Question:
    address = urlsplit(settings.S3_URL)
    secure = ssl.create_default_context() if address.scheme == "https" else None
    port = address.port or (443 if secure else 80)

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, port, ssl=secure)
        try:
            writer.write(f"HEAD / HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
            status = await reader.readline()
            if int(status.split()[1]) >= 500:  # without a signature, an able store answers with a refusal
                raise ConnectionError(status.decode(errors="replace").strip())
        finally:
            writer.close()

    return ask


def _inputs() -> Question:
    async def ask() -> None:
        reader, writer = await asyncio.open_unix_connection(settings.INPUTS_SOCKET)
        try:
            writer.write(bytes(4))  # an empty request; the kernel alone would let us in where the process is stopped
            await reader.readexactly(4)
        finally:
            writer.close()

    return ask


async def _refresh_pool() -> None:
    """Throw out the pool's dead connections before anybody is let in again to be handed one."""
    pool: ConnectionPool | None = connections["default"].pool  # type: ignore[attr-defined]
    if pool is not None and not pool.closed:
        await asyncio.to_thread(pool.check)


PARTS: dict[str, Part] = {}
_when_lost: dict[str, Callable[[], Awaitable[None]]] = {}
_tasks: set["asyncio.Task[None]"] = set()
_threads = ThreadPoolExecutor(32, thread_name_prefix="store")


def start(on_database_lost: Callable[[], Awaitable[None]]) -> None:
    """Watch from now on, on the running loop; once for a process."""
    if PARTS:
        return
    for name, question in (
        ("database", _database()),
        ("messages", _messages()),
        ("store", _store()),
        ("inputs", _inputs()),
    ):
        PARTS[name] = Part(name, question)
        PARTS[name].on_lost = _when_lost.get(name)
    PARTS["database"].on_lost = on_database_lost
    PARTS["database"].before_return = _refresh_pool
    for part in PARTS.values():
        _tasks.add(asyncio.get_running_loop().create_task(part.follow()))


def when_lost(name: str, call: Callable[[], Awaitable[None]]) -> None:
    """Have it called when a service is found to be away; said before the watch starts, as a module is imported."""
    _when_lost[name] = call


def states() -> dict[str, str]:
    """`ok` or `away` by name, an unknown one away; nothing where nobody watches."""
    return {name: "ok" if part.asked and not part.away else "away" for name, part in PARTS.items()}


def is_away(name: str) -> bool:
    """Whether a service is known to be away."""
    return name in PARTS and PARTS[name].away


def unless_away(name: str, call: Callable[[], R]) -> R:
    """What a blocking call to a service returns; Away as soon as that service is known to be."""
    if not PARTS:
        return call()
    if is_away(name):
        raise Away(name)
    answer = _threads.submit(call)
    while not wait((answer,), timeout=EVERY / 2).done:
        if is_away(name):
            raise Away(name)
    return answer.result()
