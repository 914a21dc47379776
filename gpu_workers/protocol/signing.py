"""A session key for each worker, and the code that authenticates each of its messages.

The key is HKDF-SHA256 (RFC 5869) of the pool key, salted with both nonces; the MAC is HMAC-SHA256 over version,
sender, counter and body. A Hello and a Welcome, which come before the session, are signed with the pool key itself.
"""

import hmac
from hashlib import sha256

from .messages import VERSION, Envelope


class Forged(Exception):
    """The message does not verify, or its counter was seen before."""


def session_key(pool_key: bytes, worker_nonce: bytes, dispatcher_nonce: bytes) -> bytes:
    """32 bytes; both nonces are 16 random bytes."""
    extracted = hmac.digest(worker_nonce + dispatcher_nonce, pool_key, sha256)
    return hmac.digest(extracted, b"atrium worker session\x01", sha256)


def _mac(key: bytes, version: int, sender: str, counter: int, body: bytes) -> bytes:
    head = f"{version}\x00{sender}\x00{counter}\x00".encode()
    return hmac.digest(key, head + body, sha256)


class Signer:
    """Seals outgoing messages of one direction of a session with a growing counter."""

    def __init__(self, key: bytes, sender: str) -> None:
        self._key, self._sender, self._counter = key, sender, 0

    def seal(self, body: bytes) -> Envelope:
        self._counter += 1
        mac = _mac(self._key, VERSION, self._sender, self._counter, body)
        return Envelope(VERSION, self._sender, self._counter, body, mac)


class Verifier:
    """Opens incoming messages of one direction; refuses what is forged, replayed or of another version."""

    def __init__(self, key: bytes, sender: str) -> None:
        self._key, self._sender, self._last = key, sender, 0

    def open(self, sealed: Envelope) -> bytes:
        expected = _mac(self._key, sealed.version, sealed.sender, sealed.counter, sealed.body)
        genuine = hmac.compare_digest(expected, sealed.mac) and sealed.version == VERSION
        if not genuine or sealed.sender != self._sender or sealed.counter <= self._last:
            raise Forged
        self._last = sealed.counter
        return sealed.body
