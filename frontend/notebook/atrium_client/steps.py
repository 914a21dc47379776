"""How the models of a version run for one case, where that is more than one call with the inputs."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from .interfaces import field_from

JSON = dict[str, Any]


@dataclass(frozen=True)
class _Part:
    def json(self) -> JSON:
        """What differs from the default, as the server reads it."""
        form: JSON = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if value != item.default:
                form[item.name] = [value] if item.name == "values" and isinstance(value, int | float) else _plain(value)
        return form


@dataclass(frozen=True)
class Constant(_Part):
    """A tensor that is the same for every case. values: one for all places, or one for each; shape: () is a scalar."""

    tensor: str
    values: float | Sequence[float]
    shape: Sequence[int] = ()


@dataclass(frozen=True)
class Carried(_Part):
    """What one window leaves to the next: the model's answer `output` is its `tensor` there. The first window finds the
    shape filled with `start`."""

    tensor: str
    output: str
    shape: Sequence[int]
    start: float = 0.0


@dataclass(frozen=True)
class Windows(_Part):
    """A long input is given a window at a time and the answers are joined.

    tensor is cut along axis into windows of `size` that begin every `step` places, behind `before` zeros; the rest at
    the end is filled up with zeros, or with whole left out. stacked: all of them in one call, as its first axis.
    axis_out: along which answers are joined; trim: so many places go from both ends of each answer.
    """

    tensor: str
    size: int
    step: int = 0
    before: int = 0
    whole: bool = False
    stacked: bool = False
    axis: int = -1
    axis_out: int = 0
    trim: int = 0


@dataclass(frozen=True)
class Feed(_Part):
    """A tensor that an earlier step answered as `output`, times scale plus offset; shape: it is given that shape, -1
    takes the rest."""

    tensor: str
    step: str
    output: str
    shape: Sequence[int] | None = None
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class Crop:
    """A step runs once for each region that stands out on a map which an earlier step answered, on that part of the
    picture: a detector's lines, each read by another model.

    image: the input that is cropped. step, output: whose map it is. threshold, least: of a place's score, and of the
    mean in a region's box; side: the least of a box; grow: it is grown by area * grow / perimeter on each side.
    most: the highest are kept. picture: an Image that says what each part becomes, and its tensor.
    A Text output of this step has a line for each; a Boxes output of its tensor “found” says where they are.
    """

    image: str
    step: str
    output: str
    picture: Any
    threshold: float = 0.3
    least: float = 0.6
    side: int = 3
    grow: float = 1.6
    most: int = 50

    def json(self) -> JSON:
        given = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "picture"}
        return {**given, "picture": self.picture.as_input()}


@dataclass(frozen=True)
class Step(_Part):
    """One model of the version, run for a case. file: its name in the upload, empty for the only one there is."""

    name: str
    file: str = ""
    constants: Sequence[Constant] = ()
    carried: Sequence[Carried] = ()
    windows: Windows | None = None
    feeds: Sequence[Feed] = ()
    crop: Crop | None = None

    @classmethod
    def read(cls, form: JSON) -> "Step":
        """A step of a JSON form."""
        windows, crop = form.get("windows"), form.get("crop")
        return cls(
            name=form["name"],
            file=form.get("file", ""),
            constants=tuple(Constant(**each) for each in form.get("constants", ())),
            carried=tuple(Carried(**each) for each in form.get("carried", ())),
            windows=None if windows is None else Windows(**windows),
            feeds=tuple(Feed(**each) for each in form.get("feeds", ())),
            crop=None if crop is None else Crop(**{**crop, "picture": field_from(crop["picture"])}),
        )


def _plain(value: Any) -> Any:
    if isinstance(value, _Part | Crop):
        return value.json()
    if isinstance(value, int | float | str | bool) or value is None:
        return value
    return [_plain(item) for item in value]
