"""The line from a live function to the server: a connection out, which is made again whenever it is lost."""

import contextlib
import json
import queue
import secrets
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from .connection import Connection, is_loopback
from .errors import AtriumError, NotPermitted
from .functions import Call

ALIVE_EVERY = 4.0
PART = 200_000
"""Characters of an answer on its way; a longer one is not shown before its end."""
TOO_LARGE = "The answer has {size:,} bytes as JSON; the server takes at most {largest:,} of this function."
OPEN_SECONDS = 20.0
_LEAVE_SECONDS = 3.0
State = Literal["connecting", "online", "offline", "stopped", "refused"]
Key = tuple[str, int]
"""A job and its attempt."""
Message = dict[str, Any]


@dataclass
class Begun:
    """A call from its arrival until the server confirmed its end. ended: the message that ends it."""

    key: Key
    inputs: dict[str, Any]
    call: Call = field(default_factory=Call)
    ended: Message | None = None


class Line:
    """Calls come by it into `waiting`, where None is the end of all; `finish` ends one.

    What is running outlives a lost connection: the next one says what is still worked on, and what ended meanwhile.
    lost_by: why there was none the last time, in words. too_large: answers that no server takes.
    name, url: of the endpoint, for what is said. at_once: calls that are taken at most. files: outputs that are shown
    at their end only. say: told in a sentence what happens. pause: seconds before the next try, by how many failed.
    """

    def __init__(
        self, connection: Connection, version: str, *, name: str, url: str, at_once: int, files: Collection[str],
        say: Callable[[str], None], pause: Callable[[int], float],
    ) -> None:  # fmt: skip
        self._connection, self._version, self._name, self._url = connection, version, name, url
        self._at_once, self._files, self._say, self._pause = at_once, frozenset(files), say, pause
        self.state: State = "connecting"
        self.refusal: AtriumError | None = None
        self.too_large = 0
        self.lost_by = ""
        self.waiting: queue.SimpleQueue[Begun | None] = queue.SimpleQueue()
        self.stopping, self.online, self.over = threading.Event(), threading.Event(), threading.Event()
        self._notebook = secrets.token_hex(16)
        self._socket: ClientConnection | None = None
        self._largest = 2**24
        self._lock = threading.Lock()
        self._calls: dict[Key, Begun] = {}
        self._thread = threading.Thread(target=self._connect, name="atrium-line", daemon=True)
        self._thread.start()

    def finish(self, begun: Begun, message: Message) -> None:
        """End a call: `answered`, `raised` or `stopped`, told again until the server has confirmed it."""
        message = {**message, **_named(begun.key)}
        size = len(_frame(message))
        begun.ended = self._refused(begun, size, self._largest) if size > self._largest else message
        self._send(begun.ended)

    def stop(self) -> None:
        """Leave: the server gives what is running here to another notebook, or keeps it until one comes."""
        self.stopping.set()
        self._end("stopped")
        with self._lock:
            socket, self._socket = self._socket, None
            for begun in self._calls.values():
                begun.call._cancel()
        if socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                socket.send(json.dumps({"type": "leaving"}))
        if self._thread is not threading.current_thread():
            self._thread.join(_LEAVE_SECONDS)
        if socket is not None and self._thread.is_alive():
            with contextlib.suppress(WebSocketException, OSError):
                socket.close()

    def _end(self, state: State) -> None:
        self.state = state
        self.online.clear()
        self.waiting.put(None)
        self.over.set()

    def _connect(self) -> None:
        """Until it is stopped or refused for good: one connection after the other."""
        failures = 0
        while not self.stopping.is_set() and not self.over.is_set():
            was_online = False
            try:
                with self._opened() as socket:
                    was_online = self._serve(socket)
            except InvalidStatus as refused:
                failures += 1
                self._away(f"the server answered {refused.response.status_code}")
            except (WebSocketException, OSError, TimeoutError) as error:
                failures += 1
                self._away(type(error).__name__)
            except Exception as error:  # a thread that ended in silence would leave reviewers without an answer
                self._refuse(AtriumError(f"The connection of “{self._name}” failed: {error}"))
                raise
            failures = 0 if was_online else failures
            self.stopping.wait(0.0 if self.over.is_set() else min(self._pause(failures), 15.0))

    def _opened(self) -> ClientConnection:
        base = self._connection.url.replace("http", "ws", 1)
        options: dict[str, Any] = {"proxy": None} if is_loopback(self._connection.url) else {}
        opened: ClientConnection = connect(
            f"{base}/api/v1/versions/{self._version}/serve",
            additional_headers={"Authorization": self._connection.authorization},
            max_size=None,
            open_timeout=OPEN_SECONDS,
            **options,
        )
        return opened

    def _serve(self, socket: ClientConnection) -> bool:
        """One connection, until it is lost; whether it was welcomed."""
        with self._lock:
            running = [{"job": job, "attempt": attempt} for job, attempt in self._calls]
        ready = {"type": "ready", "notebook": self._notebook, "at_once": self._at_once, "running": running}
        socket.send(json.dumps(ready))
        welcomed = False
        alive = time.monotonic()
        try:
            while not self.stopping.is_set() or welcomed:  # a farewell is answered
                with contextlib.suppress(TimeoutError):
                    message = json.loads(socket.recv(timeout=max(alive + ALIVE_EVERY - time.monotonic(), 0.01)))
                    welcomed = self._hear(socket, message) or welcomed
                    if message["type"] == "closed":
                        return welcomed
                if time.monotonic() - alive >= ALIVE_EVERY:
                    alive = time.monotonic()
                    socket.send(json.dumps({"type": "alive"}))
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code == 1009:  # the server, or a proxy before it
                self._give_up_the_largest()
            if not self.stopping.is_set() and not self.over.is_set():
                self._away("the connection was lost")
        finally:
            with self._lock:
                self._socket = None
        return welcomed

    def _hear(self, socket: ClientConnection, message: Message) -> bool:
        """Act on a message; whether it is the welcome."""
        key = (str(message.get("job")), int(message.get("attempt") or 0))
        match message["type"]:
            case "welcome":
                self._largest = int(message.get("largest") or self._largest)
                self._welcomed(socket, {(str(one["job"]), int(one["attempt"])) for one in message["running"]})
                return True
            case "call":
                begun = Begun(key, message["inputs"])
                begun.call = Call(lambda share, text, answers: self._tell(key, share, text, answers))
                with self._lock:
                    self._calls[key] = begun
                self.waiting.put(begun)
            case "cancel":
                with self._lock:
                    found = self._calls.get(key)
                if found is not None:
                    found.call._cancel()
            case "taken":
                with self._lock:
                    self._calls.pop(key, None)
                if message.get("refused"):
                    self._say(f"An answer of “{self._name}” was not used: {message['refused']}")
            case "closed":
                if message["code"] == "too_large":
                    self._give_up_the_largest()
                if not message.get("again") and not self.stopping.is_set():
                    self._refuse(NotPermitted(str(message["message"]), code=str(message["code"])))
        return False

    def _welcomed(self, socket: ClientConnection, still: set[Key]) -> None:
        """What of the earlier connection is still ours goes on; its ends are told again."""
        with self._lock:
            for key in [key for key in self._calls if key not in still]:
                self._calls.pop(key).call._cancel()
            self._socket = socket
            ended = [begun.ended for begun in self._calls.values() if begun.ended is not None]
        if self.state != "online":
            back = "again " if self.state == "offline" else ""
            self._say(f"“{self._name}” is {back}answered from here: {self._url}")
        self.state = "online"
        self.online.set()
        for message in ended:
            self._send(message)

    def _away(self, why: str) -> None:
        self.lost_by = why
        if self.state == "online":
            self._say(f"“{self._name}” is offline ({why}); cases are kept, trying again …")
        if self.state != "stopped":
            self.state = "offline"
        self.online.clear()

    def _refuse(self, error: AtriumError) -> None:
        self.refusal = error
        self._say(f"“{self._name}” is not answered from here any more: {error}")
        self._end("refused")

    def _send(self, message: Message) -> None:
        """Lost with the connection, it is told again on the next one where it ends a call."""
        with self._lock:
            socket = self._socket
        if socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                socket.send(_frame(message))

    def _tell(self, key: Key, share: float | None, text: str, answers: Any) -> None:
        """How far a call is."""
        if answers is not None:
            answers = {name: value for name, value in answers.items() if name not in self._files}
        message = {"type": "told", **_named(key), "share": share, "text": text, "answers": answers}
        if answers is None or len(_frame(message)) <= PART:
            self._send(message)

    def _refused(self, begun: Begun, size: int, largest: int) -> Message:
        """What is said in place of an answer that is too large: sent, it would end each connection again."""
        told = TOO_LARGE.format(size=size, largest=largest)
        self.too_large += 1
        self._say(f"“{self._name}” failed on a case: {told}")
        return {"type": "raised", "error": told, "trace": "", **_named(begun.key)}

    def _give_up_the_largest(self) -> None:
        """A connection was ended by a message that is too large: it is not sent once more on the next."""
        with self._lock:
            ended = [(len(_frame(one.ended)), one) for one in self._calls.values() if one.ended is not None]
        if ended:
            size, begun = max(ended, key=lambda each: each[0])
            begun.ended = self._refused(begun, size, size - 1)


def _named(key: Key) -> Message:
    return {"job": key[0], "attempt": key[1]}


def _frame(message: Message) -> str:
    """As JSON in ASCII, without half characters (lone surrogates, as `surrogateescape` makes): no text."""
    return json.dumps(_whole(message))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list | tuple) else value
