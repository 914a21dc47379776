"""One thread that starts confined children, reads what they complain of and ends those that take too much memory.

It starts them itself because the kernel ends a child with the *thread* that started it (PR_SET_PDEATHSIG): this one
lives as long as the process.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue

from .layers import Layer
from .limits import Limits

_EVERY = 0.05  # seconds between two looks at memory
_KEPT = 16 << 10  # bytes of standard error


class Child(subprocess.Popen[bytes]):
    """A confined process, with pipes on `stdin` and `stdout`. `kill()` ends it and all that it is made of.

    `stderr` is None: it is read as it comes and `complaint()` gives the end of it. `ended_by` is "memory" once the
    child was killed for its memory, else empty.
    """

    limits: Limits
    layers: frozenset[Layer]
    depth: int  # how many processes of bubblewrap stand above the confined one
    ended_by: str = ""

    def watch(self, limits: Limits, layers: frozenset[Layer]) -> None:
        assert self.stderr is not None
        self.limits, self.layers = limits, layers
        self.depth = 2 if Layer.NAMESPACES in layers else 0
        self._complaints, self.stderr = self.stderr, None
        os.set_blocking(self._complaints.fileno(), False)
        self._tail = bytearray()
        self._all_read = threading.Event()
        self._confined: int | None = None

    def fileno(self) -> int:
        return self._complaints.fileno()

    def complaint(self) -> str:
        """The last 16 KiB of standard error, complete once the child has ended."""
        if self.poll() is not None:
            self._all_read.wait(timeout=1)
        return self._tail.decode(errors="replace")

    def confined(self) -> int | None:
        """The id of the confined process itself, below bubblewrap's own; None before it runs."""
        if self._confined is None:
            self._confined = _descendant(self.pid, self.depth)
        return self._confined

    def resident(self) -> int:
        """Bytes of memory that the confined process holds now and the system cannot drop; 0 before it runs and after
        its end. Pages of files are not among them: of a mapped one on a disk the system keeps what it has room for."""
        try:
            with open(f"/proc/{self.confined()}/status", "rb") as status:
                lines = dict(line.split(b":", 1) for line in status)
            return sum(int(lines[name].split()[0]) for name in (b"RssAnon", b"RssShmem")) << 10
        except (OSError, KeyError):
            self._confined = None
            return 0

    def drain(self) -> bool:
        """Read what it complained of; False at the end."""
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self.fileno(), 65536):
                self._tail += data
                del self._tail[:-_KEPT]
            self._all_read.set()
            return False
        return True

    def kill(self) -> None:
        """All of its session: bubblewrap's inner half follows the outer's death only once it has run a few lines, and
        before that would wait without end, with our pipes open."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def check_memory(self) -> None:
        if Layer.WATCH in self.layers and self.resident() > self.limits.memory and self.returncode is None:
            self.ended_by = "memory"
            self.kill()

    def forget(self) -> None:
        self.drain()
        self._complaints.close()
        self._all_read.set()


class Keeper:
    """Starts children on its own thread and watches them until they end."""

    def __init__(self) -> None:
        self._wanted: SimpleQueue[tuple[Callable[[], Child], Future[Child]]] = SimpleQueue()
        self._wake, self._waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._children: set[Child] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake, selectors.EVENT_READ)
        threading.Thread(target=self._run, name="sandbox", daemon=True).start()

    def start(self, make: Callable[[], Child]) -> Child:
        """Run `make` on the keeper's thread and watch what it gives; its errors are raised here."""
        made: Future[Child] = Future()
        self._wanted.put((make, made))
        os.write(self._waker, b"\0")
        return made.result()

    def _run(self) -> None:
        while True:
            for key, _ in self._selector.select(_EVERY if self._children else None):
                if key.fd == self._wake:
                    self._start_wanted()
                elif isinstance(key.fileobj, Child) and not key.fileobj.drain():
                    self._selector.unregister(key.fileobj)
            for child in list(self._children):
                if child.poll() is None:
                    child.check_memory()
                else:
                    self._drop(child)

    def _start_wanted(self) -> None:
        os.read(self._wake, 4096)
        while not self._wanted.empty():
            make, made = self._wanted.get()
            try:
                child = make()
            except BaseException as error:
                made.set_exception(error)
                continue
            self._children.add(child)
            self._selector.register(child, selectors.EVENT_READ)
            made.set_result(child)

    def _drop(self, child: Child) -> None:
        self._children.discard(child)
        with contextlib.suppress(KeyError):
            self._selector.unregister(child)
        child.forget()


def _descendant(pid: int, depth: int) -> int | None:
    for _ in range(depth):
        try:
            with open(f"/proc/{pid}/task/{pid}/children") as children:
                pid = int(children.read().split()[0])
        except (OSError, IndexError):
            return None
    return pid


_keeper: tuple[int, Keeper] | None = None
_lock = threading.Lock()


def keeper() -> Keeper:
    """This process's keeper; a forked process makes its own."""
    global _keeper
    with _lock:
        if _keeper is None or _keeper[0] != os.getpid():
            _keeper = (os.getpid(), Keeper())
        return _keeper[1]
