"""ONNX Runtime on one file.

Import this module in the sandboxed child only. `ORT_DISABLE_TELEMETRY` must stand in the environment before the import:
ONNX Runtime reports to its makers otherwise.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

if os.environ.get("ORT_DISABLE_TELEMETRY") != "1":
    raise RuntimeError("start this process with ORT_DISABLE_TELEMETRY=1")

import onnxruntime

from gpu_workers.runner.tensors import Array, Maps, Raw, TensorInfo

_FATAL = 4
_CUDA = {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}
"""Of the CUDA provider. By itself it rounds factors to ten bits (TF32), which moves answers by 5e-4 of their size: a
worker on a GPU would answer otherwise than one on the processors. It also tries all ways to convolve on the first batch
of each size, for up to half a second. Measured in tests/benchmarks/RESULTS.md."""
_DTYPES = {
    "float": "float32",
    "double": "float64",
    "float16": "float16",
    "string": "string",
    "bool": "bool",
    **{name: name for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")},
}


class OnnxRuntime:
    """A session on `model`, a file or its bytes. threads: of one call. gpu: on the first GPU that is in sight.

    Weights outside the file are refused by the inspection, and the sandbox holds no file beside it. Loading by path
    keeps the working directory out as well; that of a sandbox, which bytes out of a bundle could name, is empty.
    """

    def __init__(self, model: Path | bytes, *, threads: int = 1, gpu: bool = False) -> None:
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = _FATAL
        # A waiting thread that spins takes the CPU time of a neighbour.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        # Never ONNX Runtime's own format, which the inspection does not read: else the file's name would decide.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        if gpu:
            onnxruntime.preload_dlls()  # CUDA and cuDNN from wheels, where no folder of the system has them
        providers = [*([("CUDAExecutionProvider", _CUDA)] if gpu else []), "CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model), options, providers=providers
        )
        self._session.disable_fallback()
        if gpu and "CUDAExecutionProvider" not in self._session.get_providers():
            raise RuntimeError("ONNX Runtime could not use the GPU: its CUDA provider did not load")
        self.inputs = tuple(_info(node) for node in self._session.get_inputs())
        self.outputs = tuple(_info(node) for node in self._session.get_outputs())

    def run(self, tensors: Mapping[str, Array]) -> dict[str, Raw]:
        """All outputs by the tensors' names; raises whatever ONNX Runtime raises."""
        names = [output.name for output in self.outputs]
        return dict(zip(names, map(_raw, self._session.run(names, dict(tensors))), strict=True))


def _info(node: Any) -> TensorInfo:
    element = re.fullmatch(r"tensor\((\w+)\)", node.type)
    dtype = _DTYPES.get(element.group(1), node.type) if element else node.type
    return TensorInfo(node.name, dtype, tuple(node.shape or ()))


def _raw(value: Any) -> Raw:
    if isinstance(value, dict):
        maps: Maps = [value]
        return maps
    if value is None:
        raise TypeError("the model left an output empty")
    return value  # type: ignore[no-any-return]  # an array, or a list of arrays or maps
