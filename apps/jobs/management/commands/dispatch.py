"""`manage.py dispatch --pool P`: the dispatcher of a pool. One is active; another waits until it may take over."""

import asyncio
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


class Command(BaseCommand):
    help = "Hand the queued jobs of a pool to its workers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pool", default="default")

    def handle(self, *args: Any, pool: str, **options: Any) -> None:
        key = bytes.fromhex(Path(settings.POOL_KEY_FILE).read_text().strip())
        with _lock(pool) as lock:
            log.info("dispatching for pool %s", pool)
            uvloop.run(_serve(pool, key, lock))


def _lock(pool: str) -> "psycopg.Connection[Any]":
    """A connection that holds the pool's advisory lock for as long as it lives."""
    wanted = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    holder = psycopg.connect(**{name: wanted[name] for name in names if name in wanted}, autocommit=True)
    number = crc32(f"atrium dispatcher {pool}".encode())
    while not holder.execute("SELECT pg_try_advisory_lock(%s)", [number]).fetchone()[0]:  # type: ignore[index]
        log.info("another dispatcher serves pool %s; standing by", pool)
        time.sleep(1)
    return holder


async def _serve(pool: str, key: bytes, lock: "psycopg.Connection[Any]") -> None:
    """Run until SIGTERM, or until the lock's connection is lost: then another may already be active."""
    work = asyncio.create_task(Dispatcher(pool, key).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    watch = asyncio.create_task(_hold(lock, work))
    try:
        await work
    except asyncio.CancelledError:
        log.info("dispatcher of pool %s stops", pool)
    finally:
        watch.cancel()


async def _hold(lock: "psycopg.Connection[Any]", work: "asyncio.Task[None]") -> None:
    while True:
        await asyncio.sleep(2)
        try:
            await asyncio.to_thread(lock.execute, "SELECT 1")
        except psycopg.Error:
            log.error("the lock of this pool is lost: stopping, so that only one dispatcher is active")
            work.cancel()
            return
