"""The authenticated session with the pool's dispatcher: Hello, Welcome, then sealed messages both ways.

Nothing here touches the network. A repeated Hello starts a new session beside the old one, which stays in use until the
Welcome comes: the dispatcher may be the same one or another.
"""

import secrets
from collections.abc import Callable

import msgspec

from gpu_workers.protocol.messages import (
    Envelope,
    FromWorker,
    Hello,
    ToWorker,
    Welcome,
    encode,
    envelope,
    to_worker,
)
from gpu_workers.protocol.signing import Forged, Signer, Verifier, session_key

MAX_PENDING = 8


class Session:
    """worker: its name, under which it signs."""

    def __init__(self, pool_key: bytes, worker: str) -> None:
        self._pool_key, self._worker = pool_key, worker
        self._introducer = Signer(pool_key, worker)
        self._pending: list[bytes] = []
        self._signer: Signer | None = None
        self._verifier: Verifier | None = None
        self.channel = ""
        """Where the dispatcher that welcomed us listens; empty before."""

    @property
    def welcomed(self) -> bool:
        return self._signer is not None

    @property
    def waiting(self) -> bool:
        """Whether the latest Hello is unanswered."""
        return bool(self._pending)

    def introduce(self, hello: Callable[[bytes], Hello]) -> bytes:
        """A sealed Hello with a fresh nonce."""
        nonce = secrets.token_bytes(16)
        self._pending = [*self._pending[1 - MAX_PENDING :], nonce]
        return encode(self._introducer.seal(encode(hello(nonce))))

    def seal(self, message: FromWorker) -> bytes:
        """Only when welcomed."""
        if self._signer is None:
            raise RuntimeError("no dispatcher has welcomed this worker")
        return encode(self._signer.seal(encode(message)))

    def open(self, data: bytes) -> ToWorker:
        """What the dispatcher said. Raises Forged for everything that is not its word, once and in order."""
        try:
            sealed = envelope(data)
            if self._verifier is not None:
                try:
                    said: ToWorker = to_worker(self._verifier.open(sealed))
                    return said
                except Forged:
                    if not self._pending:
                        raise
            return self._welcome(sealed)
        except msgspec.MsgspecError:
            raise Forged from None

    def _welcome(self, sealed: Envelope) -> Welcome:
        if not self._pending or sealed.sender == self._worker:
            raise Forged
        message = to_worker(Verifier(self._pool_key, sealed.sender).open(sealed))
        if not isinstance(message, Welcome) or message.worker != self._worker:
            raise Forged
        if message.worker_nonce not in self._pending:
            raise Forged
        # Younger Hellos may still be answered, and then theirs is the dispatcher's session; older ones are void.
        self._pending = self._pending[self._pending.index(message.worker_nonce) + 1 :]
        key = session_key(self._pool_key, message.worker_nonce, message.nonce)
        self._signer = Signer(key, self._worker)
        self._verifier = Verifier(key, sealed.sender)
        self.channel = message.channel
        return message
