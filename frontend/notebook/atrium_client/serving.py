"""Answering cases from this process: a connection out to the server, which is made again whenever it is lost."""

import atexit
import contextlib
import json
import queue
import secrets
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from .cards import card
from .connection import Connection, backoff, is_loopback
from .endpoints import Endpoint
from .errors import AtriumError, NotPermitted
from .fields import Image
from .functions import Call, Cancelled, Function
from .links import Link
from .places import Mask
from .signals import Audio, Series

if TYPE_CHECKING:
    from .bench import Bench

ALIVE_EVERY = 4.0
TOGETHER = 16
"""Cases that a function with batch is given at most at once."""
LARGEST_TRACE = 20_000
PART = 200_000
"""Characters of an answer on its way; a longer one is not shown before its end."""
TOO_LARGE = "The answer has {size:,} bytes as JSON; the server takes at most {largest:,} of this function."
_OPEN_SECONDS = 20.0
_LEAVE_SECONDS = 3.0
State = Literal["connecting", "online", "offline", "stopped", "refused"]
Key = tuple[str, int]


@dataclass
class _Begun:
    """A call from its arrival until the server confirmed its end. ended: the message that ends it."""

    key: Key
    inputs: dict[str, Any]
    call: Call = field(default_factory=Call)
    ended: dict[str, Any] | None = None


class Served:
    """A function that answers from this process, as an endpoint: `url` is its page, `link()` makes one for reviewers.

    It answers in the background until `stop()`, or the process ends; `wait()` is for scripts. While it is away the
    cases that are sent wait for a day, and are answered when it is served again under the same name. Serve the same
    name in several notebooks and they share the cases.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        function: Function,
        connection: Connection,
        *,
        say: Callable[[str], None] | None = None,
        pause: Callable[[int], float] = backoff,
    ) -> None:
        self.endpoint = endpoint
        self.state: State = "connecting"
        self.answered = self.failed = 0
        self.refusal: AtriumError | None = None
        self._function = function
        self._connection = connection
        self._say = say or _print
        self._pause = pause
        self._notebook = secrets.token_hex(16)
        self._socket: ClientConnection | None = None
        self._largest = 2**24
        self._lock = threading.Lock()
        self._calls: dict[Key, _Begun] = {}
        self._waiting: queue.SimpleQueue[_Begun | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._online = threading.Event()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=run, name=f"atrium-{what}", daemon=True)
            for what, run in (("line", self._connect), ("function", self._work))
        ]
        for thread in self._threads:
            thread.start()
        atexit.register(self.stop)

    @property
    def url(self) -> str:
        """The endpoint's page, for members of the team."""
        return self.endpoint.url

    @property
    def name(self) -> str:
        return self.endpoint.name

    def link(self, role: Literal["view", "try", "review"] = "review", **options: Any) -> Link:
        """Make a link for people without an account: `endpoint.share`, with its options."""
        return self.endpoint.share(role=role, **options)

    def bench(self) -> "Bench":
        """The bench in a cell of this notebook: `endpoint.bench`."""
        return self.endpoint.bench()

    def until_online(self, seconds: float = _OPEN_SECONDS) -> "Served":
        """Returns when the server gives it cases. Raises what the server refused it for."""
        until = time.monotonic() + seconds
        while not self._online.is_set() and not self._over.is_set() and time.monotonic() < until:
            self._online.wait(0.1)
        if self.refusal is not None:
            raise self.refusal
        return self

    def wait(self) -> None:
        """Answer until it is stopped or refused, for scripts. Ctrl-C stops it. Raises what it was refused for."""
        try:
            while not self._over.wait(0.5):
                pass
        except KeyboardInterrupt:
            self.stop()
        if self.refusal is not None:
            raise self.refusal

    def stop(self) -> None:
        """Take no more cases. What is running is given up here; it goes to another notebook, or waits for one."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        atexit.unregister(self.stop)
        self._end("stopped")
        with self._lock:
            socket, self._socket = self._socket, None
            for begun in self._calls.values():
                begun.call._cancel()
        if socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                socket.send(json.dumps({"type": "leaving"}))
        line = self._threads[0]
        if line is not threading.current_thread():
            line.join(_LEAVE_SECONDS)
        if socket is not None and line.is_alive():
            with contextlib.suppress(WebSocketException, OSError):
                socket.close()
        self._say(f"“{self.name}” is not answered from here any more.")

    def _end(self, state: State) -> None:
        self.state = state
        self._online.clear()
        self._waiting.put(None)
        self._over.set()

    # ---- the line ----

    def _connect(self) -> None:
        """Until it is stopped or refused for good: one connection after the other."""
        failures = 0
        while not self._stopping.is_set() and not self._over.is_set():
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
                self._refuse(AtriumError(f"The connection of “{self.name}” failed: {error}"))
                raise
            failures = 0 if was_online else failures
            self._stopping.wait(0.0 if self._over.is_set() else min(self._pause(failures), 15.0))

    def _opened(self) -> ClientConnection:
        base = self._connection.url.replace("http", "ws", 1)
        options: dict[str, Any] = {"proxy": None} if is_loopback(self._connection.url) else {}
        opened: ClientConnection = connect(
            f"{base}/api/v1/versions/{self.endpoint.version_id}/serve",
            additional_headers={"Authorization": self._connection.authorization},
            max_size=None,
            open_timeout=_OPEN_SECONDS,
            **options,
        )
        return opened

    def _serve(self, socket: ClientConnection) -> bool:
        """One connection, until it is lost; whether it was welcomed."""
        with self._lock:
            running = [{"job": job, "attempt": attempt} for job, attempt in self._calls]
        at_once = TOGETHER if self._function.batch else 1
        socket.send(json.dumps({"type": "ready", "notebook": self._notebook, "at_once": at_once, "running": running}))
        welcomed = False
        alive = time.monotonic()
        try:
            while not self._stopping.is_set() or welcomed:  # a farewell is answered
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
            if not self._stopping.is_set() and not self._over.is_set():
                self._away("the connection was lost")
        finally:
            with self._lock:
                self._socket = None
        return welcomed

    def _hear(self, socket: ClientConnection, message: dict[str, Any]) -> bool:
        """Act on a message; whether it is the welcome."""
        key = (str(message.get("job")), int(message.get("attempt") or 0))
        match message["type"]:
            case "welcome":
                self._largest = int(message.get("largest") or self._largest)
                self._welcomed(socket, {(str(one["job"]), int(one["attempt"])) for one in message["running"]})
                return True
            case "call":
                begun = _Begun(key, message["inputs"])
                begun.call = Call(lambda share, text, answers: self._tell(key, share, text, answers))
                with self._lock:
                    self._calls[key] = begun
                self._waiting.put(begun)
            case "cancel":
                with self._lock:
                    found = self._calls.get(key)
                if found is not None:
                    found.call._cancel()
            case "taken":
                with self._lock:
                    self._calls.pop(key, None)
                if message.get("refused"):
                    self._say(f"An answer of “{self.name}” was not used: {message['refused']}")
            case "closed":
                if message["code"] == "too_large":
                    self._give_up_the_largest()
                if not message.get("again") and not self._stopping.is_set():
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
            self._say(f"“{self.name}” is {back}answered from here: {self.url}")
        self.state = "online"
        self._online.set()
        for message in ended:
            self._send(message)

    def _away(self, why: str) -> None:
        if self.state == "online":
            self._say(f"“{self.name}” is offline ({why}); cases are kept, trying again …")
        if self.state != "stopped":
            self.state = "offline"
        self._online.clear()

    def _refuse(self, error: AtriumError) -> None:
        self.refusal = error
        self._say(f"“{self.name}” is not answered from here any more: {error}")
        self._end("refused")

    def _send(self, message: dict[str, Any]) -> None:
        """Lost with the connection, it is told again on the next one where it ends a call."""
        with self._lock:
            socket = self._socket
        if socket is not None:
            with contextlib.suppress(WebSocketException, OSError):
                socket.send(_frame(message))

    def _tell(self, key: Key, share: float | None, text: str, answers: Any) -> None:
        if answers is not None:  # files are shown at the end only
            files = {field.name for field in self._function.outputs if isinstance(field, Image | Mask | Audio | Series)}
            answers = {name: value for name, value in answers.items() if name not in files}
        message = {"type": "told", **_named(key), "share": share, "text": text, "answers": answers}
        if answers is None or len(_frame(message)) <= PART:
            self._send(message)

    # ---- the function ----

    def _work(self) -> None:
        """Calls one by one, or all that wait at once, in this thread alone: functions are seldom made for two."""
        while (begun := self._waiting.get()) is not None and not self._stopping.is_set():
            many = [begun]
            while self._function.batch and len(many) < TOGETHER:
                try:
                    more = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    return
                many.append(more)
            wanted = []
            for one in many:
                if one.call.cancelled:
                    self._finish(one, {"type": "stopped"})
                else:
                    wanted.append(one)
            if len(wanted) > 1:
                self._answer_together(wanted)
            elif wanted:
                self._answer(wanted[0])

    def _answer_together(self, many: list[_Begun]) -> None:
        began = time.monotonic()
        try:
            answers = self._function.together([one.inputs for one in many], Call())
        except Exception:  # one of them may be to blame for all
            for one in many:
                self._answer(one)
            return
        share = (time.monotonic() - began) / len(many)
        for one, answer in zip(many, answers, strict=True):
            self.answered += 1
            self._finish(one, {"type": "answered", "answers": answer, "seconds": share})

    def _answer(self, begun: _Begun) -> None:
        began = time.monotonic()
        try:
            answers = self._function(begun.inputs, begun.call)
        except Cancelled:
            self._finish(begun, {"type": "stopped"})
        except Exception as error:
            self.failed += 1
            trace = traceback.format_exc()
            self._say(f"“{self.name}” failed on a case; who sent it is told that it failed, and no more.\n{trace}")
            told = {"error": type(error).__name__[:500], "trace": trace[-LARGEST_TRACE:]}
            self._finish(begun, {"type": "raised", **told})
        else:
            self.answered += 1
            seconds = time.monotonic() - began
            self._finish(begun, {"type": "answered", "answers": answers, "seconds": seconds})

    def _finish(self, begun: _Begun, message: dict[str, Any]) -> None:
        message = {**message, **_named(begun.key)}
        size = len(_frame(message))
        begun.ended = self._too_large(begun, size, self._largest) if size > self._largest else message
        self._send(begun.ended)

    def _too_large(self, begun: _Begun, size: int, largest: int) -> dict[str, Any]:
        """What is said in place of such an answer: sent, it would end each connection again."""
        told = TOO_LARGE.format(size=size, largest=largest)
        self.failed += 1
        self._say(f"“{self.name}” failed on a case: {told}")
        return {"type": "raised", "error": told, "trace": "", **_named(begun.key)}

    def _give_up_the_largest(self) -> None:
        """A connection was ended by a message that is too large: it is not sent once more on the next."""
        with self._lock:
            ended = [(len(_frame(one.ended)), one) for one in self._calls.values() if one.ended is not None]
        if ended:
            size, begun = max(ended, key=lambda each: each[0])
            begun.ended = self._too_large(begun, size, size - 1)

    def __repr__(self) -> str:
        return f"<Served {self.name} ({self.state}), {self.answered} answered, {self.failed} failed: {self.url}>"

    def _repr_html_(self) -> str:
        facts = [("answered here", str(self.answered)), ("failed here", str(self.failed))]
        tone = "good" if self.state == "online" else "bad"
        return card("Live function", self.name, url=self.url, state=self.state, tone=tone, facts=facts)


def _named(key: Key) -> dict[str, Any]:
    return {"job": key[0], "attempt": key[1]}


def _frame(message: dict[str, Any]) -> str:
    """As JSON in ASCII, without half characters (lone surrogates, as `surrogateescape` makes): no text."""
    return json.dumps(_whole(message))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list | tuple) else value


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
