"""A small network of convolutions, the same by ONNX and by torch, with seeded weights."""

from pathlib import Path
from typing import Any

import numpy as np
from onnx import helper

from tests.gpu_workers.runner.tiny_models import FLOAT, constant, save, value

CLASSES = ("left", "right", "above", "below")


def weights(channels: tuple[int, ...]) -> list[tuple[Any, Any]]:
    """Kernel and bias of each convolution of 3 × 3 with stride 2, then of the layer that scores the classes."""
    random = np.random.default_rng(12)
    found = []
    for taken, made in zip((3, *channels), channels, strict=False):
        kernel = random.normal(0, (2 / (9 * taken)) ** 0.5, (made, taken, 3, 3))
        found.append((kernel.astype(np.float32), random.normal(0, 0.1, made).astype(np.float32)))
    last = random.normal(0, 0.4, (channels[-1] * 4, len(CLASSES)))
    return [*found, (last.astype(np.float32), np.zeros(len(CLASSES), np.float32))]


def onnx_file(path: Path, channels: tuple[int, ...], side: int) -> Path:
    """x: (n, 3, side, side); y: (n, 4) before softmax. The mean of each quarter of the picture is looked at."""
    *layers, (last, bias) = weights(channels)
    nodes, constants, at = [], [], "x"
    for place, (kernel, shift) in enumerate(layers):
        constants += [constant(f"k{place}", kernel), constant(f"b{place}", shift)]
        given = [at, f"k{place}", f"b{place}"]
        nodes.append(helper.make_node("Conv", given, [f"c{place}"], strides=[2, 2], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"c{place}"], [at := f"r{place}"]))
    constants += [constant("w", last), constant("b", bias), constant("flat", np.array([-1, len(last)], np.int64))]
    quarter = [side // 2 ** len(channels) // 2] * 2
    nodes += [
        helper.make_node("AveragePool", [at], ["p"], kernel_shape=quarter, strides=quarter),
        helper.make_node("Reshape", ["p", "flat"], ["f"]),
        helper.make_node("Gemm", ["f", "w", "b"], ["y"]),
    ]
    given = value("x", FLOAT, "n", 3, side, side)
    return save(path, nodes, [given], [value("y", FLOAT, "n", len(CLASSES))], constants)


def torch_module(channels: tuple[int, ...], side: int) -> Any:
    """The same, with its softmax."""
    import torch
    from torch import nn

    *layers, (last, bias) = weights(channels)
    parts: list[Any] = []
    for kernel, shift in layers:
        made = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, stride=2, padding=1)
        made.weight.data, made.bias.data = torch.from_numpy(kernel), torch.from_numpy(shift)  # type: ignore[union-attr]
        parts += [made, nn.ReLU()]
    scoring = nn.Linear(*last.shape)
    scoring.weight.data, scoring.bias.data = torch.from_numpy(last.T.copy()), torch.from_numpy(bias)
    return nn.Sequential(
        *parts, nn.AvgPool2d(side // 2 ** len(channels) // 2), nn.Flatten(), scoring, nn.Softmax(1)
    ).eval()
