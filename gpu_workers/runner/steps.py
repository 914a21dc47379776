"""The models of a version run for one case, as `protocol.steps` says. Inside the sandbox only."""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from PIL import Image

from gpu_workers.connected import Noise
from gpu_workers.protocol.interface import Crop, Input, Interface, Step
from gpu_workers.protocol.messages import Blob, Value
from gpu_workers.protocol.steps import MAX_WINDOWS, Constant, Feed, Windows

from .binding import FOUND, Bound, bound_in
from .failure import Mismatch
from .preprocess import picture_tensor, prepare_all
from .regions import regions
from .sight import sight
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
        """What each step was given and answered, by its tensors."""
        answered: dict[str, dict[str, Raw]] = {}
        for step in self._interface.steps:
            model = self._models[step.file]
            tensors = prepare_all(self._inputs[step.name], values, self._tokens)
            dtypes = {info.name: info.dtype for info in model.signature.inputs}
            for constant in step.constants:
                tensors[constant.tensor] = _constant(constant, dtypes[constant.tensor])
            for feed in step.feeds:
                tensors[feed.tensor] = _fed(feed, answered[feed.step].get(feed.output), dtypes[feed.tensor])
            if step.crop is not None:
                picture = next(field for field in self._interface.inputs if field.name == step.crop.image)
                parts = parts_of(step.crop, picture, values[step.crop.image], answered[step.crop.step])
                answered[step.name] = each_part(step, model, tensors, parts, dtypes)
            else:
                answered[step.name] = {**tensors, **run_step(step, model.run, tensors, dtypes)}
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


def parts_of(crop: Crop, field: Input, value: Value, answered: Mapping[str, Raw]) -> tuple[list[Array], Array]:
    """What each region becomes for the model, and where they lie: (n, 6) as x0, y0, x1, y1 in shares of what the first
    model saw, the mean score, and 0 for the class."""
    seen = sight(field, replace(value, origin=None)) if isinstance(value, Blob) else None
    if seen is None or not isinstance(value, Blob) or value.data is None:
        raise Mismatch(f"“{crop.image}” takes a picture")
    scores = np.squeeze(_array(answered[crop.output], crop.output)).astype(np.float64)
    if scores.ndim != 2 or not np.isfinite(scores).all():
        raise Mismatch(f"“{crop.output}” is no map of one picture: it was answered as {list(scores.shape)}")
    try:
        boxes = regions(
            scores, threshold=crop.threshold, least=crop.least, side=crop.side, grow=crop.grow, most=crop.most
        )
    except Noise as noise:
        raise Mismatch(f"“{crop.output}”: {noise}") from None
    shares = boxes[:, :4] / np.tile(scores.shape[::-1], 2)
    places = seen.clipped((shares * np.tile(seen.model, 2)).reshape(-1, 2))
    on_picture = seen.to_original(places).reshape(-1, 4)
    with Image.open(BytesIO(value.data), formats=["PNG"]) as opened:
        size = np.tile(opened.size, 2)
        corners = [tuple(np.rint(box * size).astype(int).tolist()) for box in on_picture]
        parts = [picture_tensor(crop.picture, opened.crop(_thick(*corner))) for corner in corners]
    return parts, np.column_stack([shares, boxes[:, 4], np.zeros(len(boxes))])


def _thick(left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
    return left, top, max(right, left + 1), max(bottom, top + 1)


def each_part(
    step: Step, model: Model, tensors: dict[str, Array], parts: tuple[list[Array], Array], dtypes: Mapping[str, str]
) -> dict[str, Raw]:
    """What the model answered of each, as a list; FOUND beside them says where they were."""
    assert step.crop is not None
    answers = [run_step(step, model.run, {**tensors, step.crop.picture.tensor: part}, dtypes) for part in parts[0]]
    names = [info.name for info in model.signature.outputs]
    told: dict[str, Raw] = {name: [_array(answer[name], name) for answer in answers] for name in names}
    return {**told, FOUND: parts[1][None].astype(np.float32)}


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
