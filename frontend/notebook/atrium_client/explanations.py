"""Why a model answered as it did: what a method found, and what it does not show."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cards import card
from .connection import Connection
from .errors import Conflict, Failed
from .fields import JSON
from .progress import NOT_AWAITED, Progress
from .waiting import until_settled

_MOVING = frozenset({"queued"})
_TONES = {"succeeded": "good", "queued": "busy", "failed": "bad"}


@dataclass(frozen=True)
class Cost:
    """calls: how often the model would be asked. seconds: of a worker; measured says whether any case was timed yet."""

    calls: int
    seconds: float
    measured: bool
    message: str

    def __str__(self) -> str:
        return self.message


class Explanation:
    """What one method found about one answer. It is kept with the prediction, and found again when it is asked again.

    method, options, target: what was asked; target is the output and the class whose score was followed. found: the
    result in a sentence. shows, does_not_show: what to make of it. result: as the API gives it.
    `numpy.asarray(explanation)` are a map's cells, rows from the top; `at` gives it at a picture's size, and `overlay`
    is the PNG that is laid over the picture. Of windows of time it has a row for each lead, between `result["times"]`;
    of a study a map for each block of slices.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection, rendered: Mapping[str, str]) -> None:
        self._connection, self._rendered = connection, rendered
        self._bar: Progress | None = None
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.method = str(form.get("method") or "")
        self.title = str(form.get("title") or "")
        self.options: JSON = dict(form.get("options") or {})
        self.target: JSON = dict(form.get("target") or {})
        self.state = str(form.get("state") or "")
        self.progress: float | None = form.get("progress")
        self.calls = int(form.get("calls") or 0)
        self.found = str(form.get("found") or "")
        self.shows = str(form.get("shows") or "")
        self.does_not_show = str(form.get("does_not_show") or "")
        self.result: JSON = dict(form.get("result") or {})
        self._overlay = str(form.get("overlay") or "")
        self._error: JSON = dict(form.get("error") or {})

    def wait(self, timeout: float = 3600.0, progress: bool = True) -> "Explanation":
        """Wait until it is there. Raises Failed where it could not be made, Conflict where somebody cancelled it."""
        with Progress(str(self), shown=progress and self.state in _MOVING, interrupted=NOT_AWAITED) as bar:
            self._bar = bar
            self._tell()
            try:
                until_settled(self, _MOVING, timeout, self._connection)
                bar.note(self.state)
            finally:
                self._bar = None
        if self.state == "cancelled":
            raise Conflict(f"{self} was cancelled. Ask again to have it made.", code="cancelled")
        if self.state == "failed":
            why = str(self._error.get("message") or "it could not be made").rstrip(".")
            raise Failed(f"{self} failed: {why}.", code=str(self._error.get("code") or "failed"))
        return self

    def refresh(self) -> "Explanation":
        """Read how far it is."""
        self._read(self._connection.get(f"explanations/{self.id}", action=f"read {self}"))
        self._tell()
        return self

    def cancel(self) -> "Explanation":
        """Stop it; asked again it is made anew."""
        self._read(self._connection.post(f"explanations/{self.id}/cancel", action=f"cancel {self}"))
        return self

    def at(self, height: int, width: int) -> NDArray[np.float64]:
        """A map at this size: of every pixel the value of the cell that its centre lies in."""
        if self.result.get("kind") != "map":
            raise TypeError(f"{self} is no map; look at its result")
        cells = self._cells()
        rows = np.searchsorted(self.result["y"], (np.arange(height) + 0.5) / height, side="right") - 1
        columns = np.searchsorted(self.result["x"], (np.arange(width) + 0.5) / width, side="right") - 1
        return cells[np.ix_(np.clip(rows, 0, len(cells) - 1), np.clip(columns, 0, cells.shape[1] - 1))]

    @property
    def overlay(self) -> bytes:
        """The PNG that is laid over what the model saw. Raises Conflict where there is none."""
        if not self._overlay:
            raise Conflict(f"{self} has no picture.", code="conflict")
        return self._connection.read(self._overlay, action="fetch the map")

    def _cells(self) -> NDArray[np.float64]:
        if self.result.get("kind") == "timeline":
            return np.array([row["values"] for row in self.result["rows"]], dtype=np.float64)
        if self.result.get("kind") == "layers":
            return np.array([layer["values"] for layer in self.result["layers"]], dtype=np.float64)
        if self.result.get("kind") != "map":
            raise TypeError(f"{self} is neither a map nor a course over time; look at its result")
        return np.array(self.result["values"], dtype=np.float64)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        cells = self._cells()
        return cells if dtype is None else cells.astype(dtype)

    def _tell(self) -> None:
        if self._bar is not None and self.state in _MOVING:
            told = "waits for a worker" if self.progress is None else f"{self.progress:.0%} of {self.calls:,} questions"
            self._bar.note(told)

    def __str__(self) -> str:
        followed = self.target.get("label") or self.target.get("output") or ""
        return f"{self.title} of “{followed}”"

    def __repr__(self) -> str:
        return f"<Explanation {self}: {self.found or self.state}>"

    def _repr_html_(self) -> str:
        facts = [
            ("found", self.found),
            ("shows", self.shows),
            ("does not show", self.does_not_show),
            ("questions", f"{self.calls:,}"),
            ("failed", self._error.get("message")),
        ]
        tone = _TONES.get(self.state, "plain")
        return card("Explanation", str(self), state=self.state, tone=tone, facts=facts, extra=self._picture())

    def _picture(self) -> str:
        seen = self._rendered.get(str(self.result.get("input")))
        if not self._overlay or not seen:
            return ""
        under, over = self._connection.read(f"{seen}?side=640", action="fetch the picture"), self.overlay
        laid = "position:absolute;inset:0;width:100%;height:100%;opacity:.6;image-rendering:pixelated"
        return (
            '<div style="position:relative;display:inline-block;margin:8px 0 0;max-width:100%">'
            f'<img src="{_inline(under)}" alt="{escape("what the model saw")}" style="display:block;min-width:256px">'
            f'<img src="{_inline(over)}" alt="{escape(self.found)}" style="{laid}"></div>'
        )


def _inline(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
