"""The message types of onnx.proto, without the rest of the package `onnx`.

Importing `onnx` loads NumPy and the package's own compiled checkers, three times the cost of the types and code that a
stranger's file has no business to meet.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def _load() -> ModuleType:
    package = importlib.util.find_spec("onnx")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("onnx is not installed")
    file = Path(package.origin).with_name("onnx_ml_pb2.py")
    spec = importlib.util.spec_from_file_location("onnx.onnx_ml_pb2", file)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"{file} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_types = sys.modules.get("onnx.onnx_ml_pb2") or _load()

ModelProto: Any = _types.ModelProto
EXTERNAL: int = _types.TensorProto.EXTERNAL
