"""How often something may be done: fixed windows counted in Redis, which may be emptied at any moment."""

import time
from hashlib import sha256

from django.core.cache import cache

from atrium.errors import Problem


def limit(what: str, who: str, *, count: int, seconds: int, message: str = "") -> None:
    """Count one act; raises too_many_requests beyond `count` in the current window of `seconds`."""
    window = int(time.time()) // seconds
    name = sha256(f"{what}:{who}:{window}".encode()).hexdigest()[:32]
    cache.add(f"limit:{name}", 0, timeout=seconds + 5)
    if cache.incr(f"limit:{name}") > count:
        left = seconds - int(time.time()) % seconds
        raise Problem("too_many_requests", message or f"Wait {left} seconds, then try again.", retry_after=left)
