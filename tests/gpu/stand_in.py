"""CuPy without a GPU: arrays of NumPy's that keep CuPy's distance from NumPy's own.

They are never taken for arrays of the host, nor mixed with them: what would fail on a GPU for want of a copy fails here
too. The kernels in CUDA are stood in for by their NumPy twins. What they compute is looked at by `python -m tests.gpu`.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gpu_workers.analyses import device, edges, scores, seams

KERNELS = {
    seams: ("joint_counts", "joint_sums", "group_sums", "group_moments", "nearest", "gathered", "magnitudes"),
    edges: ("codes", "finite_range"),
}


class ndarray(NDArrayOperatorsMixin):  # noqa: N801 (CuPy's name)
    """held: what would lie on the device."""

    __module__ = "cupy"

    def __init__(self, held: Any) -> None:
        self.held = np.asarray(held)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("An array on the device is not taken for one of the host: copy it with get().")

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return _there(getattr(function, method)(*_held(inputs), **_held(options)))

    def __array_function__(self, function: Any, _: Any, arguments: Any, options: Any) -> Any:
        return _there(function(*_held(arguments), **_held(options)))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.held, name)
        return _calling(found) if callable(found) else _there(found)

    def __getitem__(self, key: Any) -> Any:
        return ndarray(self.held[_held(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.held[_held(key)] = _held(value)

    def get(self) -> Any:
        return self.held.copy()

    def __len__(self) -> int:
        return len(self.held)

    def __iter__(self) -> Iterator[Any]:
        return map(ndarray, self.held)

    def __bool__(self) -> bool:
        return bool(self.held)

    def __int__(self) -> int:
        return int(self.held)

    def __float__(self) -> float:
        return float(self.held)


def _held(given: Any) -> Any:
    """What NumPy is called with. TypeError: an array of the host is among it."""
    if isinstance(given, ndarray):
        return given.held
    if isinstance(given, np.ndarray):
        raise TypeError("An array of the host does not meet one on the device: move it with cupy.asarray().")
    if isinstance(given, tuple | list):
        return type(given)(map(_held, given))
    return {name: _held(one) for name, one in given.items()} if isinstance(given, dict) else given


def _there(found: Any) -> Any:
    if isinstance(found, np.ndarray | np.generic):
        return ndarray(found)
    return type(found)(map(_there, found)) if type(found) in (tuple, list) else found


def _calling(function: Callable[..., Any], take: Callable[[Any], Any] = _held) -> Callable[..., Any]:
    @wraps(function)
    def called(*arguments: Any, **options: Any) -> Any:
        return _there(function(*(take(one) for one in arguments), **{name: take(one) for name, one in options.items()}))

    return called


def _moved(given: Any) -> Any:
    return given.held if isinstance(given, ndarray) else given


class _CuPy(ModuleType):
    ndarray = ndarray
    cuda = SimpleNamespace(Device=lambda number: SimpleNamespace(use=lambda: number))

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        if isinstance(found, type) or not callable(found):
            return found
        return _calling(found, _moved if name in ("asarray", "array", "ascontiguousarray") else _held)


def _on_host(given: Any) -> Any:
    return [_on_host(one) for one in given] if isinstance(given, tuple | list) else _moved(given)


def _twin(function: Callable[..., Any], returns_column: bool) -> Callable[..., Any]:
    """The NumPy side of a kernel, called with what lies on the device; counts and sums are on the host."""

    def called(*arguments: Any) -> Any:
        found = function(*map(_on_host, arguments))
        return ndarray(found) if returns_column else found

    return called


def _codes(values: Any, bins: Any, _: Any) -> Any:
    return ndarray(edges.codes(values.held, bins))


def _score(name: str, target: Any, said: Any, _: float) -> Any:
    function = getattr(scores, name)
    return ndarray(function(said.held) if name == "entropy" else function(target.held, said.held))


@contextmanager
def stand_in() -> Iterator[Any]:
    """Within it `cupy` is this."""
    cupy = _CuPy("cupy")
    cupy.__spec__ = ModuleSpec("cupy", None)
    before = {name: getattr(device, name) for names in KERNELS.values() for name in names} | {"score": device.score}
    for module, names in KERNELS.items():
        for name in names:
            setattr(device, name, _twin(getattr(module, name), name == "nearest"))
    setattr(device, "codes", _codes)  # noqa: B010 (its types are CuPy's)
    setattr(device, "score", _score)  # noqa: B010
    sys.modules["cupy"] = cupy
    try:
        yield cupy
    finally:
        del sys.modules["cupy"]
        for name, kernel in before.items():
            setattr(device, name, kernel)
