"""What `manage.py doctor` looks at: whether all parts of this installation live, and whether its settings hold.

Each check answers with a Finding: an id that stays, ok, warn or fail, one sentence, and what to do. It uses what the
web process uses, with the same settings and the same role; it reads no team's data.
"""

import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from secrets import token_bytes, token_hex
from shutil import disk_usage
from smtplib import SMTPException
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from django.conf import settings
from django.core.mail import get_connection
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from apps.jobs.models import Worker
from atrium import rendering, storage
from atrium.errors import Problem

SLOW_MS = 50.0
"""A service on the same network answers within a millisecond or two; at this, pages become slow."""
SKEW, SKEW_OF_STORE = timedelta(seconds=2), timedelta(seconds=5)
"""Leases live for ten seconds; the store tells its time in whole ones."""
FREE = 2 * 1024**3
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


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """id: stable, dotted. remedy: what to do; empty where all is well."""

    id: str
    state: State
    sentence: str
    remedy: str = ""


Check = Callable[[], Finding]


def examine() -> Iterator[Finding]:
    """Every check, one after the other; one that cannot be made for want of a part fails with that part's words."""
    for name, check in CHECKS.items():
        try:
            yield check()
        except (DatabaseError, RedisError, Problem, OSError, ValueError, HTTPException, SMTPException) as error:
            sentence = " ".join(str(error).split())[:200]
            yield Finding(name, State.FAIL, f"It cannot be looked at: {sentence}.", REMEDIES[name.split(".")[0]])


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
    rendering.decode_now(PIXEL, "L")
    return Finding("inputs.answer", State.OK, f"A picture was read in {_ms(begun):.0f} ms.")


def dispatcher_active() -> Finding:
    """Of each pool that has workers, and of the default one: the dispatcher holds its lock."""
    pools = {"default", *Worker.objects.values_list("pool", flat=True)}
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


def mail_delivery() -> Finding:
    """A mail server is greeted; nothing is sent."""
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        folder = Path(settings.MAIL_DIRECTORY)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f".doctor-{token_hex(4)}").touch()
        for left in folder.glob(".doctor-*"):
            left.unlink(missing_ok=True)
        if not settings.DEVELOPMENT:
            return Finding("mail.delivery", State.FAIL, "Mail goes to files, and nobody gets it.", REMEDIES["mail"])
        return Finding("mail.delivery", State.OK, f"Mail goes to files in {folder}, as in development.")
    link = get_connection(timeout=5)
    link.open()
    link.close()
    return Finding("mail.delivery", State.OK, "The mail server lets us in.")


def settings_secret() -> Finding:
    key = settings.SECRET_KEY
    if len(key) < 40 or len(set(key)) < 8 or key.startswith(("not-secret", "django-insecure")):
        remedy = "Set SECRET_KEY to 50 random characters; everybody logs in again."
        return Finding("settings.secret", State.FAIL, "SECRET_KEY can be guessed.", remedy)
    return Finding("settings.secret", State.OK, "SECRET_KEY is long and random.")


def settings_pool_key() -> Finding:
    name, path = "settings.pool_key", Path(settings.POOL_KEY_FILE)
    remedy = "Write 32 random bytes as hex into it, `chmod 600`, and restart dispatcher and workers."
    if len(bytes.fromhex(path.read_text().strip())) < 32:
        return Finding(name, State.FAIL, f"{path} is too short.", remedy)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(name, State.FAIL, f"Others on this machine can read {path}.", f"`chmod 600 {path}`.")
    return Finding(name, State.OK, "The pool's key is long, and only we can read it.")


def settings_address() -> Finding:
    """Debug off, TLS outside of one machine, and no host that anybody may name."""
    name, address = "settings.address", urlsplit(settings.ATRIUM_URL)
    outside = address.hostname not in ("localhost", "127.0.0.1", "::1")
    if settings.DEBUG:
        return Finding(name, State.FAIL, "DEBUG shows our insides to strangers.", "Set DEBUG to False.")
    if "*" in settings.ALLOWED_HOSTS:
        return Finding(name, State.FAIL, "Any Host header is believed.", "Name the hosts in ALLOWED_HOSTS.")
    if outside and settings.DEVELOPMENT:
        sentence = f"{settings.ATRIUM_URL} is served with the settings of development, without TLS."
        return Finding(name, State.WARN, sentence, "Use atrium.config.settings.production behind TLS.")
    if not settings.DEVELOPMENT and address.scheme != "https":
        return Finding(name, State.FAIL, f"{settings.ATRIUM_URL} is not https.", "Put TLS in front; set ATRIUM_URL.")
    return Finding(name, State.OK, f"{settings.ATRIUM_URL} is served as it should be.")


def disk_free() -> Finding:
    path = Path(settings.POOL_KEY_FILE).parent
    free = disk_usage(path).free
    if free < FREE:
        sentence = f"{free / 1e9:.1f} GB are free where {path} is."
        return Finding("disk.free", State.WARN, sentence, "Free some space before PostgreSQL stops for want of it.")
    return Finding("disk.free", State.OK, f"{free / 1e9:.0f} GB are free.")


CHECKS: dict[str, Check] = {
    "database.latency": database_latency,
    "database.role": database_role,
    "database.migrations": database_migrations,
    "database.clock": database_clock,
    "messages.latency": messages_latency,
    "store.round_trip": store_round_trip,
    "store.clock": store_clock,
    "inputs.answer": inputs_answer,
    "dispatcher.active": dispatcher_active,
    "workers.heartbeat": workers_heartbeat,
    "sandbox.floor": sandbox_floor,
    "chores.heartbeat": chores_heartbeat,
    "mail.delivery": mail_delivery,
    "settings.secret": settings_secret,
    "settings.pool_key": settings_pool_key,
    "settings.address": settings_address,
    "disk.free": disk_free,
}
REMEDIES = {
    "database": "Start PostgreSQL and look at DATABASE_URL.",
    "messages": "Start Valkey and look at REDIS_URL.",
    "store": "Start the store and look at S3_URL, S3_BUCKET and its keys.",
    "inputs": "Start `python -m gpu_workers.inputs --socket …` and look at INPUTS_SOCKET.",
    "dispatcher": "Start PostgreSQL, then `manage.py dispatch`.",
    "workers": "Start `python -m gpu_workers --pool default`.",
    "sandbox": "Start PostgreSQL.",
    "chores": "Start PostgreSQL, then `manage.py procrastinate worker`.",
    "mail": "Set EMAIL_BACKEND and Django's EMAIL_… to a server that takes our mail.",
    "settings": "Look at POOL_KEY_FILE: the file must be there and readable.",
    "disk": "Look at POOL_KEY_FILE.",
}


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
