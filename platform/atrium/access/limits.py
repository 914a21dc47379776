"""How often something may be done: fixed windows counted in Redis, which may be emptied at any moment."""

import logging
import time
from contextlib import suppress
from hashlib import sha256

from django.core.cache import cache
from redis.exceptions import RedisError

from atrium.errors import Problem
from atrium.telemetry import watch

log = logging.getLogger("atrium.access")


def limit(what: str, who: str, *, count: int, seconds: int, message: str = "", unless_away: bool = False) -> None:
    """Count one act; raises too_many_requests beyond `count` in the current window of `seconds`.

    unless_away: while nobody can count, the act passes. For work that goes on in an outage, never for a secret that
    could be guessed, or a mail to somebody.
    """
    if unless_away and watch.is_away("messages"):
        return
    try:
        counted = _counted(_name(what, who, seconds), seconds)
    except RedisError as error:
        if not unless_away:
            raise
        log.warning("not counted: %s (%s)", what, error)
        return
    if counted > count:
        left = seconds - int(time.time()) % seconds
        raise Problem("too_many_requests", message or f"Wait {left} seconds, then try again.", retry_after=left)


def _counted(name: str, seconds: int) -> int:
    """One more; how many that makes."""
    cache.add(name, 0, timeout=seconds + 5)
    try:
        return int(cache.incr(name))
    except ValueError:  # the count was thrown out since, as everything there may be
        return 1


GUESSES, GUESS_SECONDS = 30, 600


def guessed(what: str, address: str) -> None:
    """Count a secret that was given to nobody; raises too_many_requests where one address tries many.

    Called after the look-up, for what was not found only: who holds a true one is refused by nobody's guesses.
    """
    limit(f"guessed {what}", address, count=GUESSES, seconds=GUESS_SECONDS)


def give_back(what: str, who: str, *, seconds: int) -> None:
    """Take back one act that was counted and turned out harmless, such as a right passcode."""
    name = _name(what, who, seconds)
    with suppress(ValueError):  # it was thrown out since
        if cache.get(name, 0) > 0:
            cache.decr(name)


def _name(what: str, who: str, seconds: int) -> str:
    window = int(time.time()) // seconds
    return "limit:" + sha256(f"{what}:{who}:{window}".encode()).hexdigest()[:32]
