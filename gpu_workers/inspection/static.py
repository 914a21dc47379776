"""Which checks a file of a given format goes through. Imports neither a runtime nor torch, and unpickles nothing."""

from pathlib import Path

from gpu_workers.refusal import Refused

from .findings import Findings
from .kinds import refuse_others

FORMATS = ("onnx",)


def inspect(path: Path, fmt: str) -> Findings:
    """The findings on a file that claims to be of this format. Reads it in this process: see `check`."""
    try:
        if fmt not in FORMATS:
            raise Refused("format_unknown", f"The format “{fmt[:40]}” is not taken. Upload ONNX, or with the client.")
        refuse_others(path)
        from .onnx_file import check_onnx

        return Findings(facts=check_onnx(path))
    except Refused as refused:
        return Findings(refused.rule, refused.reason)
