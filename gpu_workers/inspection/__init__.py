"""What an uploaded model file is, and whether it may be run: static checks first, then one trial in the sandbox."""

import subprocess
from pathlib import Path

import msgspec

from gpu_workers.sandbox import Limits, spawn

from .findings import Facts, Findings, Tensor
from .static import inspect

__all__ = ["Facts", "Findings", "InspectionFailed", "Tensor", "check", "inspect"]

SECONDS = 30.0
LIMITS = Limits(memory=2 << 30, cpu_seconds=30, processes=16)


class InspectionFailed(RuntimeError):
    """Our side failed; the file's verdict is open and the inspection can be tried again."""


def check(path: Path, fmt: str) -> Findings:
    """`inspect` in a confined process with its own limits: 30 s, 2 GiB. Raises InspectionFailed."""
    with spawn("gpu_workers.inspection.child", [str(path), fmt], read_only=[path], limits=LIMITS) as child:
        try:
            answer, _ = child.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            return Findings("inspection_too_slow", f"The file could not be checked within {SECONDS:.0f} s. {_WAY_OUT}")
    if child.returncode == 0:
        return msgspec.msgpack.decode(answer, type=Findings)
    complaint = child.complaint()
    if child.ended_by == "memory" or "MemoryError" in complaint:
        return Findings("inspection_too_large", f"Checking the file takes more than 2 GiB of memory. {_WAY_OUT}")
    if child.returncode in _CPU_ENDED:
        return Findings("inspection_too_slow", f"The file could not be checked within {SECONDS:.0f} s. {_WAY_OUT}")
    raise InspectionFailed(complaint or f"the inspecting process ended with {child.returncode}")


_WAY_OUT = "Export it again with fewer, larger tensors, and upload it with the client."
_CPU_ENDED = (-24, 128 + 24, -9, 128 + 9)  # SIGXCPU, then SIGKILL at the hard limit
