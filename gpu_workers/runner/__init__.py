"""The sandboxed child that holds one model version, and the worker's handle on it."""

from .failure import RunnerFailed
from .runner import LIMITS, RawAnswer, Runner
from .tensors import Raw, Signature, TensorInfo

__all__ = ["LIMITS", "Raw", "RawAnswer", "Runner", "RunnerFailed", "Signature", "TensorInfo"]
