"""What a project keeps aside: studies in whose pixels somebody may be named, until somebody has looked."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .cards import card
from .connection import Connection
from .times import parse

Box = tuple[float, float, float, float]
"""x, y, width and height, in fractions of the frame."""


class Held:
    """A study that is kept aside; no model has seen it.

    state: `held`, or `ready` once it was covered or released: whoever sent it goes on with it. reasons: sentences.
    boxes: where text was found, first on `frame` of `frames`. ends_at: when it is deleted, whatever happens.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.endpoint_id = str(form["endpoint"])
        self.input = str(form["input"])
        self.state = str(form["state"])
        self.reasons = tuple(str(reason) for reason in form.get("reasons") or ())
        self.boxes: tuple[Box, ...] = tuple((b["x"], b["y"], b["w"], b["h"]) for b in form.get("boxes") or ())
        self.frame = int(form.get("frame") or 0)
        self.frames = int(form.get("frames") or 1)
        self.ends_at: datetime | None = parse(form.get("ends_at"))

    def picture(self, frame: int | None = None) -> bytes:
        """A PNG of a frame, by default that on which text was found first. To have looked is on record."""
        at = self.frame if frame is None else frame
        return self._connection.read(f"quarantine/{self.id}/picture?frame={at}", action="look at a study")

    def cover(self, boxes: Iterable[Box] | None = None) -> "Held":
        """Black boxes out in every frame, for good; by default those that were found. It is ready where nothing is
        suspected any more, and else tells in `boxes` what is."""
        chosen = self.boxes if boxes is None else tuple(boxes)
        body = {"boxes": [dict(zip("xywh", box, strict=True)) for box in chosen]}
        self._read(self._connection.post(f"quarantine/{self.id}/cover", body, action="cover a study"))
        return self

    def release(self) -> "Held":
        """Let it go on as it is: nobody is named in it."""
        self._read(self._connection.post(f"quarantine/{self.id}/release", action="release a study"))
        return self

    def delete(self) -> None:
        """Delete it with its pictures; whoever sent it has to send it again."""
        self._connection.delete(f"quarantine/{self.id}", action="delete a study that is kept aside")

    def row(self) -> dict[str, Any]:
        """As one line of a table."""
        names = ("id", "endpoint_id", "input", "state", "frame", "frames", "ends_at")
        return {name: getattr(self, name) for name in names} | {"reasons": " ".join(self.reasons)}

    def __repr__(self) -> str:
        return f"<Held {self.id} ({self.state}): {' '.join(self.reasons)}>"

    def _repr_html_(self) -> str:
        facts = [("why", " ".join(self.reasons)), ("input", self.input), ("frames", self.frames)]
        tone = "good" if self.state == "ready" else "busy"
        return card("Kept aside", self.id, state=self.state, tone=tone, facts=facts)
