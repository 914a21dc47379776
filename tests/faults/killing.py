"""Ending what this xdist worker's tests share, and starting it again."""

import atexit
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import psutil

from infra.dev.processes import Process
from tests.services import site


def end(process: Process) -> None:
    assert process.child is not None
    process.child.kill()
    process.child.wait()


def kill_and_start(process: Process) -> None:
    end(process)
    process.start()
    process.wait()


def kill_valkey() -> None:
    """This site's Valkey, which the controller started."""
    port = site().valkey.port
    for found in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if "valkey" in found.name() and any(word.endswith(f":{port}") for word in found.cmdline()):
                found.kill()
                assert holds(partial(_is_gone, found), 10)


def start_valkey() -> None:
    """In the main thread: a process ends with the thread that started it."""
    assert threading.current_thread() is threading.main_thread()
    again = site().valkey.process()
    again.start()
    atexit.register(again.stop)  # later tests of this xdist worker use it
    again.wait()


def _is_gone(process: psutil.Process) -> bool:
    """Ended, whether or not its parent, which may be another process of the run, has heard of it."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def holds(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true within so long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False
