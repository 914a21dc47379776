"""What a table's columns are computed on: the processors, or one GPU by CuPy."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gpu_workers.analyses import Category
from gpu_workers.analyses.arrays import Array, namespace, on_device, on_host
from gpu_workers.analyses.seams import joint_counts


@dataclass(frozen=True)
class Device:
    """name: cpu or cuda:N, as answers tell it. xp: numpy or cupy."""

    name: str
    xp: Any

    def of(self, data: Any) -> Any:
        """A column or a `Category` as it lies here: itself, or a copy in the GPU's memory."""
        if self.xp is np or data is None:
            return data
        if isinstance(data, Category):
            codes = self.xp.asarray(data.codes)
            return replace(data, codes=codes) if type(data) is Category else Beside(codes, data.categories, data)
        return self.xp.asarray(data)


@dataclass(frozen=True, eq=False)
class Beside(Category):
    """A column of texts or places on a GPU, whose rows are found where the texts are: by the processors."""

    column: Category

    def mask(self, names: Iterable[str]) -> Array:
        """bool (n,)."""
        found: Array = namespace(self.codes).asarray(self.column.mask(names))
        return found

    def nulls(self) -> Array:
        """bool (n,)."""
        found: Array = namespace(self.codes).asarray(self.column.nulls())
        return found


CPU = Device("cpu", np)


def device(name: str) -> Device:
    """ValueError: the name is none. ImportError: there is no CuPy. RuntimeError: there is no such GPU, or it does not
    compute."""
    if name == CPU.name:
        return CPU
    named = re.fullmatch(r"cuda:(\d{1,3})", name)
    if named is None:
        raise ValueError(f"A device is cpu or cuda:N, not “{name}”.")
    import cupy

    cupy.cuda.Device(int(named[1])).use()
    if joint_counts([cupy.zeros(3, np.uint8)], [1])[0, 0] != 3:
        raise RuntimeError(f"{name} counts wrongly")
    return Device(name, cupy)


@dataclass(frozen=True, eq=False)
class Far:
    """A column in a GPU's memory of which some rows are read."""

    values: Any

    def __getitem__(self, rows: Array) -> Array:
        """rows: by number."""
        return on_host(self.values[namespace(self.values).asarray(rows)])


def within_reach(values: Any) -> Any:
    """A column that can be read by row numbers, wherever it lies."""
    return Far(values) if on_device(values) else values
