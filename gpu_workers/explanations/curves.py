"""What-if: each number and choice over its range, the others as they are (individual conditional expectation)."""

from collections.abc import Mapping, Sequence

from gpu_workers.protocol.asked import Axis, axes
from gpu_workers.protocol.explained import Curve, Curves, Point
from gpu_workers.protocol.explanations import WhatIf
from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Value
from gpu_workers.runner.frames import Variant
from gpu_workers.runner.postprocess import Reading


class Varied:
    def __init__(self, method: WhatIf, interface: Interface, base: Mapping[str, Value]) -> None:
        self._axes = axes(method, interface, base)
        varied = [_variant(axis, base, value) for axis in self._axes for value in axis.values]
        self.variants: Sequence[Variant] = [Variant(), *varied]

    def result(self, readings: Sequence[Reading]) -> Curves:
        first, *rest = readings
        read = iter(rest)
        curves = [
            Curve(axis.field, axis.unit, axis.value, tuple(_point(axis, value, next(read)) for value in axis.values))
            for axis in self._axes
        ]
        return Curves(tuple(curves), first.score, first.top)


def _variant(axis: Axis, base: Mapping[str, Value], value: float | str) -> Variant:
    row = base[axis.input]
    if axis.column is None or not isinstance(row, list):
        return Variant(values={axis.input: value})
    changed = [float(value) if place == axis.column else each for place, each in enumerate(row)]
    return Variant(values={axis.input: changed})


def _point(axis: Axis, value: float | str, reading: Reading) -> Point:
    return Point(axis.names[int(value)] if axis.names else value, reading.score, reading.top)
