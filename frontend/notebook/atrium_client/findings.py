"""What a model found, one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import png
from .connection import Connection


@dataclass(frozen=True)
class Box:
    """In fractions of the original picture, 0..1; x, y is the upper left corner. score: None where there is none."""

    id: str
    label: str
    x: float
    y: float
    w: float
    h: float
    score: float | None = None

    def pixels(self, width: int, height: int) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) on a picture of so many pixels."""
        return self.x * width, self.y * height, (self.x + self.w) * width, (self.y + self.h) * height


@dataclass(frozen=True)
class Spot:
    """A named point, in fractions of the original picture."""

    id: str
    name: str
    x: float
    y: float
    score: float | None = None


@dataclass(frozen=True)
class Span:
    """text[start:end] of the input."""

    id: str
    label: str
    start: int
    end: int
    score: float | None = None


@dataclass(frozen=True)
class MaskClass:
    """index: of its pixels in the mask. area_mm2: where the picture's spacing is known. contours: in fractions."""

    id: str
    index: int
    name: str
    pixels: int
    area_mm2: float | None = None
    contours: Sequence[Sequence[Sequence[float]]] = field(default=(), repr=False)


@dataclass(frozen=True)
class _Several:
    """truncated: there were more."""

    found: tuple[Any, ...]
    truncated: bool = False

    def __iter__(self) -> Iterator[Any]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, index: int) -> Any:
        return self.found[index]

    def _said(self, one: str, many: str) -> str:
        names = ", ".join(_name(each) for each in self.found[:3]) + (" …" if len(self.found) > 3 else "")
        return f"{len(self.found)} {one if len(self.found) == 1 else many}" + (f": {names}" if names else "")


class BoxesResult(_Several):
    """A sequence of Box, the highest score first."""

    def __str__(self) -> str:
        return self._said("box", "boxes")


class PointsResult(_Several):
    """A sequence of Spot."""

    def __str__(self) -> str:
        return self._said("point", "points")


class SpansResult(_Several):
    """A sequence of Span."""

    def __str__(self) -> str:
        return self._said("span", "spans")


@dataclass(frozen=True)
class MaskResult:
    """A class for each pixel of the original picture. `array` fetches it, `save` writes it as a PNG."""

    url: str
    width: int
    height: int
    classes: tuple[MaskClass, ...]
    _connection: Connection = field(repr=False)

    def array(self) -> np.ndarray:
        """(height, width) of uint8: 0 is the background, the others are `index` of `classes`."""
        return png.decode(self._connection.read(self.url, action="fetch the mask"))

    def save(self, path: str | Path) -> Path:
        return self._connection.save(self.url, Path(path), action="fetch the mask")

    def __str__(self) -> str:
        told = ", ".join(f"{each.name} {each.pixels:,} px" for each in self.classes[:3])
        return f"mask of {self.width}×{self.height}" + (f": {told}" if told else "")


@dataclass(frozen=True)
class JsonResult:
    value: Any

    def __str__(self) -> str:
        text = repr(self.value)
        return text if len(text) <= 80 else f"{text[:79]}…"


Place = BoxesResult | PointsResult | SpansResult | MaskResult | JsonResult


def place_from(form: Mapping[str, Any], connection: Connection) -> Place | None:
    """None where the answer is of another kind."""
    match form.get("kind"):
        case "boxes":
            return BoxesResult(_all(Box, form["boxes"]), bool(form.get("truncated")))
        case "points":
            return PointsResult(_all(Spot, form["points"]))
        case "spans":
            return SpansResult(_all(Span, form["spans"]), bool(form.get("truncated")))
        case "mask":
            classes = _all(MaskClass, form.get("classes") or ())
            return MaskResult(str(form["url"]), int(form["width"]), int(form["height"]), classes, connection)
        case "json":
            return JsonResult(form["value"])
    return None


def form_of(result: Place) -> dict[str, Any]:
    """As JSON."""
    match result:
        case JsonResult():
            return {"value": result.value}
        case MaskResult():
            classes = [asdict(each) for each in result.classes]
            return {"url": result.url, "width": result.width, "height": result.height, "classes": classes}
    return {"found": [asdict(each) for each in result], "truncated": result.truncated}


def _all(kind: type[Any], forms: Sequence[Mapping[str, Any]]) -> tuple[Any, ...]:
    known = kind.__dataclass_fields__
    return tuple(kind(**{name: value for name, value in form.items() if name in known}) for form in forms)


def _name(found: Any) -> str:
    name = getattr(found, "label", None) or getattr(found, "name", "")
    return f"{name} {found.score:.2f}" if found.score is not None else str(name)


def plain(kind: str, name: str, value: Any) -> Any:
    """What a live function returned for such an output, as JSON; of a mask the bytes of a PNG. Raises ValueError."""
    if kind == "mask":
        indices = np.asarray(value)
        is_whole = indices.dtype.kind in "iub"
        if indices.ndim != 2 or not is_whole or indices.min(initial=0) < 0 or indices.max(initial=0) > 255:
            raise ValueError(f"“{name}” is a (height, width) array of whole numbers from 0 to 255")
        return png.encode(indices.astype(np.uint8))
    return listed(value)


def listed(value: Any) -> Any:
    """NumPy's and torch's own types as Python's, a box, point or span as the API takes it."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Box | Spot | Span):
        return {name: getattr(value, name) for name in value.__dataclass_fields__ if name != "id"}
    if isinstance(value, Mapping):
        return {str(name): listed(one) for name, one in value.items()}
    return [listed(one) for one in value] if isinstance(value, list | tuple | _Several) else value
