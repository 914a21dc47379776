"""What an uploaded model file is, and whether it may be run: static checks first, then one trial in the sandbox."""

import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from gpu_workers.sandbox import Limits
from gpu_workers.sandbox.once import Ended, Once, Overlong

from .ending import Ending
from .findings import Facts, Findings, Tensor
from .static import inspect

__all__ = ["Facts", "Findings", "InspectionFailed", "Tensor", "check", "inspect"]

SECONDS = 30.0
MAX_ANSWER = 4 << 20  # bytes of findings, several times what names and facts come to
LIMITS = Limits(memory=2 << 30, cpu_seconds=30, processes=16)


class InspectionFailed(RuntimeError):
    """Our side failed; the file's verdict is open and the inspection can be tried again."""


def check(path: Path, fmt: str, labels: Iterable[str] | None = None, ending: Ending | None = None) -> Findings:
    """`inspect` in a confined process with its own limits: 30 s, 2 GiB. Raises InspectionFailed, and Stopped where
    somebody ended it."""
    begun = time.monotonic()
    asked = {"path": str(path), "format": fmt, "labels": None if labels is None else sorted(labels)}
    child = (ending or Ending()).of(Once("gpu_workers.inspection.child", LIMITS))
    try:
        ended = child.ask(asked, read_only=[path], until=begun + SECONDS, most=MAX_ANSWER)
    except TimeoutError:
        return Findings("inspection_too_slow", f"The file could not be checked within {SECONDS:.0f} s. {_WAY_OUT}")
    except Overlong:
        raise InspectionFailed("the inspecting process does not stop answering") from None
    if ended.code != 0:
        return _said_of(ended, time.monotonic() - begun)
    try:
        return msgspec.msgpack.decode(ended.answer, type=Findings)
    except msgspec.DecodeError as error:
        raise InspectionFailed(f"the inspecting process answered nonsense: {error}") from None


def _said_of(ended: Ended, seconds: float) -> Findings:
    """What the end of a child after so long says of its file. Raises InspectionFailed where it says nothing."""
    if ended.memory:
        return Findings("inspection_too_large", f"Checking the file takes more than 2 GiB of memory. {_WAY_OUT}")
    if ended.code in _CPU_ENDED and seconds > SECONDS / 2:  # else somebody else killed it
        return Findings("inspection_too_slow", f"The file could not be checked within {SECONDS:.0f} s. {_WAY_OUT}")
    raise InspectionFailed(ended.complaint or f"the inspecting process ended with {ended.code}")


_WAY_OUT = "Export it again with fewer, larger tensors, and upload it with the client."
_CPU_ENDED = (-24, 128 + 24, -9, 128 + 9)  # SIGXCPU, then SIGKILL at the hard limit
