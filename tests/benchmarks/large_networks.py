"""Two networks of the size that teams serve, with seeded random weights: what they answer means nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIDE = 224
TOKENS, VOCABULARY, WIDTH, HEADS, LAYERS = 128, 30_522, 384, 12, 6
STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
"""(width, blocks, stride of the first) of a residual network of fifty layers."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Network:
    """title: as tables name it. data: an ONNX file with one input and one output, whose batch axis is open.

    batch: input of so many cases, drawn from a seed."""

    title: str
    data: bytes
    batch: Callable[[int], dict[str, Array]]


class _Graph:
    """Nodes and weights as they are added; each call returns the name of what it made."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(20261126)
        self._nodes: list[Any] = []
        self._weights: list[Any] = []

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"{operator.lower()}{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def weight(self, values: Array) -> str:
        name = f"weight{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(values, name))
        return name

    def drawn(self, *shape: int, fan_in: int) -> str:
        return self.weight(self.random.normal(0, (2 / fan_in) ** 0.5, shape).astype(np.float32))

    def file(self, given: Any, last: str, columns: int) -> bytes:
        self._nodes.append(helper.make_node("Identity", [last], ["answer"]))
        answer = helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["n", columns])
        graph = helper.make_graph(self._nodes, "network", [given], [answer], self._weights)
        built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        data: bytes = built.SerializeToString()
        return data


def residual() -> Network:
    """Fifty convolutional layers in bottleneck blocks (He et al. 2016) without their normalisation, 25.5 million
    parameters: pictures of 3 × 224 × 224 in, a thousand numbers out."""
    graph = _Graph()

    def convolved(tensor: str, fan: int, width: int, side: int, stride: int = 1) -> str:
        kernel = graph.drawn(width, fan, side, side, fan_in=fan * side * side)
        return graph.add("Conv", tensor, kernel, strides=[stride, stride], pads=[side // 2] * 4)

    half = graph.weight(np.array([0.5], np.float32))
    tensor = graph.add("Relu", convolved("picture", 3, 64, 7, 2))
    tensor = graph.add("MaxPool", tensor, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    fan = 64
    for width, blocks, first in STAGES:
        for block in range(blocks):
            stride = first if block == 0 else 1
            inner = graph.add("Relu", convolved(tensor, fan, width, 1))
            inner = graph.add("Relu", convolved(inner, width, width, 3, stride))
            inner = graph.add("Mul", convolved(inner, width, 4 * width, 1), half)
            beside = tensor if block else convolved(tensor, fan, 4 * width, 1, stride)
            tensor, fan = graph.add("Relu", graph.add("Add", inner, beside)), 4 * width
    flat = graph.add("Flatten", graph.add("GlobalAveragePool", tensor))
    last = graph.add("MatMul", flat, graph.drawn(fan, 1000, fan_in=fan))
    given = helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])

    def batch(count: int) -> dict[str, Array]:
        return {"picture": np.random.default_rng(count).random((count, 3, SIDE, SIDE), np.float32)}

    return Network("residual network, 50 layers", graph.file(given, last, 1000), batch)


def encoder() -> Network:
    """Six layers of attention over 128 tokens, 384 wide, 22 million parameters, as small sentence encoders have them:
    token numbers in, the mean of the last layer's tokens out."""
    graph = _Graph()
    one, zero = graph.weight(np.ones(WIDTH, np.float32)), graph.weight(np.zeros(WIDTH, np.float32))
    parted = graph.weight(np.array([0, TOKENS, HEADS, WIDTH // HEADS], np.int64))
    joined = graph.weight(np.array([0, TOKENS, WIDTH], np.int64))
    scale = graph.weight(np.array([(WIDTH // HEADS) ** -0.5], np.float32))

    def dense(tensor: str, fan: int, width: int) -> str:
        return graph.add("MatMul", tensor, graph.drawn(fan, width, fan_in=2 * fan))

    def headed(tensor: str, order: tuple[int, ...]) -> str:
        return graph.add("Transpose", graph.add("Reshape", dense(tensor, WIDTH, WIDTH), parted), perm=list(order))

    def normal(tensor: str, added: str) -> str:
        return graph.add("LayerNormalization", graph.add("Add", tensor, added), one, zero, axis=-1)

    tensor = graph.add("Gather", graph.drawn(VOCABULARY, WIDTH, fan_in=2), "tokens", axis=0)
    tensor = normal(tensor, graph.drawn(TOKENS, WIDTH, fan_in=2))
    for _ in range(LAYERS):
        asked, told = headed(tensor, (0, 2, 1, 3)), headed(tensor, (0, 2, 3, 1))
        weights = graph.add("Softmax", graph.add("Mul", graph.add("MatMul", asked, told), scale), axis=-1)
        seen = graph.add("MatMul", weights, headed(tensor, (0, 2, 1, 3)))
        seen = graph.add("Reshape", graph.add("Transpose", seen, perm=[0, 2, 1, 3]), joined)
        tensor = normal(tensor, dense(seen, WIDTH, WIDTH))
        tensor = normal(tensor, dense(graph.add("Relu", dense(tensor, WIDTH, 4 * WIDTH)), 4 * WIDTH, WIDTH))
    last = graph.add("ReduceMean", tensor, axes=[1], keepdims=0)
    given = helper.make_tensor_value_info("tokens", TensorProto.INT64, ["n", TOKENS])

    def batch(count: int) -> dict[str, Array]:
        return {"tokens": np.random.default_rng(count).integers(0, VOCABULARY, (count, TOKENS))}

    return Network("encoder, 6 layers of attention", graph.file(given, last, WIDTH), batch)
