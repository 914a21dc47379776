"""The confined Pythons below a process, as tests see, stop and kill them."""

import psutil


def interpreters(above: psutil.Process | None = None) -> list[psutil.Process]:
    """Those below a process, this one where none is named; bubblewrap's own processes are left out."""
    return [child for child in (above or psutil.Process()).children(recursive=True) if _is_interpreter(child)]


def _is_interpreter(process: psutil.Process) -> bool:
    try:
        return process.name().startswith("python") and not process.children()
    except psutil.NoSuchProcess:
        return False
