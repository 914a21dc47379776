"""What a model answered, output by output."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .cards import bars, card
from .connection import Connection
from .errors import Failed, NotFound
from .explanations import Cost, Explanation
from .fields import JSON
from .findings import Place, place_from
from .sounds import Signal, Sound, signal_of, sound_of
from .tables import TableResult, table_from


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
        target = Path(path)
        target.write_bytes(self.read())
        return target

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
        target = Path(path)
        target.write_bytes(self.read())
        return target

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


Result = LabelResult | NumberResult | TextResult | ImageResult | AudioResult | SeriesResult | TableResult | Place


@dataclass(frozen=True)
class VersionName:
    """Which version answered: its id, its number and the model's name."""

    id: str
    number: int
    model_name: str

    def __str__(self) -> str:
        return f"{self.model_name} v{self.number}"


def version_name(form: Mapping[str, Any]) -> VersionName:
    return VersionName(str(form.get("id") or ""), int(form.get("number") or 0), str(form.get("model_name") or ""))


class Answer(Mapping[str, Result]):
    """What an endpoint answered to one input: a mapping from output name to result.

    id: the prediction's. version: which one answered. timings: milliseconds by step. inputs, edits: what was asked.
    url: its page.
    original: the id of the prediction that holds the unedited input. stored: True where an earlier answer was reused.
    Give an Answer to `predict` as the input to ask again with other edits.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self.id = str(form["id"])
        self.state = str(form.get("state") or "")
        self.version = version_name(form.get("version") or {})
        self.timings: dict[str, Any] = dict(form.get("timings") or {})
        self.inputs: dict[str, Any] = dict(form.get("inputs") or {})
        self.edits: list[dict[str, Any]] = list(form.get("edits") or ())
        self.original = str(form.get("original") or form["id"])
        self.stored = bool(form.get("stored"))
        self.url = str(form.get("url") or "")
        self._connection = connection
        self._rendered: dict[str, str] = dict(form.get("rendered") or {})
        answer = form.get("answer") or {}
        self._results = {str(name): _result(item, connection) for name, item in answer.items()}

    def explain(
        self,
        method: str = "occlusion",
        target: str | tuple[str, str] | None = None,
        timeout: float = 3600.0,
        progress: bool = True,
        **options: Any,
    ) -> Explanation:
        """Ask why: the same case again and again, changed a little each time; returns what that showed.

        method: `occlusion` covers one place of a picture after another (window, stride: shares of each side; fill:
        mean, black or blur; input: which picture); `windows` silences one stretch of a signal after another (window,
        stride: shares of its length; by_lead: each lead alone); `slices` covers a study as `occlusion` does a picture
        (frames: where blocks begin, none for one through all; depth: slices of each). target: whose score is followed:
        a class, or (output, class); the highest class where it is None. The same question is answered from what was
        found before.
        Raises Invalid for what cannot be asked, Failed where it could not be made, QuotaExceeded.
        """
        asked = _question(method, target, options)
        form = self._connection.post(f"predictions/{self.id}/explanations", asked, action="ask why")
        return Explanation(form, self._connection, self._rendered).wait(timeout, progress)

    def cost(self, method: str = "occlusion", target: str | tuple[str, str] | None = None, **options: Any) -> Cost:
        """What `explain` would come to; nothing is asked of the model."""
        asked = _question(method, target, options)
        form = self._connection.post(f"predictions/{self.id}/explanations/cost", asked, action="ask what it costs")
        seconds = float(form["expected_seconds"])
        return Cost(int(form["calls"]), seconds, bool(form["measured"]), str(form["message"]))

    @property
    def explanations(self) -> list[Explanation]:
        """What was asked about it so far, the newest first."""
        forms = self._connection.pages(f"predictions/{self.id}/explanations", action="list what was found")
        return [Explanation(form, self._connection, self._rendered) for form in forms]

    def __getitem__(self, name: str) -> Result:
        try:
            return self._results[name]
        except KeyError:
            known = ", ".join(self._results) or "none"
            raise KeyError(f"there is no output “{name}”; the outputs are: {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def __repr__(self) -> str:
        told = "; ".join(f"{name}: {result}" for name, result in self._results.items())
        return f"<Answer {told or self.state} by {self.version}>"

    def _repr_html_(self) -> str:
        lists = [(name, item.scores[:5]) for name, item in self._results.items() if isinstance(item, LabelResult)]
        facts = [(name, item) for name, item in self._results.items() if not isinstance(item, LabelResult)]
        facts += [("edits", len(self.edits) or ""), ("answered by", self.version)]  # type: ignore[list-item]
        return card(
            "Answer",
            ", ".join(self._results) or self.state,
            url=self.url,
            facts=facts,
            extra="".join(bars(name, scores) for name, scores in lists),
        )


def _question(method: str, target: str | tuple[str, str] | None, options: Mapping[str, Any]) -> JSON:
    output, label = ("", target or "") if not isinstance(target, tuple) else target
    return {"method": method, "options": dict(options), "target": {"output": output, "label": label}}


def finished(form: Mapping[str, Any], connection: Connection) -> Answer:
    """The answer of a prediction that ended; raises Failed where it ended without one."""
    if form.get("state") == "succeeded":
        return Answer(form, connection)
    error = form.get("error") or {}
    code = str(error.get("code") or form.get("state") or "failed")
    why = str(error.get("message") or f"the prediction was {form.get('state')}").rstrip(".")
    raise Failed(f"No answer: {why}. See {form.get('url') or form.get('id')} for the details.", code=code)


def _result(form: Mapping[str, Any], connection: Connection) -> Result:
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
