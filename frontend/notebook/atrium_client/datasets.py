"""A version of a dataset: a table that never changes, with what its columns are for, and what can be asked of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .analyses import Asked, Found, Slice, Slices, View, asked
from .cards import card
from .connection import Connection
from .errors import Conflict, Failed, Invalid, NotFound, Rejected
from .fields import JSON
from .sizes import size
from .slugs import slug_of
from .waiting import until_settled

if TYPE_CHECKING:
    from .debugger import Debugger
    from .runs import Run

_TONES = {"ready": "good", "rejected": "bad", "failed": "bad"}
_MOVING = frozenset({"uploading", "reading"})
_MODELS = frozenset({"prediction", "probability"})


class DatasetVersion:
    """One immutable version. state: uploading, reading, ready, rejected or failed.

    columns: each with name, kind, role, model and of_class of a prediction, and facts. rows: how many. roles: what the
    columns are for, by name, as `set_roles` takes them. remarks: what reading found, in sentences.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.number = int(form.get("number") or 0)
        self.dataset_id = str(form.get("dataset") or "")
        self.dataset_name = str(form.get("dataset_name") or "")
        self.project_id = str(form.get("project") or "")
        self.state = str(form.get("state") or "")
        self.format = str(form.get("format") or "")
        self.size = int(form.get("size") or 0)
        self.sha256 = str(form.get("sha256") or "")
        self.rows = int(form.get("rows") or 0)
        self.notes = str(form.get("notes") or "")
        self.remarks = tuple(map(str, form.get("remarks") or ()))
        self.url = str(form.get("url") or "")
        self.columns: list[JSON] = [dict(column) for column in form.get("columns") or ()]
        self.preview: list[list[str | None]] = [list(row) for row in form.get("preview") or ()]
        self._rejected: JSON = dict(form.get("rejected") or {})
        self._error: JSON = dict(form.get("error") or {})

    @property
    def roles(self) -> dict[str, str]:
        return {column["name"]: _words(column) for column in self.columns}

    @property
    def models(self) -> list[str]:
        """The models whose predictions or probabilities it holds, in the columns' order."""
        return list(dict.fromkeys(column["model"] for column in self.columns if column["role"] in _MODELS))

    def wait(self, timeout: float = 900.0) -> "DatasetVersion":
        """Wait until it was read: ready, else Rejected(reason) or Failed is raised. timeout in seconds."""
        until_settled(self, _MOVING, timeout, self._connection)
        if self.state == "rejected":
            reason = str(self._rejected.get("reason") or "The file could not be read as a table; see its page.")
            raise Rejected(reason, rule=str(self._rejected.get("rule") or ""))
        if self.state == "failed":
            why = str(self._error.get("message") or "reading could not be finished").rstrip(".")
            raise Failed(
                f"{self} was not read: {why}. Nothing is wrong with the upload; try read_again().",
                code=str(self._error.get("code") or "failed"),
            )
        return self

    def set_roles(self, roles: Mapping[str, str]) -> "DatasetVersion":
        """Say what columns are for; the others keep their roles. Raises Invalid with the sentence of each column.

        roles: {"y": "label", "p": "probability:forest:malignant"}; also id, prediction:<model>, feature, group, weight,
        time, media, lat, lon, embedding, ignore.
        """
        self._change({"roles": dict(roles)}, "set the roles of")
        return self

    def ask(self, question: Mapping[str, Any]) -> Asked:
        """The answer to a question as the API has it: {"type": "view" | "slices" | "export", …}, waited for.

        Raises Invalid for a question that is none or does not fit the columns, Failed where it cannot be answered.
        """
        if self.state != "ready":
            raise Conflict(f"{self} is {self.state}; it can be asked when it is ready: wait().")
        return asked(self._connection, self.id, question)

    def view(self, **question: Any) -> View:
        """How the models do in each segment, and which columns set the worst apart from the others.

        question: models=["forest"], score="log_loss", segments={"type": "column", "column": "site"}, a=[3], b=[0, 1],
        measure="jensen_shannon", clauses=[…], features=30: see the reference. All of it may be left out.
        """
        return View(self.ask({"type": "view", **question}).form, question.get("measure", "jensen_shannon"))

    def find_slices(self, model: str | None = None, **question: Any) -> Slices:
        """Conditions under which a model is worst, found without anybody naming one. model: the first by default.

        question: against="other" for where it is worse than another model, depth=2, least=50, count=20.
        """
        chosen = model or next(iter(self.models), "")
        return Slices(self.ask({"type": "slices", "model": chosen, **question}).form)

    def export(self, path: str | Path, of: Literal["all", "a", "b"] = "all", **question: Any) -> Path:
        """Write the rows that a view leaves to a file, a CSV or a Parquet file by its name; the path of the file.

        of: all of them, or those of one of the compared groups. question: as for `view`, such as clauses=[{"source":
        "manual", "where": {"column": "site", "in": ["north"]}}]. In CSV what a spreadsheet would take for a formula is
        defused, and a picture is its format and size. Raises Invalid as `ask` does, and for another ending.
        """
        target = Path(path).expanduser()
        format = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}.get(target.suffix.lower())
        if format is None:
            raise Invalid(f"“{target.name}” tells no format: let it end with .csv or .parquet.")
        view = {"type": "view", **question}
        made = self.ask({"type": "export", "view": view, "format": format, "of": of})
        told = self._connection.get(f"answers/{made.id}/file", action="find the export")
        return self._connection.save(str(told["url"]), target, action="download the export")

    def slices(self) -> list[Slice]:
        """The dataset's saved slices."""
        forms = self._connection.pages(f"datasets/{self.dataset_id}/slices", action=f"list the slices of {self}")
        return [Slice.read(form) for form in forms]

    def save_slice(self, name: str, where: Found | Slice | Mapping[str, Any], note: str = "") -> Slice:
        """Keep rows under a name, for everybody of the team. where: a condition, or a slice that was found."""
        body: JSON = {"name": name, "note": note}
        if isinstance(where, Found | Slice):
            body |= {"where": where.where, "sentence": where.sentence, "rows": where.rows}
        else:
            body["where"] = dict(where)
        made = self._connection.post(f"datasets/{self.dataset_id}/slices", body, action=f"save “{name}”")
        return Slice.read(made)

    def debugger(self, **question: Any) -> "Debugger":
        """The debugger in this cell, as on the page. question: as for `view`. Raises Invalid without anywidget."""
        try:
            from .debugger import Debugger
        except ImportError as error:
            way = f"pip install anywidget, or open {self.url}"
            raise Invalid(f"The debugger in a cell needs anywidget ({error}): {way}.") from None

        return Debugger(self, self._connection, {"type": "view", **question})

    def runs(self) -> "list[Run]":
        """The models that were run over it, the newest first: also of an earlier session."""
        from .runs import Run

        forms = self._connection.pages(f"dataset-versions/{self.id}/runs", action=f"list the runs over {self}")
        return [Run(form, self._connection) for form in forms]

    def read_again(self) -> "DatasetVersion":
        """Have a failed reading tried again, and wait for it."""
        self._read(self._connection.post(f"dataset-versions/{self.id}/read", action=f"read {self} again"))
        return self.wait()

    def archive(self) -> "DatasetVersion":
        """Take it out of the lists."""
        self._change({"archived": True}, "archive")
        return self

    def delete(self) -> None:
        """Delete the version and its table."""
        self._connection.delete(f"dataset-versions/{self.id}", action=f"delete {self}")

    def refresh(self) -> "DatasetVersion":
        """Read what the server knows of it again."""
        self._read(self._connection.get(f"dataset-versions/{self.id}", action=f"read {self}"))
        return self

    def _change(self, change: JSON, what: str) -> None:
        self._read(self._connection.patch(f"dataset-versions/{self.id}", change, action=f"{what} {self}"))

    def __str__(self) -> str:
        return f"{self.dataset_name} v{self.number}"

    def __repr__(self) -> str:
        rows = f" with {self.rows:,} rows × {len(self.columns)} columns" if self.columns else ""
        return f"<DatasetVersion {self} is {self.state}{rows}: {self.url}>"

    def _repr_html_(self) -> str:
        told = [f"{name}: {role}" for name, role in self.roles.items() if role not in ("feature", "ignore")]
        features = sum(role == "feature" for role in self.roles.values())
        facts = [
            ("holds", f"{self.rows:,} rows, {len(self.columns)} columns, {features} features" if self.columns else ""),
            ("roles", "; ".join(told)),
            ("to know", " ".join(self.remarks)),
            ("refused", self._rejected.get("reason")),
            ("failed", self._error.get("message")),
            ("notes", self.notes),
            ("file", f"{size(self.size)}, sha256 {self.sha256[:12]}…" if self.sha256 else ""),
        ]
        return card(
            "Dataset", str(self), url=self.url, state=self.state, tone=_TONES.get(self.state, "busy"), facts=facts
        )


def _words(column: Mapping[str, Any]) -> str:
    parts = [str(column["role"])]
    if column["role"] in _MODELS:
        parts += [str(column[part]) for part in ("model", "of_class") if column.get(part)]
    return ":".join(parts)


def table_version(connection: Connection, project: str, name: str, number: int | None) -> DatasetVersion:
    """One that is there, by the dataset's name: the newest, or that of this number. Raises NotFound."""
    for form in connection.pages(f"projects/{project}/datasets", action="list the datasets"):
        if slug_of(str(form["name"])) == slug_of(name):
            versions = sorted(form.get("versions") or (), key=lambda version: -int(version["number"]))
            for version in versions:
                if number is None or version["number"] == number:
                    return DatasetVersion(version, connection).refresh()
            raise NotFound(f"“{name}” has no version {number if number is not None else 'yet'}.", code="not_found")
    raise NotFound(f"There is no dataset “{name}”. See project.datasets().", code="not_found")
