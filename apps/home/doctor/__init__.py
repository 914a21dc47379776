"""What `manage.py doctor` looks at: whether all parts of this installation live, and whether its settings hold.

It uses what the web process uses, with the same settings and the same role; it reads no team's data.
"""

from collections.abc import Iterator
from http.client import HTTPException
from smtplib import SMTPException

from django.db import Error as DatabaseError
from redis.exceptions import RedisError

from atrium.errors import Problem

from . import chores, configuration, parts
from .findings import REMEDIES, Check, Finding, State

CHECKS: dict[str, Check] = {
    "database.latency": parts.database_latency,
    "database.role": parts.database_role,
    "database.migrations": parts.database_migrations,
    "database.clock": parts.database_clock,
    "messages.latency": parts.messages_latency,
    "store.round_trip": parts.store_round_trip,
    "store.clock": parts.store_clock,
    "inputs.answer": parts.inputs_answer,
    "dispatcher.active": parts.dispatcher_active,
    "workers.heartbeat": parts.workers_heartbeat,
    "sandbox.floor": parts.sandbox_floor,
    "chores.heartbeat": parts.chores_heartbeat,
    "chores.failed": chores.chores_failed,
    "mail.delivery": configuration.mail_delivery,
    "settings.secret": configuration.settings_secret,
    "settings.encryption": configuration.settings_encryption,
    "settings.pool_key": configuration.settings_pool_key,
    "settings.address": configuration.settings_address,
    "disk.free": configuration.disk_free,
}


def examine() -> Iterator[Finding]:
    """Every check, one after the other; one that cannot be made for want of a part fails with that part's words."""
    for name, check in CHECKS.items():
        try:
            yield check()
        except (DatabaseError, RedisError, Problem, OSError, ValueError, HTTPException, SMTPException) as error:
            sentence = " ".join(str(error).split())[:200]
            yield Finding(name, State.FAIL, f"It cannot be looked at: {sentence}.", REMEDIES[name.split(".")[0]])
