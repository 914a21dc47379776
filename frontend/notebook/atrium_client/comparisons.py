"""Versions asked the same cases: what each says, and what readers prefer who do not know which said it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .answers import Answer
from .cards import card
from .connection import Connection
from .errors import Invalid
from .named import id_in, version_name
from .threads import Thread
from .versions import Version, id_of
from .waiting import until_settled

SOURCES = ("examples", "inbox", "suite")
Case = Answer | Thread | str
"""An answer, a thread of the inbox (its newest judged case), a prediction's id, or one of SOURCES for all there."""


class Comparison:
    """Several versions asked the same cases of an endpoint. state: `waiting` until all are asked, then `done`.

    versions: by name, in order. cases: as the API gives each, with `answers` in the versions' order and, in `differs`,
    the outputs that are not as the first version's. answered, failed: how many of all answers.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        progress = form["progress"]
        self.id = str(form["id"])
        self.name = str(form["name"])
        self.question = str(form.get("question") or "")
        self.blind = bool(form["blind"])
        self.closed = bool(form["closed"])
        self.versions = [str(version_name(each)) for each in form["versions"]]
        self.cases = [dict(case) for case in form.get("cases") or ()]
        self.answered, self.failed = int(progress["answered"]), int(progress["failed"])
        self.state = "waiting" if progress["waiting"] else "done"
        self.url = str(form.get("url") or "")

    def refresh(self) -> "Comparison":
        """Read it again."""
        self._read(self._connection.get(f"comparisons/{self.id}", action="read the comparison"))
        return self

    def wait(self, timeout: float = 3600.0) -> "Comparison":
        """Until every version has answered. Raises Unavailable after `timeout` seconds; it goes on meanwhile."""
        until_settled(self, ("waiting",), timeout, self._connection)
        return self

    def again(self) -> "Comparison":
        """Ask again what gave no answer."""
        self._read(self._connection.post(f"comparisons/{self.id}/again", {}, action="ask again"))
        return self

    def add(self, *cases: Case) -> "Comparison":
        """More cases. Raises Conflict once somebody reads it, or it is closed."""
        self._read(self._connection.post(f"comparisons/{self.id}/cases", chosen(cases), action="add cases"))
        return self

    def close(self) -> "Comparison":
        """Nobody reads it any more, and its readers learn which version was which."""
        return self._changed({"closed": True})

    def open(self) -> "Comparison":
        """It is read again, by readers who have not begun yet."""
        return self._changed({"closed": False})

    def _changed(self, change: Mapping[str, Any]) -> "Comparison":
        self._read(self._connection.patch(f"comparisons/{self.id}", change, action="change the comparison"))
        return self

    def download(self, path: str | Path) -> Path:
        """Write what readers said as CSV, one line a reading of a case; the path of the file."""
        url = f"comparisons/{self.id}/readings"
        return self._connection.save(url, Path(path), action="download the readings")

    def delete(self) -> None:
        """With its answers and what was read. The cases stay."""
        self._connection.delete(f"comparisons/{self.id}", action="delete the comparison")

    @property
    def differing(self) -> list[dict[str, Any]]:
        """The cases in which some version's answer is not as the first one's."""
        return [case for case in self.cases if any(answer["differs"] for answer in case["answers"])]

    def results(self) -> "Results":
        """What readers prefer, and how far they and the versions agree, as of now."""
        return Results(self._connection.get(f"comparisons/{self.id}/results", action="read the results"))

    def __len__(self) -> int:
        return len(self.cases)

    def __repr__(self) -> str:
        return f"<Comparison {self.name}, {self.state}: {self.answered} answers, {self.failed} failed: {self.url}>"

    def _repr_html_(self) -> str:
        facts: list[tuple[str, object]] = [
            ("versions", ", ".join(self.versions)),
            ("cases", len(self.cases)),
            ("answers", self.answered),
            ("failed", self.failed),
            ("differ", len(self.differing)),
        ]
        tone = "busy" if self.state == "waiting" else "bad" if self.failed else "good"
        return card("Comparison", self.name, url=self.url, state=self.state, tone=tone, facts=facts)


class Results:
    """What came of a comparison. found: what can be said, in sentences. too_few: whether that is only why nothing can.

    preferred, right: by version `{count, of, share, low, high}`, with Wilson's interval of 95 %. pairs: with the p of
    the exact sign test, ties left out. alpha, kappa: how far readers agree (Krippendorff's, nominal; Cohen's, of two
    who read the same cases); None where it is not defined. versions: how far versions agree, output by output.
    by_reader, by_case: counts. form: all of it, as the API gives it.
    """

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.form = dict(form)
        self.found = [str(each) for each in form["found"]]
        self.too_few = bool(form["too_few"])
        self.readings = int(form["readings"])
        self.equal, self.neither = int(form["equal"]), int(form["neither"])
        self.preferred = {str(version_name(each["version"])): dict(each["preferred"]) for each in form["preferred"]}
        self.right = {str(version_name(each["version"])): dict(each["right"]) for each in form["preferred"]}
        self.pairs = [dict(each) for each in form["pairs"]]
        self.shown_first = dict(form["shown_first"])
        self.alpha: float | None = form["readers"]["alpha"]
        self.kappa: float | None = form["readers"]["kappa"]
        self.versions = [dict(each) for each in form["versions"]]
        self.by_reader = [dict(each) for each in form["by_reader"]]
        self.by_case = [dict(each) for each in form["by_case"]]
        self.url = str(form.get("url") or "")

    def __repr__(self) -> str:
        return f"<Results of {self.readings} readings: {' '.join(self.found)}>"

    def _repr_html_(self) -> str:
        facts: list[tuple[str, object]] = [("found", " ".join(self.found)), ("readings", self.readings)]
        facts += [(name, f"{each['count']} of {each['of']}") for name, each in self.preferred.items()]
        tone = "busy" if self.too_few else "good"
        return card("Results", "of a comparison", url=self.url, state="", tone=tone, facts=facts)


def chosen(cases: Iterable[Case] | Case) -> dict[str, Any]:
    """As the API takes them; one case goes without its list. Raises Invalid for what is no case."""
    predictions, sources = [], []
    for case in [cases] if isinstance(cases, Answer | Thread | str) else cases:
        if isinstance(case, Answer):
            predictions.append(case.id)
        elif isinstance(case, Thread):
            predictions.append(case.flag.prediction)
        elif case in SOURCES:
            sources.append(case)
        elif id_in(case):
            predictions.append(case)
        else:
            raise Invalid(
                f"{case!r} is no case: give an answer, a thread, a prediction's id, or one of {', '.join(SOURCES)}."
            )
    return {"predictions": predictions, "sources": sources}


def compared(versions: Sequence[Version], cases: Iterable[Case] | Case, **options: Any) -> dict[str, Any]:
    """The body that makes one. Raises Invalid for fewer than two versions, and for what is no case."""
    if isinstance(versions, Version) or len(versions) < 2:
        raise Invalid("A comparison is of two versions at least, as [project.version('model', 1), version].")
    return {"versions": [id_of(each) for each in versions], **chosen(cases), **options}
