"""What a version answers: one struct for each kind of output, in the form that the API, the client and the database
carry; `kind` names the type. Those that say where something is stand in `findings`, a vector in `vectors`.
"""

from typing import ClassVar

from msgspec import Struct

from .findings import BoxesAnswer, JsonAnswer, MaskClass, MaskOutput, PointsAnswer, SpansAnswer
from .interface import ImageOutput, Output
from .rendering import KINDS
from .signals import AudioOutput, SeriesOutput
from .vectors import VectorAnswer

KEPT_SCORES = 100
MAX_SCORES = 1_000_000
MAX_TEXT = 100_000
MAX_TABLE_TEXT = 1000
"""Characters of what is answered to one row."""
MAX_NAME = 200
"""Characters of a class that a model names itself; as an interface's."""


class LabelAnswer(Struct, frozen=True, tag_field="kind", tag="label"):
    """Scores by class, highest first, ties in the order of the classes. `truncated`: only the first 100 are kept."""

    scores: tuple[tuple[str, float], ...]
    truncated: bool = False


class NumberAnswer(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="number"):
    value: float | None
    unit: str = ""


class TextAnswer(Struct, frozen=True, tag_field="kind", tag="text"):
    value: str


class Answered(Struct, frozen=True, omit_defaults=True):
    """A column of what is answered to each row. type: `label`, `score` of it, `number` or `text`."""

    name: str
    type: str
    unit: str = ""


class Spread(Struct, frozen=True):
    """Of the numbers of all rows that have one."""

    least: float
    mean: float
    most: float


class TableAnswer(Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="table"):
    """What is answered to each row of a file, in its order. counts: how many rows of each label or text, the commonest
    first, at most 100; spread: of numbers. input: the file's name among the inputs."""

    columns: tuple[Answered, ...]
    rows: tuple[tuple[float | str | None, ...], ...]
    input: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    spread: Spread | None = None


class FileAnswer(Struct, frozen=True, tag_field="kind"):
    """Bytes that the worker put to the key assigned to this output; empty until then."""

    key: str
    sha256: str
    size: int
    content_type: ClassVar[str] = "application/octet-stream"


class ImageAnswer(FileAnswer, frozen=True, tag="image"):
    content_type: ClassVar[str] = KINDS["image"]
    width: int
    height: int


class MaskAnswer(FileAnswer, frozen=True, tag="mask"):
    """A PNG of 8-bit class indices, 0 the background, as `MaskOutput` says."""

    content_type: ClassVar[str] = KINDS["mask"]
    width: int
    height: int
    classes: tuple[MaskClass, ...] = ()


class AudioAnswer(FileAnswer, frozen=True, tag="audio"):
    """As `wav` says."""

    content_type: ClassVar[str] = KINDS["audio"]
    rate_hz: int
    channels: int
    seconds: float


class SeriesAnswer(FileAnswer, frozen=True, tag="series"):
    """An Arrow stream, as `rendering.KINDS` says."""

    content_type: ClassVar[str] = KINDS["series"]
    rate_hz: float
    leads: tuple[str, ...]
    unit: str
    seconds: float


InStore = ImageAnswer | MaskAnswer | AudioAnswer | SeriesAnswer
Answer = (
    InStore
    | LabelAnswer
    | NumberAnswer
    | TextAnswer
    | BoxesAnswer
    | PointsAnswer
    | SpansAnswer
    | JsonAnswer
    | VectorAnswer
    | TableAnswer
)
FILES: dict[type[Output], type[InStore]] = {
    ImageOutput: ImageAnswer,
    MaskOutput: MaskAnswer,
    AudioOutput: AudioAnswer,
    SeriesOutput: SeriesAnswer,
}
"""Outputs whose answers are files in the store, and what such an answer says."""
