"""`manage.py dispatch --pool P`: the dispatcher of a pool. One is active; another waits until it may take over.

Where the database goes away, and with it the lock that says who is active, it begins anew from the table when the
database is back, in this process: to be started again would take longer than most outages.
"""

import asyncio
import gc
import logging
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg
import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from apps.jobs.dispatcher.loop import Dispatcher

log = logging.getLogger("atrium.dispatcher")
LOOK_SECONDS = 2.0
RETRY_SECONDS = 0.5


class Command(BaseCommand):
    help = "Hand the queued jobs of a pool to its workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pool", default="default")

    def handle(self, *args: Any, pool: str, **options: Any) -> None:
        key = bytes.fromhex(Path(settings.POOL_KEY_FILE).read_text().strip())
        asked_to_stop = False
        gc.freeze()  # what is loaded now stays
        while not asked_to_stop:
            with _lock(pool) as lock:
                log.info("dispatching for pool %s", pool)
                asked_to_stop = uvloop.run(_serve(pool, key, lock))


def _lock(pool: str) -> "psycopg.Connection[Any]":
    """A connection that holds the pool's advisory lock for as long as it lives; waits for database and lock."""
    number = crc32(f"atrium dispatcher {pool}".encode())
    while True:
        try:
            holder = _connect()
            while not holder.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()[0]:  # type: ignore[index]
                log.info("another dispatcher serves pool %s; standing by", pool)
                time.sleep(1)
        except psycopg.OperationalError as error:
            log.warning("the database is away (%s); trying again", str(error).strip())
            time.sleep(RETRY_SECONDS)
        else:
            return holder


def _connect() -> "psycopg.Connection[Any]":
    wanted = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password", "connect_timeout", "tcp_user_timeout")
    return psycopg.connect(**{name: wanted[name] for name in names if name in wanted}, autocommit=True)


async def _serve(pool: str, key: bytes, lock: "psycopg.Connection[Any]") -> bool:
    """Until it is asked to stop (True), or until the lock's connection is lost: another may be active by then."""
    work = asyncio.create_task(Dispatcher(pool, key).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    watch = asyncio.create_task(_hold(lock))
    watch.add_done_callback(lambda _: work.cancel())
    try:
        await work
    except asyncio.CancelledError:
        log.info("dispatcher of pool %s stops", pool)
    lost = watch.done()
    watch.cancel()
    return not lost


async def _hold(lock: "psycopg.Connection[Any]") -> None:
    """Returns when the lock is lost."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await asyncio.to_thread(lock.execute, "SELECT 1")
        except psycopg.Error:
            log.error("the lock of this pool is lost: stopping, so that only one dispatcher is active")
            return
