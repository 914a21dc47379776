"""A model's suite: flagged cases that every new version is asked before it is promoted, and how a version did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .cards import card
from .connection import Connection
from .waiting import until_settled

if TYPE_CHECKING:
    from .threads import Thread


@dataclass(frozen=True)
class Expected:
    """What an output's answer should be. Left out: as before. tolerance: of a number, in its unit."""

    value: str | float | None = None
    tolerance: float | None = None

    def json(self) -> dict[str, Any]:
        """As the API takes it."""
        if self.value is None:
            form: dict[str, Any] = {"is": "as_before"}
        elif isinstance(self.value, str):
            form = {"is": "label", "value": self.value}
        else:
            form = {"is": "number", "value": float(self.value)}
        return form if self.tolerance is None else form | {"tolerance": self.tolerance}


class Suite:
    """The suite of one model. cases: what is in it, as the API gives each: id, thread, prediction, expected, url.

    refuses: whether a version that does not pass cannot be promoted.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.model_id = str(form["model"])
        self.refuses = bool(form.get("refuses"))
        self.cases = [dict(case) for case in form.get("cases") or ()]
        self.url = str(form.get("url") or "")

    def add(self, thread: "Thread | None" = None, expected: Mapping[str, Expected] | None = None) -> "Suite":
        """Put a thread's newest judged case into it, or all of the model that hold a correction.

        expected: by output, in place of what the reviewer corrected.
        """
        body: dict[str, Any] = {} if thread is None else {"predictions": [thread.flag.prediction]}
        if expected is not None:
            body["expected"] = {name: wanted.json() for name, wanted in expected.items()}
        self._read(self._connection.post(f"models/{self.model_id}/suite/cases", body, action="add to the suite"))
        return self

    def remove(self, case_id: str) -> "Suite":
        """Take a case out; it stays in the inbox."""
        self._connection.delete(f"suite-cases/{case_id}", action="take a case out of the suite")
        self._read(self._connection.get(f"models/{self.model_id}/suite", action="read the suite"))
        return self

    def refuse(self, on: bool = True) -> "Suite":
        """Whether a version that does not pass is refused its promotion, or only warned of. For admins and owners."""
        change = {"refuses": on}
        self._read(self._connection.patch(f"models/{self.model_id}/suite", change, action="change the suite"))
        return self

    def __len__(self) -> int:
        return len(self.cases)

    def __repr__(self) -> str:
        return f"<Suite of {counted(len(self))}: {self.url}>"

    def _repr_html_(self) -> str:
        gate = "is not promoted" if self.refuses else "is promoted all the same"
        return card("Suite", counted(len(self)), url=self.url, facts=[("what does not pass", gate)])


class SuiteReport:
    """How a version did. passes: all cases of the suite as it is now, each as it should be.

    state: `not_run`, `running`, `finished` or `cancelled`. counts: cases by outcome. results: as the API gives each.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        version = form["version"]
        self.version_id = str(version["id"])
        self.version = f"{version['model_name']} v{version['number']}"
        self.state = str(form["state"])
        self.passes = bool(form["passes"])
        self.counts = {str(name): int(count) for name, count in form["counts"].items()}
        self.results = [dict(result) for result in form["results"]]
        self.url = str(form.get("url") or "")

    def refresh(self) -> "SuiteReport":
        """Read it again."""
        self._read(self._connection.get(f"versions/{self.version_id}/suite-report", action="read the report"))
        return self

    def wait(self, timeout: float = 3600.0) -> "SuiteReport":
        """Until every case was answered. Raises Unavailable after `timeout` seconds; it goes on meanwhile."""
        until_settled(self, ("running",), timeout, self._connection)
        return self

    def __repr__(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in self.counts.items() if count)
        return f"<SuiteReport of {self.version}, {self.state}{f': {told}' if told else ''}: {self.url}>"

    def _repr_html_(self) -> str:
        tone = "good" if self.passes else "busy" if self.state in ("running", "not_run") else "bad"
        facts: list[tuple[str, object]] = [(name, count) for name, count in self.counts.items() if count]
        return card("Suite", self.version, url=self.url, state=self.state, tone=tone, facts=facts)


def counted(cases: int) -> str:
    return f"{cases} {'case' if cases == 1 else 'cases'}"
