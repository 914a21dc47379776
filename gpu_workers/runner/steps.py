"""The models of a version run for one case, as `protocol.steps` says. Inside the sandbox only."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from gpu_workers.protocol.interface import Interface
from gpu_workers.protocol.messages import Value
from gpu_workers.protocol.steps import MAX_WINDOWS, Constant, Feed, Step, Windows

from .binding import Bound, bound_in
from .preprocess import Mismatch, prepare_all
from .tensors import Array, Raw, Signature
from .tokens import Tokenizers

Run = Callable[[Mapping[str, Array]], dict[str, Raw]]


class Model(NamedTuple):
    """One that is loaded."""

    run: Run
    signature: Signature


class Chain:
    """models: by file. Raises Unbound where the interface names what a model lacks."""

    def __init__(self, interface: Interface, models: Mapping[str, Model], tokens: Tokenizers) -> None:
        self._interface, self._models, self._tokens = interface, models, tokens
        self._inputs: dict[str, list[Bound]] = {
            step.name: bound_in(interface, step, models[step.file].signature) for step in interface.steps
        }

    def __call__(self, values: Mapping[str, Value]) -> dict[str, dict[str, Raw]]:
        """What each step answered, by its tensors."""
        answered: dict[str, dict[str, Raw]] = {}
        for step in self._interface.steps:
            model = self._models[step.file]
            tensors = prepare_all(self._inputs[step.name], values, self._tokens)
            dtypes = {info.name: info.dtype for info in model.signature.inputs}
            for constant in step.constants:
                tensors[constant.tensor] = _constant(constant, dtypes[constant.tensor])
            for feed in step.feeds:
                tensors[feed.tensor] = _fed(feed, answered[feed.step].get(feed.output), dtypes[feed.tensor])
            answered[step.name] = run_step(step, model.run, tensors, dtypes)
        return answered


def run_step(step: Step, run: Run, tensors: dict[str, Array], dtypes: Mapping[str, str]) -> dict[str, Raw]:
    """tensors: without what is carried."""
    if step.windows is None:
        return run(tensors)
    windows = list(cut(step.windows, tensors[step.windows.tensor]))
    if step.windows.stacked:
        return run({**tensors, step.windows.tensor: np.concatenate(windows, axis=0)})
    held: dict[str, Array] = {
        each.tensor: np.full(each.shape, each.start, dtype=dtypes[each.tensor]) for each in step.carried
    }
    parts: list[dict[str, Raw]] = []
    for window in windows:
        answer = run({**tensors, **held, step.windows.tensor: window})
        for each in step.carried:
            held[each.tensor] = _array(answer[each.output], each.output)
        parts.append({name: raw for name, raw in answer.items() if name not in {each.output for each in step.carried}})
    joined: dict[str, Raw] = dict(held_out(step, held))
    for name in parts[0]:
        joined[name] = join(step.windows, [_array(part[name], name) for part in parts], name)
    return joined


def held_out(step: Step, held: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """What the last window left, by the name under which the model answered it."""
    return ((each.output, held[each.tensor]) for each in step.carried)


def cut(windows: Windows, array: Array) -> Iterator[Array]:
    """Each of `size` places along the axis."""
    axis = windows.axis % array.ndim if -array.ndim <= windows.axis < array.ndim else -1
    if axis < 0:
        raise Mismatch(f"“{windows.tensor}” has {array.ndim} axes, so it cannot be cut along axis {windows.axis}")
    step = windows.step or windows.size
    length = array.shape[axis] + windows.before
    beyond = max(length - windows.size, 0)
    count = 1 + (beyond // step if windows.whole else -(-beyond // step))
    if count > MAX_WINDOWS:
        raise Mismatch(f"“{windows.tensor}” makes {count:,} windows; {MAX_WINDOWS:,} are the most. Give a shorter one")
    after = max((count - 1) * step + windows.size - length, 0)
    sides = [(windows.before, after) if each == axis else (0, 0) for each in range(array.ndim)]
    whole = np.pad(array, sides)
    for index in range(count):
        yield whole[(slice(None),) * axis + (slice(index * step, index * step + windows.size),)]


def join(windows: Windows, parts: list[Array], name: str) -> Array:
    axis = windows.axis_out
    shaped = [np.atleast_1d(part) for part in parts]
    if any(part.ndim <= axis for part in shaped):
        raise Mismatch(
            f"“{name}” is answered with {shaped[0].ndim} axes, so windows cannot be joined along axis {axis}"
        )
    if windows.trim:
        inner = slice(windows.trim, -windows.trim)
        shaped = [part[(slice(None),) * axis + (inner,)] for part in shaped]
    return np.concatenate(shaped, axis=axis)


def _constant(constant: Constant, dtype: str) -> Array:
    values = np.asarray(constant.values, dtype=np.float64).astype(dtype)
    whole: Array = np.broadcast_to(values, constant.shape) if values.size == 1 and constant.shape else values
    return np.ascontiguousarray(whole).reshape(constant.shape)


def _fed(feed: Feed, raw: Raw | None, dtype: str) -> Array:
    if raw is None:
        raise Mismatch(f"“{feed.tensor}” is fed by a tensor that the step before does not answer")
    array = _array(raw, feed.tensor)
    if (feed.scale, feed.offset) != (1.0, 0.0):
        array = array.astype(np.float64) * feed.scale + feed.offset
    array = array.astype(dtype, copy=False)
    if feed.shape is None:
        return array
    try:
        return array.reshape(feed.shape)
    except ValueError:
        shapes = f"{list(feed.shape)}: it was answered as {list(array.shape)}"
        raise Mismatch(f"“{feed.tensor}” cannot have the shape {shapes}") from None


def _array(raw: Raw, name: str) -> Array:
    if not isinstance(raw, np.ndarray):
        raise Mismatch(f"“{name}” is no plain tensor, so no window and no step can take it")
    return raw
