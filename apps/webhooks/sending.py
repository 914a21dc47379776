"""One POST to a receiver that is not trusted: to a judged address, with verified TLS, no redirect, and in bounded time.

http.client is used as it stands, because it follows nothing, reads no proxy from the environment, and lets the
connection be made by us.
"""

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from .addresses import Refused, Target, looked_up

CONNECT_SECONDS = 5.0
SECONDS = 10.0
"""From the look-up of the name to the answer's head, however slowly that drips."""
LARGEST = 16 * 1024
"""Bytes of a body."""


@dataclass(frozen=True, slots=True)
class Told:
    """status: of the answer, None where there was none. problem: why it counts as not delivered, "" where it was."""

    status: int | None
    problem: str
    milliseconds: int


class _Connection(http.client.HTTPConnection):
    """To an address that was judged; by TLS for the name where the scheme says so."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self._target, self._address = target, address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self._target.port), timeout=CONNECT_SECONDS)
        if self._target.scheme == "http":
            self.sock = plain
            return
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise


def _looked_up(target: Target) -> list[str]:
    """As `looked_up` has it. Raises Refused, and queue.Empty after SECONDS: the resolver cannot be cut off, so it is
    left behind in a thread, which it ends by itself."""
    answers: queue.SimpleQueue[list[str] | Refused] = queue.SimpleQueue()

    def look() -> None:
        try:
            answers.put(looked_up(target))
        except Refused as refusal:
            answers.put(refusal)

    threading.Thread(target=look, daemon=True).start()
    found = answers.get(timeout=SECONDS)
    if isinstance(found, Refused):
        raise found
    return found


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Told:
    """Never raises: what went wrong is told."""
    begun = time.monotonic()

    def told(status: int | None, problem: str) -> Told:
        return Told(status, problem[:300], round(1000 * (time.monotonic() - begun)))

    if len(body) > LARGEST:
        return told(None, "What is to be sent is too large.")
    try:
        address = _looked_up(target)[0]
    except Refused as refusal:
        return told(None, str(refusal))
    except queue.Empty:
        return told(None, f"The name {target.host} was not looked up within {SECONDS:.0f} seconds.")
    connection = _Connection(target, address)
    over = threading.Event()

    def end() -> None:
        """Time is over: whoever drips is cut off."""
        over.set()
        if connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it has gone by itself

    watch = threading.Timer(max(0.0, begun + SECONDS - time.monotonic()), end)
    watch.daemon = True
    watch.start()
    try:
        connection.connect()
        if over.is_set():  # while there was nothing yet that `end` could cut off
            raise TimeoutError
        connection.sock.settimeout(SECONDS)
        sent = {"Host": target.netloc, "Content-Type": "application/json", "User-Agent": "Atrium-Webhooks/1", **headers}
        connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
        for name, value in (sent | {"Content-Length": str(len(body)), "Connection": "close"}).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        status = connection.getresponse().status
    except ssl.SSLCertVerificationError as error:
        return told(None, f"The certificate of {target.host} was not accepted: {error.verify_message}.")
    except (OSError, http.client.HTTPException, ValueError) as error:
        if over.is_set() or isinstance(error, TimeoutError):
            return told(None, f"{target.host} did not answer within {SECONDS:.0f} seconds.")
        return told(None, f"{target.host} could not be reached, or answered what is no HTTP ({type(error).__name__}).")
    finally:
        watch.cancel()
        connection.close()
    if over.is_set():
        return told(None, f"{target.host} did not answer within {SECONDS:.0f} seconds.")
    if 200 <= status < 300:
        return told(status, "")
    if 300 <= status < 400:
        return told(status, f"It answered {status}: redirects are not followed. Give the address that it leads to.")
    return told(status, f"It answered {status}.")
