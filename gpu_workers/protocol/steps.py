"""How the models of a version run for one case, as data: what they are given besides a person's inputs."""

from math import prod
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from .fields import Name

if TYPE_CHECKING:
    from .interface import Step

Tensor = Annotated[str, Meta(min_length=1, max_length=500)]
Shape = Annotated[tuple[Annotated[int, Meta(ge=1, le=1_000_000)], ...], Meta(max_length=8)]
MAX_HELD = 4_000_000
"""Numbers of a constant, and of what is carried."""
MAX_WINDOWS = 20_000


class Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """tensor: of the step's model, which this fills or cuts."""

    tensor: Tensor


class Constant(Part, frozen=True, kw_only=True):
    """A tensor that is the same for every case: a sampling rate, a threshold, an empty state.

    values: one for all places, or one for each in C order. shape: of a scalar empty, as `[2, 1, 64]` else.
    """

    values: Annotated[tuple[float, ...], Meta(min_length=1, max_length=10_000)]
    shape: Shape = ()


class Carried(Part, frozen=True, kw_only=True):
    """What one window leaves to the next: the tensor `output` that the model answered is its `tensor` there. The first
    window finds the shape filled with `start`."""

    output: Tensor
    shape: Shape
    start: float = 0.0


class Windows(Part, frozen=True, kw_only=True):
    """A long input is given to the model a window at a time, in order, and the answers are joined.

    tensor: the one that is cut, along axis (counted from the end where negative), into windows of `size` that begin
    every `step` places (its size where 0). before: so many zeros are put in front of it. What is left at the end is
    filled up with zeros, or with whole left out; an input that is shorter than one window is always filled up.
    stacked: the windows become the first axis of one call, instead of one call for each.
    axis_out: along which answers of each tensor are joined. trim: so many places are cut from both ends of each
    window's answer along it.
    """

    size: Annotated[int, Meta(ge=1, le=10_000_000)]
    step: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    before: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    whole: bool = False
    stacked: bool = False
    axis: Annotated[int, Meta(ge=-8, le=7)] = -1
    axis_out: Annotated[int, Meta(ge=0, le=7)] = 0
    trim: Annotated[int, Meta(ge=0, le=100_000)] = 0


class Feed(Part, frozen=True, kw_only=True):
    """A tensor that an earlier step answered, as `value * scale + offset`. shape: it is given that shape, -1 taking
    what is left."""

    step: Name
    output: Tensor
    shape: Annotated[tuple[Annotated[int, Meta(ge=-1, le=1_000_000)], ...], Meta(max_length=8)] | None = None
    scale: float = 1.0
    offset: float = 0.0


def check_steps(steps: "tuple[Step, ...]") -> None:
    """Raises ValueError with a sentence where they contradict themselves."""
    known: list[str] = []
    for step in steps:
        if step.name in known:
            raise ValueError(f"the step “{step.name}” stands there twice; give each its own name")
        for feed in step.feeds:
            if feed.step not in known:
                raise ValueError(f"the step “{step.name}” is fed by “{feed.step}”, which is no step before it")
        if step.carried and step.windows is None:
            raise ValueError(
                f"the step “{step.name}” carries “{step.carried[0].tensor}” from window to window; say windows"
            )
        if step.carried and step.windows is not None and step.windows.stacked:
            raise ValueError(
                f"the windows of “{step.name}” are stacked into one call, so nothing is carried between them"
            )
        filled = step.filled
        twice = next((name for name in filled if filled.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"the tensor “{twice}” of the step “{step.name}” is filled twice")
        _check_sizes(step)
        if step.crop is not None and step.crop.step not in known:
            raise ValueError(f"the step “{step.name}” crops what “{step.crop.step}” found, which is no step before it")
        known.append(step.name)


def _check_sizes(step: "Step") -> None:
    parts: tuple[Constant | Carried, ...] = (*step.constants, *step.carried)
    for held in parts:
        size, what = prod(held.shape), f"“{held.tensor}” of the step “{step.name}”"
        if size > MAX_HELD:
            raise ValueError(f"{what} holds {size:,} numbers; {MAX_HELD:,} are the most")
        if isinstance(held, Constant) and len(held.values) not in (1, size):
            raise ValueError(f"{what} has {len(held.values)} values for {size} places; give one, or one for each")
