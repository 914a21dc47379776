"""A team's own pool: its key, the names that its workers go by, and what they show at web's door.

A worker of such a pool reaches neither Valkey nor the dispatcher: it connects out to web, whose socket
(`apps/jobs/consumers.py`) carries sealed envelopes both ways. The key signs its introduction, as the key of the
installation's own pool does there, and never travels.
"""

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Self
from uuid import UUID

PREFIX = "own:"
"""Of the names of such pools and of their workers; no name of the installation's own holds a colon."""
START = "atp_"
HEADER = "Atrium-Pool"
FRESH_SECONDS = 120.0
"""How far the clocks of worker and web may be apart."""
MAX_FRAME = 8 * 2**20
"""Bytes of one message of a worker: what a model answers beside its files, which go to the store."""
_SECRET = 32


@dataclass(frozen=True, slots=True)
class Place:
    """A pool of a team. turn: which of its keys counts, from 1: a new key makes the ones before void."""

    pool: UUID
    turn: int

    @property
    def name(self) -> str:
        """As jobs and endpoints name the pool."""
        return f"{PREFIX}{self.pool}"

    def worker(self, own: str) -> str:
        """A worker's name, of 80 characters at most; own: what tells it from the pool's others."""
        return f"{PREFIX}{self.pool.hex}.{self.turn}:{own[-30:]}"

    @classmethod
    def of_worker(cls, name: str) -> Self | None:
        """None where the name is none of a worker of a team's pool."""
        if not name.startswith(PREFIX):
            return None
        place, colon, own = name.removeprefix(PREFIX).partition(":")
        pool, _, turn = place.partition(".")
        try:
            found = cls(UUID(hex=pool), int(turn))
        except ValueError:
            return None
        return found if colon and found.worker(own) == name else None


def is_own(pool: str) -> bool:
    """Whether a job's or an endpoint's pool is a team's own."""
    return pool.startswith(PREFIX)


@dataclass(frozen=True, slots=True)
class PoolKey:
    """What a team copies to the machine of a worker. secret: 32 bytes."""

    team: UUID
    place: Place
    secret: bytes

    def __str__(self) -> str:
        told = self.team.bytes + self.place.pool.bytes + self.place.turn.to_bytes(2, "big") + self.secret
        return START + urlsafe_b64encode(told).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for what no pool's page showed."""
        told = urlsafe_b64decode(text.strip().removeprefix(START) + "==")
        if not text.strip().startswith(START) or len(told) != 34 + _SECRET:
            raise ValueError("it is no key of a pool")
        return cls(UUID(bytes=told[:16]), Place(UUID(bytes=told[16:32]), int.from_bytes(told[32:34], "big")), told[34:])

    def proof(self) -> str:
        """The value of `HEADER`: whose key this is, the time, and that its bearer holds it."""
        told = f"{self.team}.{self.place.pool}.{self.place.turn}.{int(time.time())}"
        return f"{told}.{_mac(self.secret, told)}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a connection says of itself, before it is known to be true."""

    team: UUID
    place: Place
    said: str
    mac: str
    at: int

    @classmethod
    def read(cls, header: str) -> Self | None:
        said, _, mac = header.rpartition(".")
        try:
            team, pool, turn, at = said.split(".")
            return cls(UUID(team), Place(UUID(pool), int(turn)), said, mac, int(at))
        except ValueError:
            return None

    def is_of(self, secret: bytes) -> bool:
        is_fresh = abs(time.time() - self.at) <= FRESH_SECONDS
        return is_fresh and hmac.compare_digest(_mac(secret, self.said), self.mac)


def _mac(secret: bytes, told: str) -> str:
    return hmac.new(secret, f"atrium pool connection\x01{told}".encode(), sha256).hexdigest()
