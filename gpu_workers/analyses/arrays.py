"""One source for NumPy and CuPy: which of the two an array belongs to, and the way to the host.

Kernels take arrays of either library, ask `namespace` for the module whose names they use, and return arrays of the
same library. Tables of counts and what is made of them (a few kilobytes) are always NumPy arrays on the host. What
the libraries do not share is in `seams`.
"""

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
"""An array of NumPy, or of CuPy where the name of the argument does not say host."""
Floats = npt.NDArray[np.float64]
"""float64 on the host."""
Counts = npt.NDArray[np.int64]
"""Numbers of rows, on the host."""


def on_device(array: object) -> bool:
    """Whether an array is CuPy's."""
    return type(array).__module__.partition(".")[0] == "cupy"


def namespace(*arrays: object) -> Any:
    """`cupy` where one of the arrays is CuPy's, else `numpy`."""
    return sys.modules["cupy"] if any(on_device(array) for array in arrays) else np


def on_host(array: Any) -> Array:
    """The array in the host's memory; copied where it lies on a device."""
    return np.asarray(array.get() if on_device(array) else array)


def floats(values: Any) -> Array:
    """values as an array of float32 or float64: kept as it is where it is one of them, else float64.

    Integers and booleans become float64, exactly up to 2^53; a list becomes a NumPy array; None becomes NaN.
    """
    array = values if on_device(values) else np.asarray(values)
    if array.dtype in (np.float32, np.float64):
        return array
    return array.astype(np.float32 if array.dtype == np.float16 else np.float64)


def same_length(*arrays: Array) -> int:
    """The number of rows of all the arrays. ValueError: they differ."""
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1:
        raise ValueError(f"The columns have different numbers of rows: {sorted(lengths)}.")
    return lengths.pop()
