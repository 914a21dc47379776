"""A whole `make run` of a test's own, in a folder of its own."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.dev.ground import ROOT, free_port

COMMAND = (sys.executable, "-m", "infra.dev.run")
OURS = ("MAKELEVEL", "DEMO")
"""What a `make test` around us tells its own children."""


def environment(var: Path, **variables: str) -> dict[str, str]:
    """What it is started with: another port each time, and further variables."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**kept, **variables, "ATRIUM_VAR": str(var), "PORT": str(free_port())}


@contextmanager
def made_in(var: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Its supervisor, once everything is up. Stopped at the end as by Ctrl-C, where it was not stopped before."""
    with subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env=environment(var, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        try:
            said = ""
            for line in process.stdout:
                said += line
                if "Ctrl-C stops everything" in line:
                    break
            else:
                raise AssertionError(said)
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield process
        finally:
            stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """Ctrl-C, to one that a test may have held; killed where that does not end it."""
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
