"""Child processes that cannot outlive their supervisor.

Ours rather than honcho's: a supervisor killed by SIGKILL leaves honcho's children running, and honcho neither
restarts a process nor waits until one is ready. What is left of such a library is this file.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from infra.dev.ground import MIB, ROOT, NotReady

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
STEADY = 30.0
"""Seconds after which a restarted process counts as healthy again."""
LONGEST_PAUSE = 5.0
"""So what ends because a service is away is back within ten seconds of it, the time of its own start included."""
LOOK = 1.0
LONGEST_LOG = 32 * MIB


def prctl(option: int, value: int) -> None:
    """Call prctl(2); OSError when the kernel refuses."""
    if _LIBC.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def tether(death_signal: int, parent: int) -> None:
    """In a new child: die by `death_signal` when the thread that spawned it does."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    death_signal: int = signal.SIGKILL,
    cwd: Path = ROOT,
    stdout: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child that writes to `log` and dies with us; call it from the main thread.

    The kernel's parent-death signal follows the thread that forked. The child leads a session of its own, so that
    a Ctrl-C in the terminal reaches the supervisor alone, which then stops everybody in order.
    """
    parent = os.getpid()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            env=None if environment is None else dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output if stdout is None else stdout,
            stderr=output,
            start_new_session=True,
            preexec_fn=lambda: tether(death_signal, parent),
        )


def rotate(log: Path, keep: int = 3) -> None:
    """Move NAME.log to NAME.log.1 and so on: each start of the supervisor writes files of its own."""
    for number in range(keep - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))


def bound(log: Path) -> None:
    """Empty a log that grew too long; what it held is kept as NAME.log.1. Its process goes on at the new start."""
    try:
        if log.stat().st_size > LONGEST_LOG:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            os.truncate(log, 0)
    except OSError:  # a full disk: the log must go all the same
        with suppress(OSError):
            os.truncate(log, 0)


def last_line(log: Path) -> str:
    """Return the last line of a log that says something, at most 300 characters."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines()]
    except OSError:
        return ""
    return next((line[:300] for line in reversed(lines) if line), "")


def how_it_ended(status: int) -> str:
    """Say a return code of subprocess in words."""
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with exit code {status}"


@dataclass
class Process:
    """One supervised process: how to start it, how to see that it is ready, how to stop it."""

    name: str
    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str] | None = None
    ready: Callable[[], bool] = lambda: True
    patience: float = 30.0
    """Seconds within which `ready` must come true."""
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    grace: float = 10.0
    """Seconds between `stop_signal` and SIGKILL."""
    asked: bool = False
    failures: int = 0
    restart_at: float | None = None
    started_at: float = 0.0
    child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Spawn it; `wait` tells when it is ready."""
        self.child = spawn(self.command, log=self.log, environment=self.environment, death_signal=self.death_signal)
        self.started_at = time.monotonic()
        self.restart_at = None

    def wait(self) -> None:
        """Return when it is ready, whoever started it; NotReady when it ended or was not ready in time."""
        deadline = time.monotonic() + self.patience
        while not self.ready():
            if self.child is not None and self.child.poll() is not None:
                ending = how_it_ended(self.child.returncode)
                raise NotReady(f"{self.name} {ending} while starting{self._last_words()}")
            if time.monotonic() > deadline:
                raise NotReady(f"{self.name} was not ready within {self.patience:.0f} s{self._last_words()}")
            time.sleep(0.02)

    def ask(self) -> None:
        """Ask it to stop, once."""
        self.restart_at = None
        if not self.asked and self.child is not None and self.child.poll() is None:
            self.asked = True
            self.child.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Ask it to stop, wait, and end it when it does not."""
        self.ask()
        if self.child is None:
            return
        try:
            self.child.wait(self.grace)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def mourn(self) -> str | None:
        """When it has ended by itself: plan its restart, later each time, and return the sentence that says so."""
        if self.child is None or self.restart_at is not None or self.child.poll() is None:
            return None
        now = time.monotonic()
        self.failures = 1 if now - self.started_at > STEADY else self.failures + 1
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** (self.failures - 1))
        self.restart_at = now + pause
        return (
            f"{self.name} {how_it_ended(self.child.returncode)}; starting it again in {pause:g} s{self._last_words()}"
        )

    def _last_words(self) -> str:
        words = last_line(self.log)
        return f': "{words}" (all of it in {self.log})' if words else f" (see {self.log})"


STOPPING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


def supervise(processes: Sequence[Process], say: Callable[[str], None]) -> signal.Signals:
    """Restart whatever ends until we are asked to stop; returns the signal that asked.

    Waits in the kernel for a signal or the next restart, and looks once a second all the same: a thread that a library
    started may be handed the signal in our place, and then it is lost.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING | {signal.SIGCHLD})
    while True:
        for process in processes:
            bound(process.log)
            if sentence := process.mourn():
                say(sentence)
        due = [process.restart_at for process in processes if process.restart_at is not None]
        pause = max(0.0, min([LOOK, *(moment - time.monotonic() for moment in due)]))
        caught = signal.sigtimedwait(STOPPING | {signal.SIGCHLD}, pause)
        if caught is not None and caught.si_signo in STOPPING:
            return signal.Signals(caught.si_signo)
        for process in processes:
            if process.restart_at is not None and process.restart_at <= time.monotonic():
                process.start()
