"""A model that is run over a dataset: how far it is, and the version that it makes."""

from collections.abc import Mapping
from typing import Any

from .cards import card
from .connection import Connection
from .datasets import DatasetVersion
from .errors import Conflict, Failed
from .fields import JSON
from .progress import NOT_AWAITED, Progress
from .waiting import until_settled

_TONES = {"succeeded": "good", "failed": "bad"}
_MOVING = frozenset({"running", "joining"})


class Run:
    """state: running, joining (its parts are put together), succeeded, failed or cancelled.

    name: the model's in the new columns. inputs: which columns fill the model's. rows, rows_done: of the dataset.
    unanswered: {why: rows} of those without an answer, which are kept.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._bar: Progress | None = None
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.state = str(form.get("state") or "")
        self.name = str(form.get("name") or "")
        self.version_name = str(form.get("version_name") or "")
        self.inputs: JSON = dict(form.get("inputs") or {})
        self.rows = int(form.get("rows") or 0)
        self.rows_done = int(form.get("rows_done") or 0)
        self.unanswered = {str(each["why"]): int(each["rows"]) for each in form.get("unanswered") or ()}
        self.url = str(form.get("url") or "")
        self._error: JSON = dict(form.get("error") or {})
        self._made = str(form.get("made") or "")

    def wait(self, timeout: float = 24 * 3600.0, progress: bool = True) -> DatasetVersion:
        """Wait until the new version is there and was read. timeout in seconds, after which Unavailable is raised.

        Raises Failed where it stopped, which `resume` goes on from, and Conflict where somebody cancelled it.
        """
        with Progress(str(self), shown=progress, interrupted=NOT_AWAITED) as bar:
            self._bar = bar
            self._tell()
            try:
                until_settled(self, _MOVING, timeout, self._connection)
                if self.state == "cancelled":
                    raise Conflict(f"{self} was cancelled. resume() goes on where it stopped.", code="cancelled")
                if self.state == "failed":
                    why = str(self._error.get("message") or "it could not go on").rstrip(".")
                    done = f"{self.rows_done:,} of {self.rows:,} rows"
                    raise Failed(
                        f"{self} stopped after {done}: {why}. resume() goes on from there.",
                        code=str(self._error.get("code") or "failed"),
                    )
                bar.note("a worker reads what was made")
                version = self.made.wait(timeout)
                bar.note(f"ready, {version.rows:,} rows")
            finally:
                self._bar = None
        return version

    @property
    def made(self) -> DatasetVersion:
        """The new version; raises Conflict while there is none."""
        if not self._made:
            raise Conflict(f"{self} is {self.state}; it has made no version.", code="conflict")
        form = self._connection.get(f"dataset-versions/{self._made}", action=f"read what {self} made")
        return DatasetVersion(form, self._connection)

    def cancel(self) -> "Run":
        """Stop it. What was answered is kept for 30 days, for `resume`."""
        self._read(self._connection.post(f"runs/{self.id}/cancel", action=f"cancel {self}"))
        return self

    def resume(self) -> "Run":
        """Go on where it stopped; what is done is not asked again."""
        self._read(self._connection.post(f"runs/{self.id}/resume", action=f"resume {self}"))
        return self

    def refresh(self) -> "Run":
        """Read how far it is."""
        self._read(self._connection.get(f"runs/{self.id}", action=f"read {self}"))
        self._tell()
        return self

    def _tell(self) -> None:
        if self._bar is not None:
            put_together = "every row was asked; the table is put together"
            asked = f"{self.rows_done:,} of {self.rows:,} rows"
            self._bar.note(put_together if self.state == "joining" else asked)

    def __str__(self) -> str:
        return f"{self.version_name} over a dataset"

    def __repr__(self) -> str:
        return f"<Run {self} is {self.state}, {self.rows_done:,} of {self.rows:,} rows: {self.url}>"

    def _repr_html_(self) -> str:
        without = "; ".join(f"{rows:,}: {why}" for why, rows in self.unanswered.items())
        facts = [
            ("columns", f"as “{self.name}”"),
            ("rows", f"{self.rows_done:,} of {self.rows:,}"),
            ("no answer", without),
            ("failed", self._error.get("message")),
        ]
        return card("Run", str(self), url=self.url, state=self.state, tone=_TONES.get(self.state, "busy"), facts=facts)
