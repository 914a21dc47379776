"""An example: a case with its answer that everybody sees who opens an endpoint."""

from collections.abc import Mapping
from typing import Any

from .answers import Answer
from .cards import card
from .connection import Connection


class Example:
    """One case that reviewers find on the page. position: its place there, from 0. answer: the case, answered."""

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.title = str(form.get("title") or "")
        self.position = int(form.get("position") or 0)
        self.answer = Answer(form["prediction"], self._connection)

    def rename(self, title: str) -> "Example":
        """Another title, of 120 characters at most; "" for none."""
        return self._changed({"title": title}, "rename the example")

    def move(self, position: int) -> "Example":
        """To this place among the endpoint's examples, from 0; beyond the last it becomes the last."""
        return self._changed({"position": position}, "move the example")

    def remove(self) -> None:
        """It is shown no longer. Its prediction stays as long as others of the project."""
        self._connection.delete(f"examples/{self.id}", action="remove the example")

    def _changed(self, change: Mapping[str, Any], action: str) -> "Example":
        self._read(self._connection.patch(f"examples/{self.id}", change, action=action))
        return self

    def __repr__(self) -> str:
        return f"<Example {self.position}, {self.title or 'without a title'}: {self.answer.url}>"

    def _repr_html_(self) -> str:
        facts = [("place", self.position + 1)]
        return card("Example", self.title or "without a title", url=self.answer.url, facts=facts)
