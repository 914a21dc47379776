"""Recordings, series of leads, and a model of them: how loud one is on the whole."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper

RATE = 8000
CLASSES = ("loud", "quiet")


def tone(seconds: float = 2.0) -> npt.NDArray[np.float64]:
    """A tone in the first half, silence in the second; its mean magnitude is 1 / (2 pi)."""
    time = np.arange(int(RATE * seconds)) / RATE
    return 0.5 * np.sin(2 * np.pi * 440 * time) * (time < seconds / 2)


def write(path: Path, samples: npt.NDArray[np.float64], channels: int = 1) -> Path:
    """A WAV of 16 bits, the same on each channel."""
    values = np.repeat(np.round(samples * 32767).astype("<i2"), channels).tobytes()
    wide = 2 * channels
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, RATE, RATE * wide, wide, 16)
    body = b"WAVE" + head + struct.pack("<4sI", b"data", len(values)) + values
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def write_leads(path: Path, names: Sequence[str], samples: npt.NDArray[np.float64], rate: int) -> Path:
    """A CSV with a column of times and one for each lead, the same values in all."""
    rows = (f"{i / rate:.4f}" + f",{value:.5f}" * len(names) for i, value in enumerate(samples))
    path.write_text("\n".join([",".join(["time (s)", *names]), *rows]) + "\n")
    return path


def model(path: Path, axes: Sequence[str] = ("t",)) -> Path:
    """Scores of loud and quiet before a softmax: 40 x the mean magnitude over the axes behind the cases', and 2."""
    nodes = [
        helper.make_node("Abs", ["sound"], ["size"]),
        helper.make_node("ReduceMean", ["size", "axes"], ["means"], keepdims=1),
        helper.make_node("Reshape", ["means", "column"], ["mean"]),
        helper.make_node("Gemm", ["mean", "weights", "bias"], ["finding"]),
    ]
    constants = [
        helper.make_tensor("axes", TensorProto.INT64, [len(axes)], range(1, len(axes) + 1)),
        helper.make_tensor("column", TensorProto.INT64, [2], [-1, 1]),
        helper.make_tensor("weights", TensorProto.FLOAT, [1, 2], [40.0, 0.0]),
        helper.make_tensor("bias", TensorProto.FLOAT, [2], [0.0, 2.0]),
    ]
    graph = helper.make_graph(
        nodes,
        "loudness",
        [helper.make_tensor_value_info("sound", TensorProto.FLOAT, ["n", *axes])],
        [helper.make_tensor_value_info("finding", TensorProto.FLOAT, ["n", 2])],
        constants,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), str(path))
    return path
