"""The confined Pythons below a process, as tests see, stop and kill them."""

from collections.abc import Iterator

import psutil

ENTRY = "gpu_workers/sandbox/entry.py"


def interpreters(above: psutil.Process | None = None) -> list[psutil.Process]:
    """Those that a process started itself, this one where none is named.

    bubblewrap's own processes are left out, and so are servers that the same run of tests started, with theirs.
    """
    return [found for child in (above or psutil.Process()).children() for found in _confined(child)]


def _confined(process: psutil.Process) -> Iterator[psutil.Process]:
    try:
        if process.name() == "bwrap":
            for child in process.children():
                yield from _confined(child)
        elif any(word.endswith(ENTRY) for word in process.cmdline()):
            yield process
    except psutil.NoSuchProcess:
        return
