"""A bridge: the web process's end of a connection to a notebook, which the dispatcher knows as a worker of one version.

What runs in the notebook never sees a key. The bridge signs with one that is made of SECRET_KEY, which web and
dispatcher have and no worker: neither a worker nor who holds the Redis URL can pass for a notebook, and no bridge for a
worker of the pool.
"""

import hmac
from hashlib import sha256
from uuid import UUID

from django.conf import settings

from gpu_workers.protocol.pools import Place

POOL = "default"
"""Whose dispatcher hands out what notebooks and teams' own pools answer."""
PREFIX = "live:"
"""No worker's own name holds a colon."""


def bridge_name(version_id: UUID, token_id: UUID, notebook: str) -> str:
    """The name of a connection's bridge: the same when that notebook comes again with that token, and nobody else's."""
    told = f"{version_id}{token_id}{notebook}".encode()
    return PREFIX + hmac.digest(_secret(), told, sha256).hex()[:32]


def bridge_key() -> bytes:
    return hmac.digest(_secret(), b"introduction", sha256)


def introduction_key(pool_key: bytes, name: str) -> bytes:
    """By which a Hello from this name and its Welcome are signed."""
    if (place := Place.of_worker(name)) is not None:
        return secret_of(place)
    return bridge_key() if name.startswith(PREFIX) else pool_key


def secret_of(place: Place) -> bytes:
    """The key of a team's own pool: made, not kept, so that web and dispatcher know it and no table does."""
    told = f"{place.pool}.{place.turn}".encode()
    return hmac.digest(f"atrium own pools\x01{settings.SECRET_KEY}".encode(), told, sha256)


def _secret() -> bytes:
    return f"atrium bridges\x01{settings.SECRET_KEY}".encode()
