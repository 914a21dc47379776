"""What an answer found, one by one: each finding by its id, and how it is told on pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from .words import counted, number

FOUND = {"boxes": "boxes", "points": "points", "spans": "spans", "mask": "classes"}
"""By kind of answer the part that holds its findings."""
_ONES = {
    "boxes": ("box", "boxes"),
    "points": ("point", ""),
    "spans": ("span", ""),
    "mask": ("class", "classes"),
}
_NAMED = {"boxes": "label", "points": "name", "spans": "label", "mask": "name"}
QUOTED = 80
"""Characters of a span that are quoted."""


@dataclass(frozen=True, slots=True)
class Told:
    """One finding in words. where: its place and extent. score: "" where the model gave none."""

    id: str
    name: str
    score: str
    where: str


def findings_of(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]] | None:
    """As the row, or the API, holds them; None where the answer is of another kind."""
    part = FOUND.get(answer["kind"])
    return None if part is None else answer.get(part, ())


def name_of(kind: str, finding: Mapping[str, Any]) -> str:
    return str(finding.get(_NAMED[kind], ""))


def told_of(answer: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[Told]:
    """inputs: as the prediction's row, or the API, holds them; a span is quoted from the text that the model saw."""
    texts = (value.get("rendered", value["value"]) for value in inputs.values() if "value" in value)
    text = next((text for text in texts if isinstance(text, str)), "")
    return [told(answer["kind"], each, text) for each in findings_of(answer) or ()]


def told(kind: str, finding: Mapping[str, Any], text: str = "") -> Told:
    """text: that a span lies in, "" where it is not at hand."""
    score = finding.get("score")
    return Told(
        str(finding.get("id", "")),
        name_of(kind, finding),
        "" if score is None else number(score),
        _where(kind, finding, text),
    )


def brief(answer: Mapping[str, Any]) -> str:
    """How many there are, and what the first one is: `3 boxes: nodule 0.92`."""
    found = findings_of(answer) or ()
    if not found:
        return how_many(answer)
    first = told(answer["kind"], found[0])
    return f"{how_many(answer)}: {first.name} {first.score}".strip()


def how_many(answer: Mapping[str, Any]) -> str:
    """`3 boxes`, `no spans`."""
    return counted(len(findings_of(answer) or ()), *_ONES[answer["kind"]])


def _where(kind: str, finding: Mapping[str, Any], text: str) -> str:
    match kind:
        case "boxes":
            size = f"{_percent(finding['w'])} × {_percent(finding['h'])} %"
            return f"{size} at {_percent(finding['x'])}, {_percent(finding['y'])} %"
        case "points":
            return f"at {_percent(finding['x'])}, {_percent(finding['y'])} %"
        case "spans":
            start, end = finding["start"], finding["end"]
            quoted = text[start:end]
            more = "…" if len(quoted) > QUOTED else ""
            return f"“{quoted[:QUOTED]}{more}”" if quoted else f"{start} to {end}"
    area = finding.get("area_mm2")
    if "pixels" not in finding:
        return "drawn by hand"
    return f"{finding['pixels']:,} px" + ("" if area is None else f", {number(area)} mm²")


def _percent(share: float) -> str:
    return f"{share * 100:.0f}"


def as_text(value: Any) -> str:
    """A value of any form, indented."""
    return value if isinstance(value, str) else msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
