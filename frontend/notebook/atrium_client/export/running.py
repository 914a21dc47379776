"""An exported model run by ONNX Runtime: what it answers, whether it takes several rows, how far it is off."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from atrium_client.errors import AtriumError

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported: nothing is sent from this machine

INSTALL = "pip install onnx onnxruntime onnxscript skl2onnx"
RELATIVE, ABSOLUTE = 1e-3, 1e-4
Array = npt.NDArray[Any]


class Missing(AtriumError):
    """A package that exporting needs is not installed."""


def need(*modules: str) -> None:
    """Raise Missing with the command to run unless all of them can be imported."""
    from importlib.util import find_spec

    absent = [name for name in modules if find_spec(name) is None]
    if absent:
        raise Missing(
            f"Turning this model into ONNX needs {', '.join(absent)}, not installed here. Run `{INSTALL}` "
            "(the extra [export] of atrium-client).",
            code="missing_package",
        )


@dataclass(frozen=True)
class Difference:
    """The largest absolute difference in one output, and what is allowed: 1e-4 + 1e-3 of the largest value."""

    output: str
    size: float
    tolerance: float

    @property
    def too_large(self) -> bool:
        return not self.size <= self.tolerance


class Session:
    """One ONNX model in ONNX Runtime, on the CPU. Raises what ONNX Runtime raises."""

    def __init__(self, model: bytes | Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        given = model if isinstance(model, bytes) else str(model)
        self._session = onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
        self.inputs = [item.name for item in self._session.get_inputs()]
        self.outputs = [item.name for item in self._session.get_outputs()]
        self._ranks = {item.name: len(item.shape) for item in self._session.get_inputs()}

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Any]:
        """All outputs by name. A (N, 1) array goes in as (N,) where the model declares one axis."""
        given = {
            name: array.reshape(-1) if self._ranks[name] == 1 and array.ndim == 2 and array.shape[1] == 1 else array
            for name, array in feeds.items()
        }
        return dict(zip(self.outputs, self._session.run(None, given), strict=True))


def takes_batches(session: Session, feeds: Mapping[str, Array]) -> str:
    """An empty string where three rows at once answer as one row alone does, else the reason why not."""
    alone = session.run(feeds)
    try:
        three = session.run({name: np.concatenate([array] * 3) for name, array in feeds.items()})
    except Exception as error:
        return f"three rows at once are refused ({str(error).splitlines()[0][:200]})"
    for name, single in alone.items():
        if len(three[name]) != 3 * len(single):
            return f"“{name}” does not answer one row for each row"
        for start in range(3):
            part = three[name][start * len(single) : (start + 1) * len(single)]
            if difference(name, single, part).too_large:
                return f"“{name}” of a row depends on its neighbours"
    return ""


def difference(output: str, original: Any, exported: Any) -> Difference:
    """How far an output is off. Strings differ by 1 or not at all; another shape or a new NaN differs by infinity."""
    ours, theirs = _array(original), _array(exported)
    if ours.size != theirs.size or (ours.ndim and theirs.ndim and ours.shape[0] != theirs.shape[0]):
        return Difference(output, float("inf"), 0.0)
    ours, theirs = ours.reshape(-1), theirs.reshape(-1)
    if ours.dtype.kind in "OUS" or theirs.dtype.kind in "OUS":
        return Difference(output, float(any(str(a) != str(b) for a, b in zip(ours, theirs, strict=True))), 0.0)
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    gaps = np.where(same, 0.0, np.abs(ours - theirs))
    gaps = np.where(np.isnan(gaps), np.inf, gaps)
    finite = np.abs(ours[np.isfinite(ours)])
    tolerance = ABSOLUTE + RELATIVE * float(finite.max(initial=0.0))
    return Difference(output, float(gaps.max(initial=0.0)), tolerance)


def largest(differences: Sequence[Difference]) -> Difference | None:
    """The one that is furthest beyond what is allowed."""
    return max(differences, key=lambda item: item.size / (item.tolerance or 1e-12), default=None)


def _array(value: Any) -> Array:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return np.array([[item[key] for key in sorted(item)] for item in value])
    return np.asarray(value)
