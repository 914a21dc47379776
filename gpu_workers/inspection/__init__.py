"""What an uploaded model file is, and whether it may be run: static checks first, then one trial in the sandbox."""

import json
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from gpu_workers.sandbox import Child, Limits, spawn
from gpu_workers.sandbox.answers import Overlong, whole_answer

from .findings import Facts, Findings, Tensor
from .static import inspect

__all__ = ["Facts", "Findings", "InspectionFailed", "Tensor", "check", "inspect"]

SECONDS = 30.0
MAX_ANSWER = 4 << 20  # bytes of findings, several times what names and facts come to
LIMITS = Limits(memory=2 << 30, cpu_seconds=30, processes=16)


class InspectionFailed(RuntimeError):
    """Our side failed; the file's verdict is open and the inspection can be tried again."""


def check(path: Path, fmt: str, labels: Iterable[str] | None = None) -> Findings:
    """`inspect` in a confined process with its own limits: 30 s, 2 GiB. Raises InspectionFailed."""
    begun = time.monotonic()
    wanted = json.dumps(None if labels is None else sorted(labels))
    with spawn("gpu_workers.inspection.child", [str(path), fmt, wanted], read_only=[path], limits=LIMITS) as child:
        try:
            answer = whole_answer(child, SECONDS, MAX_ANSWER)
        except TimeoutError:
            return Findings("inspection_too_slow", f"The file could not be checked within {SECONDS:.0f} s. {_WAY_OUT}")
        except Overlong:
            raise InspectionFailed("the inspecting process does not stop answering") from None
        finally:
            child.kill()
    if child.returncode != 0:
        return _said_of(child, time.monotonic() - begun)
    try:
        return msgspec.msgpack.decode(answer, type=Findings)
    except msgspec.DecodeError as error:
        raise InspectionFailed(f"the inspecting process answered nonsense: {error}") from None


def _said_of(child: Child, seconds: float) -> Findings:
    """What the end of a child after so long says of its file. Raises InspectionFailed where it says nothing."""
    complaint = child.complaint()
    if child.ended_by == "memory" or "MemoryError" in complaint:
        return Findings("inspection_too_large", f"Checking the file takes more than 2 GiB of memory. {_WAY_OUT}")
    if child.returncode in _CPU_ENDED and seconds > SECONDS / 2:  # else somebody else killed it
        return Findings("inspection_too_slow", f"The file could not be checked within {SECONDS:.0f} s. {_WAY_OUT}")
    raise InspectionFailed(complaint or f"the inspecting process ended with {child.returncode}")


_WAY_OUT = "Export it again with fewer, larger tensors, and upload it with the client."
_CPU_ENDED = (-24, 128 + 24, -9, 128 + 9)  # SIGXCPU, then SIGKILL at the hard limit
