"""What is asked of a dataset's version, and the answers as a notebook shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from .cards import card
from .connection import Connection
from .errors import Unavailable
from .fields import JSON

_WAIT = 30  # seconds that the server is asked to hold a request
_PATIENCE = 600.0  # seconds until an open question is given up
_SHOWN = 8
_CELL = 'style="padding:2px 14px 2px 0;text-align:left"'


@dataclass(frozen=True)
class Asked:
    """id: under which the server keeps the answer for some days. form: the answer as the API has it."""

    id: str
    form: JSON


def asked(connection: Connection, version: str, question: Mapping[str, Any]) -> Asked:
    action = "ask the dataset"
    response = connection.request(
        "POST",
        f"dataset-versions/{version}/ask",
        action=action,
        headers={"Prefer": f"wait={_WAIT}"},
        timeout=_WAIT + 30.0,
        json=dict(question),
    )
    waited, pause = 0.0, 0.2
    while response.status_code == 202:
        if waited >= _PATIENCE:
            raise Unavailable(
                f"No answer after {_PATIENCE / 60:.0f} minutes. See the pool's state, or try later.", code="timeout"
            )
        connection.pause(pause)
        waited, pause = waited + pause, min(pause * 1.5, 2.0)
        response = connection.request("GET", f"answers/{response.headers['Atrium-Answer']}", action=action)
    return Asked(str(response.headers.get("Atrium-Answer") or ""), response.json())


@dataclass(frozen=True)
class Slice:
    """Rows under a name. where: the condition. sentence: the same in words."""

    id: str
    name: str
    where: JSON
    sentence: str
    note: str
    rows: int | None

    @classmethod
    def read(cls, form: Mapping[str, Any]) -> "Slice":
        sentence, note = (str(form.get(name) or "") for name in ("sentence", "note"))
        return cls(str(form["id"]), str(form["name"]), dict(form["where"]), sentence, note, form.get("rows"))


@dataclass(frozen=True)
class Found:
    """Rows on which a model is worse: effect is the mean score of these less that of the rest. q: see the docs."""

    where: JSON
    sentence: str
    rows: int
    mean: float
    rest: float
    effect: float
    q: float

    def __str__(self) -> str:
        return f"{self.sentence}: {_rows(self.rows)}, {self.mean:.3g} against {self.rest:.3g}, {_q(self.q)}"


class Slices(tuple[Found, ...]):
    """What was found, the worst first. form: the answer as the API has it."""

    form: JSON

    def __new__(cls, form: JSON) -> "Slices":
        names = ("where", "sentence", "rows", "mean", "rest", "effect", "q")
        made = super().__new__(cls, (Found(**{name: one[name] for name in names}) for one in form["slices"]))
        made.form = form
        return made

    def __repr__(self) -> str:
        return "\n".join((f"<Slices: {len(self)} found>", *map(str, self[:_SHOWN])))

    def _repr_html_(self) -> str:
        head = ("where", "rows", str(self.form["score"]), "elsewhere", "q")
        rows = [
            (one.sentence, f"{one.rows:,}", f"{one.mean:.3g}", f"{one.rest:.3g}", _q(one.q)) for one in self[:_SHOWN]
        ]
        return card("Slices", f"{len(self)} found", facts=_notes(self.form), extra=_table(head, rows))


class View:
    """Segments with the models' metrics, and the features by how much they set group A apart from B.

    segments, features: as the API has them, in the order of the page. measure: by which the features are in order.
    form: the whole answer.
    """

    def __init__(self, form: JSON, measure: str = "jensen_shannon") -> None:
        self.form, self.measure = form, measure
        self.segments: list[JSON] = form["segments"]
        self.features: list[JSON] = form["features"]

    def feature(self, name: str) -> JSON:
        """One column's distributions. Raises KeyError where it is not among the features."""
        for feature in self.features:
            if feature["name"] == name:
                return feature
        raise KeyError(name)

    def __repr__(self) -> str:
        first = ", ".join(str(feature["name"]) for feature in self.features[:3])
        rows = self.form["groups"]["a"]["rows"]
        return f"<View of {len(self.segments)} segments; A of {_rows(rows)} is set apart by {first or 'nothing'}>"

    def _repr_html_(self) -> str:
        models = [str(model["model"]) for model in self.segments[0]["models"]] if self.segments else []
        groups = {key: side.upper() for side, group in self.form["groups"].items() for key in group["keys"]}
        head = ("segment", "rows", "group", *(f"{name}, median" for name in models))
        rows = [
            (
                str(segment["name"]),
                f"{segment['rows']:,}",
                groups.get(segment["key"], ""),
                *(_number(model["score"]["quartiles"][1]) for model in segment["models"]),
            )
            for segment in self.segments
        ]
        apart = [
            (str(one["name"]), _number(one["measures"].get(self.measure)), _q(one["q"]), str(one["sentence"]))
            for one in self.features[:_SHOWN]
        ]
        features = _table(("what sets A apart", self.measure, "", ""), apart)
        return card("View", str(self.form["score"]), facts=_notes(self.form), extra=_table(head, rows) + features)


def _notes(form: JSON) -> list[tuple[str, object]]:
    return [("to know", " ".join(form.get("notes") or ()))]


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _q(value: float | None) -> str:
    if value is None:
        return ""
    return "q < 0.001" if value < 0.001 else f"q {value:.3f}" if value < 0.1 else f"q {value:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th {_CELL}>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td {_CELL}>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table style="border-collapse:collapse;margin:8px 0 0"><tr>{top}</tr>{body}</table>'
