"""The model of the benchmark, the same for every server.

A convolutional network of 1.0 million parameters with seeded random weights, 64 × 64 grey pictures in, ten classes out.
What it answers means nothing; what it costs is that of a small real classifier.
"""

import time
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from .pictures import SIDE

CLASSES = tuple(f"class {number}" for number in range(10))
LAYERS = ((1, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 256, 1))
"""(channels in, channels out, stride) of the 3 × 3 convolutions."""


def model() -> bytes:
    """An ONNX file: six convolutions with ReLU, global average, one dense layer; the batch axis is open."""
    random = np.random.default_rng(20261125)
    nodes, weights, tensor = [], [], "film"
    for number, (fan_in, channels, stride) in enumerate(LAYERS):
        kernel = random.normal(0, (2 / (9 * fan_in)) ** 0.5, (channels, fan_in, 3, 3)).astype(np.float32)
        weights += [
            numpy_helper.from_array(kernel, f"kernel{number}"),
            numpy_helper.from_array(np.zeros(channels, np.float32), f"bias{number}"),
        ]
        names = [tensor, f"kernel{number}", f"bias{number}"]
        nodes += [
            helper.make_node("Conv", names, [f"conv{number}"], strides=[stride, stride], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", [f"conv{number}"], [f"relu{number}"]),
        ]
        tensor = f"relu{number}"
    dense = random.normal(0, 0.05, (LAYERS[-1][1], len(CLASSES))).astype(np.float32)
    weights.append(numpy_helper.from_array(dense, "dense"))
    nodes += [
        helper.make_node("GlobalAveragePool", [tensor], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "dense"], ["finding"]),
    ]
    graph = helper.make_graph(
        nodes,
        "benchmark",
        [helper.make_tensor_value_info("film", TensorProto.FLOAT, ["n", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info("finding", TensorProto.FLOAT, ["n", len(CLASSES)])],
        weights,
    )
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(built)
    data: bytes = built.SerializeToString()
    return data


def parameters(data: bytes) -> int:
    return sum(int(np.prod(weight.dims)) for weight in onnx.load_from_string(data).graph.initializer)


def session(data: bytes) -> Any:
    """A session with the settings that every server of the benchmark uses: one thread, and no thread that spins."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def forward_ms(data: bytes, batch: int = 1, calls: int = 100) -> float:
    """CPU-milliseconds of the bare forward pass for one picture, run in batches of this size."""
    running = session(data)
    films = np.random.default_rng(1).random((batch, 1, SIDE, SIDE), np.float32)
    running.run(None, {"film": films})
    begun = time.process_time()
    for _ in range(calls):
        running.run(None, {"film": films})
    return (time.process_time() - begun) * 1000 / calls / batch
