"""Checks of what Atrium stands on and consists of: whether each part answers, in time and with the same clock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPSConnection
from secrets import token_bytes, token_hex
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from redis import Redis

from apps.jobs.models import Worker
from atrium import rendering, storage
from gpu_workers.protocol.pools import is_own

from .findings import REMEDIES, Finding, State

SLOW_MS = 50.0
"""A service on the same network answers within a millisecond or two; at this, pages become slow."""
SKEW, SKEW_OF_STORE = timedelta(seconds=2), timedelta(seconds=5)
"""Leases live for ten seconds; the store tells its time in whole ones."""
SILENT = timedelta(minutes=1)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080000000"
    "03a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


LOCKS = """
    SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def database_latency() -> Finding:
    return _latency("database.latency", "PostgreSQL", lambda: _row("SELECT 1"), REMEDIES["database"])


def database_role() -> Finding:
    name = "database.role"
    role, mighty = _row("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    if mighty:
        remedy = "Connect as atrium_app: infra/postgres/roles.sql makes it."
        return Finding(name, State.FAIL, f"{role} sees past the walls between teams.", remedy)
    return Finding(name, State.OK, f"{role} is held by the walls between teams.")


def database_migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = [f"{app.app_label}.{app.name}" for app, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if missing:
        remedy = "Run `manage.py migrate` with DATABASE_URL of atrium_owner."
        return Finding("database.migrations", State.FAIL, f"Not applied: {', '.join(missing[:3])}.", remedy)
    return Finding("database.migrations", State.OK, "All are applied.")


def database_clock() -> Finding:
    before = timezone.now()
    [there] = _row("SELECT clock_timestamp()")
    return _skew("database.clock", "PostgreSQL", there, before, SKEW)


def messages_latency() -> Finding:
    with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as service:
        return _latency("messages.latency", "Valkey", service.ping, REMEDIES["messages"])


def store_round_trip() -> Finding:
    """Put, read, compare and delete an object."""
    name, key, data = "store.round_trip", f"doctor/{token_hex(8)}", token_bytes(100_000)
    begun = time.monotonic()
    storage.put(key, data, "application/octet-stream")
    try:
        same = sha256(storage.get(key)).digest() == sha256(data).digest()
    finally:
        storage.delete(key)
    if not same:
        return Finding(name, State.FAIL, "The store gave other bytes than it took.", "Look at its disk and its logs.")
    return Finding(name, State.OK, f"An object came back whole in {_ms(begun):.0f} ms.")


def store_clock() -> Finding:
    address = urlsplit(settings.S3_URL)
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    link = kind(address.hostname or "", address.port, timeout=5)
    before = timezone.now()
    try:
        link.request("HEAD", "/")
        told = link.getresponse().headers.get("Date")
    finally:
        link.close()
    if told is None:
        return Finding("store.clock", State.WARN, "The store does not tell its time.", "Compare its clock by hand.")
    return _skew("store.clock", "The store", parsedate_to_datetime(told), before, SKEW_OF_STORE)


def inputs_answer() -> Finding:
    begun = time.monotonic()
    rendering.decode_now(PIXEL, "image", {"mode": "L"})
    return Finding("inputs.answer", State.OK, f"A picture was read in {_ms(begun):.0f} ms.")


def dispatcher_active() -> Finding:
    """Of each pool that has workers, and of the default one: the dispatcher holds its lock."""
    pools = {"default", *(pool for pool in Worker.objects.values_list("pool", flat=True) if not is_own(pool))}
    held = {number for (number,) in _rows(LOCKS)}
    missing = sorted(pool for pool in pools if crc32(f"atrium dispatcher {pool}".encode()) not in held)
    if missing:
        remedy = f"Start `manage.py dispatch --pool {missing[0]}`."
        return Finding("dispatcher.active", State.FAIL, f"None for the pool {', '.join(missing)}.", remedy)
    return Finding("dispatcher.active", State.OK, f"One each for {', '.join(sorted(pools))}.")


def workers_heartbeat() -> Finding:
    workers = list(Worker.objects.order_by("name"))
    healthy = [worker for worker in workers if worker.state == "healthy"]
    if not healthy:
        return Finding("workers.heartbeat", State.FAIL, "No worker is heard.", REMEDIES["workers"])
    lost = [worker.name for worker in workers if worker.state != "healthy"]
    if lost:
        sentence = f"Not heard any more: {', '.join(lost[:3])}."
        return Finding("workers.heartbeat", State.WARN, sentence, "Look at its log, or wait until it is forgotten.")
    return Finding("workers.heartbeat", State.OK, f"{len(healthy)} heard within {Worker.SILENT.seconds} s.")


def sandbox_floor() -> Finding:
    reduced = [worker.name for worker in Worker.objects.exclude(floor="full")]
    if reduced:
        sentence = f"{reduced[0]} cannot confine models fully, so two teams at most may use this installation."
        return Finding("sandbox.floor", State.WARN, sentence, "Allow user namespaces there: README, Sandbox.")
    return Finding("sandbox.floor", State.OK, "Every worker confines models fully.")


def chores_heartbeat() -> Finding:
    [last] = _row("SELECT max(last_heartbeat) FROM procrastinate_workers")
    if last is None or timezone.now() - last > SILENT:
        sentence = "Nobody works on mail and sweeps."
        return Finding("chores.heartbeat", State.FAIL, sentence, "Start `manage.py procrastinate worker`.")
    return Finding("chores.heartbeat", State.OK, "Mail and sweeps are worked on.")


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _row(query: str) -> tuple[Any, ...]:
    return _rows(query)[0]


def _ms(begun: float) -> float:
    return (time.monotonic() - begun) * 1000


def _latency(name: str, what: str, ask: Callable[[], object], remedy: str) -> Finding:
    ask()  # opens the connection
    taken = []
    for _ in range(5):
        begun = time.monotonic()
        ask()
        taken.append(_ms(begun))
    if median(taken) > SLOW_MS:
        return Finding(name, State.WARN, f"{what} takes {median(taken):.0f} ms to answer.", remedy)
    return Finding(name, State.OK, f"{what} answers in {median(taken):.1f} ms.")


def _skew(name: str, what: str, there: datetime, before: datetime, bound: timedelta) -> Finding:
    after = timezone.now()
    there = there.astimezone(UTC)
    apart = max(before - there, there - after, timedelta(0))
    if apart > bound:
        sentence = (
            f"The clocks of {what.replace('The', 'the')} and of this machine are {apart.total_seconds():.0f} s apart."
        )
        return Finding(name, State.FAIL, sentence, "Let both follow the same time server (chrony, systemd-timesyncd).")
    return Finding(name, State.OK, f"{what} has this machine's time.")
