"""A flag: one reviewer's judgement of one answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .named import name_in
from .times import parse

Verdict = Literal["right", "right_wrong_reason", "wrong", "unsure"]
WORDS = {"right": "right", "right_wrong_reason": "right for the wrong reason", "wrong": "wrong", "unsure": "unsure"}


@dataclass(frozen=True)
class Flag:
    """One reviewer's judgement of an answer.

    verdict: `right`, `right_wrong_reason`, `wrong` or `unsure`. correction: the right answer by output, if given.
    marks: geometries in fractions of the picture. prediction: the id of the judged one, `atrium.answer` reads it.
    thread: the id of the case's thread, `atrium.thread` reads it. findings: what is said of single ones,
    `{"output", "id", "verdict", "correction"}`; added: what the model missed.
    """

    id: str
    verdict: str
    message: str
    correction: Mapping[str, Any]
    marks: tuple[Mapping[str, Any], ...]
    reviewer: str
    prediction: str
    created_at: datetime | None
    findings: tuple[Mapping[str, Any], ...] = ()
    added: tuple[Mapping[str, Any], ...] = ()
    thread: str = ""

    def __str__(self) -> str:
        said = f": {self.message}" if self.message else ""
        return f"{WORDS.get(self.verdict, self.verdict)} by {self.reviewer or 'a guest'}{said}"


def flag_from(form: Mapping[str, Any]) -> Flag:
    """Of its JSON form."""
    return Flag(
        str(form["id"]), str(form.get("verdict") or ""), str(form.get("message") or ""),
        dict(form.get("correction") or {}), tuple(form.get("marks") or ()), name_in(form.get("reviewer")),
        str(form.get("prediction") or ""), parse(form.get("created_at")),
        tuple(form.get("findings") or ()), tuple(form.get("added") or ()), str(form.get("thread") or ""),
    )  # fmt: skip
