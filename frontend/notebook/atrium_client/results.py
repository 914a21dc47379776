"""What a model answered for one output."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .connection import Connection
from .errors import NotFound
from .findings import Place, place_from
from .sounds import Signal, Sound, signal_of, sound_of
from .tables import TableResult, table_from
from .vectors import said


@dataclass(frozen=True)
class LabelResult:
    """Scores by class, highest first. truncated: only the first hundred are kept."""

    scores: tuple[tuple[str, float], ...]
    truncated: bool = False

    @property
    def top(self) -> tuple[str, float]:
        """The class with the highest score, and that score."""
        return self.scores[0]

    def __getitem__(self, name: str) -> float:
        try:
            return dict(self.scores)[name]
        except KeyError:
            known = ", ".join(one for one, _ in self.scores[:10])
            raise KeyError(f"there is no class “{name}”; the highest are: {known}") from None

    def __str__(self) -> str:
        return ", ".join(f"{name} {score:z.2f}" for name, score in self.scores[:3])


@dataclass(frozen=True)
class NumberResult:
    """One number and its unit; value is None where the model answered NaN."""

    value: float | None
    unit: str = ""

    def __float__(self) -> float:
        return float("nan") if self.value is None else self.value

    def __str__(self) -> str:
        return "no number" if self.value is None else f"{self.value:.6g} {self.unit}".strip()


@dataclass(frozen=True)
class TextResult:
    value: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class ImageResult:
    """A PNG that the model made; width and height in pixels. `read` fetches it, `save` writes it to a file."""

    url: str
    width: int
    height: int
    _connection: Connection

    def read(self) -> bytes:
        """The bytes of the PNG."""
        return self._connection.read(self.url, action="fetch the picture")

    def save(self, path: str | Path) -> Path:
        return self._connection.save(self.url, Path(path), action="fetch the picture")

    def _repr_png_(self) -> bytes:
        return self.read()

    def __repr__(self) -> str:
        return f"ImageResult({self.width}×{self.height})"

    def __str__(self) -> str:
        return f"picture of {self.width}×{self.height}"


@dataclass(frozen=True)
class AudioResult:
    """A recording that the model made. `read` fetches its WAV (float32), `save` writes it, `sound` has its samples."""

    url: str
    rate_hz: int
    channels: int
    seconds: float
    _connection: Connection

    def read(self) -> bytes:
        return self._connection.read(self.url, action="fetch the recording")

    def sound(self) -> Sound:
        return sound_of(self.read())

    def save(self, path: str | Path) -> Path:
        return self._connection.save(self.url, Path(path), action="fetch the recording")

    def __repr__(self) -> str:
        return f"AudioResult({self.seconds:.2f} s, {self.rate_hz} Hz)"

    def __str__(self) -> str:
        return f"recording of {self.seconds:.2f} s"


@dataclass(frozen=True)
class SeriesResult:
    """A series that the model made. `read` fetches it as an Arrow stream, `signal` gives its values (with pyarrow)."""

    url: str
    rate_hz: float
    leads: tuple[str, ...]
    unit: str
    seconds: float
    _connection: Connection

    def read(self) -> bytes:
        return self._connection.read(self.url, action="fetch the series")

    def signal(self) -> Signal:
        return signal_of(self.read())

    def __repr__(self) -> str:
        return f"SeriesResult({', '.join(self.leads)}; {self.seconds:.2f} s)"

    def __str__(self) -> str:
        return f"series of {self.seconds:.2f} s"


Result = (
    LabelResult
    | NumberResult
    | TextResult
    | ImageResult
    | AudioResult
    | SeriesResult
    | TableResult
    | Place
    | np.ndarray
)
"""An array is a vector, of float32."""


def in_a_line(result: Result) -> str:
    return said(result) if isinstance(result, np.ndarray) else str(result)


def result_from(form: Mapping[str, Any], connection: Connection) -> Result:
    """Of an answer's JSON form. Raises NotFound for a kind that only a newer client knows."""
    match form.get("kind"):
        case "label":
            scores = tuple((str(name), float(score)) for name, score in form["scores"])
            return LabelResult(scores, bool(form.get("truncated")))
        case "number":
            value = form.get("value")
            return NumberResult(None if value is None else float(value), str(form.get("unit") or ""))
        case "text":
            return TextResult(str(form["value"]))
        case "table":
            return table_from(form)
        case "vector":
            return np.asarray(form["values"], np.float32)
        case "image":
            return ImageResult(str(form["url"]), int(form["width"]), int(form["height"]), connection)
        case "audio":
            facts = (int(form["rate_hz"]), int(form["channels"]), float(form["seconds"]))
            return AudioResult(str(form["url"]), *facts, connection)
        case "series":
            leads, unit = tuple(map(str, form["leads"])), str(form["unit"])
            return SeriesResult(
                str(form["url"]), float(form["rate_hz"]), leads, unit, float(form["seconds"]), connection
            )
        case kind:
            place = place_from(form, connection)
            if place is not None:
                return place
            raise NotFound(f"The answer is of the kind “{kind}”, which this client does not know; upgrade the client.")
