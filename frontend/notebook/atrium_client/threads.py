"""The inbox: what reviewers said about a case, and the conversation about it."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from .answers import Answer, version_name
from .cards import card
from .connection import Connection
from .errors import AtriumError, NotFound
from .labels import label_id
from .named import Named, thing
from .times import parse
from .versions import Version, id_of

_COLUMNS = (
    "thread", "status", "verdict", "message", "reviewer", "answer", "correction", "version", "edits", "marks", "flags",
    "messages", "endpoint", "endpoint_id", "assignee", "assignee_id", "resolved_by", "created_at", "updated_at", "url",
)  # fmt: skip
_VERDICTS = {"right": "right", "right_wrong_reason": "right for the wrong reason", "wrong": "wrong", "unsure": "unsure"}


@dataclass(frozen=True)
class Flag:
    """One reviewer's judgement of an answer.

    verdict: `right`, `right_wrong_reason`, `wrong` or `unsure`. correction: the right answer by output, if given.
    marks: geometries in fractions of the picture. prediction: the id of the judged one. findings: what is said of
    single ones, `{"output", "id", "verdict", "correction"}`; added: what the model missed.
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

    def __str__(self) -> str:
        said = f": {self.message}" if self.message else ""
        return f"{_VERDICTS.get(self.verdict, self.verdict)} by {self.reviewer or 'a guest'}{said}"


@dataclass(frozen=True)
class Message:
    """One message; internal ones are seen by the team alone."""

    id: str
    author: str
    body: str
    internal: bool
    created_at: datetime | None

    def __str__(self) -> str:
        return f"{self.author}: {self.body}"


class Thread:
    """The conversation about one case, with the flags on it.

    status: `open` or `resolved`. endpoint: whose answers it is about. assignee: the member who looks after it, or None.
    resolved_by: the version that resolved it, or None. labels: the project's on it. due_on: a day, 2026-12-24, or None.
    replays: what other versions say of what was judged, as the API gives each.
    """

    def __init__(self, form: Mapping[str, Any], connection: Connection) -> None:
        self._connection = connection
        self._read(form)

    def _read(self, form: Mapping[str, Any]) -> None:
        self.id = str(form["id"])
        self.status = str(form.get("status") or "")
        self.project_id = str(form.get("project") or "")
        self.endpoint = thing(form["endpoint"])
        self.assignee = thing(form["assignee"]) if form.get("assignee") else None
        self.resolved_by = version_name(form["resolved_by_version"]) if form.get("resolved_by_version") else None
        self.labels = [thing(item) for item in form.get("labels") or ()]
        self.due_on = str(form["due_on"]) if form.get("due_on") else None
        self.replays = [dict(item) for item in form.get("replays") or ()]
        self.flags = [_flag(item) for item in form.get("flags") or ()]
        self.messages = [_message(item) for item in form.get("messages") or ()]
        prediction = form.get("prediction")
        self.prediction: Answer | None = (
            Answer(prediction, self._connection) if isinstance(prediction, Mapping) else None
        )
        self.created_at = parse(form.get("created_at"))
        self.updated_at = parse(form.get("updated_at"))
        self.url = str(form.get("url") or "")

    @property
    def flag(self) -> Flag:
        """The newest flag; raises NotFound on a thread whose flags were withdrawn."""
        if not self.flags:
            raise NotFound("This thread has no flag any more: its reviewer withdrew it.")
        return max(self.flags, key=lambda flag: flag.created_at.timestamp() if flag.created_at else 0.0)

    def reply(self, body: str, internal: bool = False) -> "Thread":
        """Answer the reviewer, who sees it on the page and by mail where an address was left. internal: team only."""
        self._connection.post(
            f"threads/{self.id}/messages", {"body": body, "internal": internal}, action="send the reply"
        )
        return self.refresh()

    def resolve(self, version: Version | None = None) -> "Thread":
        """Close the thread. version: the one that resolves it."""
        body: dict[str, Any] = {"status": "resolved"}
        if version is not None:
            body["resolved_by_version"] = id_of(version)
        self._read(self._connection.patch(f"threads/{self.id}", body, action="resolve the thread"))
        return self

    def label(self, *labels: "Named | str") -> "Thread":
        """Give it these labels and no others. labels: their names, or of `project.labels()`; raises NotFound."""
        body = {"labels": [label_id(self._connection, self.project_id, label) for label in labels]}
        self._read(self._connection.patch(f"threads/{self.id}", body, action="label the thread"))
        return self

    def due(self, day: str | None) -> "Thread":
        """By which day it is to be resolved, as 2026-12-24; None for none."""
        self._read(self._connection.patch(f"threads/{self.id}", {"due_on": day}, action="set the day"))
        return self

    def try_on(self, version: Version) -> "Thread":
        """Ask another version what was judged; `replays` says what it answered, once `refresh` finds it."""
        body = {"version": id_of(version)}
        self._read(self._connection.post(f"threads/{self.id}/replays", body, action="try the version"))
        return self

    def reopen(self) -> "Thread":
        """Open a resolved thread again."""
        self._read(self._connection.patch(f"threads/{self.id}", {"status": "open"}, action="reopen the thread"))
        return self

    def refresh(self) -> "Thread":
        """Read the thread again."""
        self._read(self._connection.get(f"threads/{self.id}", action="read the thread"))
        return self

    def row(self) -> dict[str, Any]:
        """The thread as one row of a table, by its newest flag; its columns are always the same."""
        flag = self.flag if self.flags else None
        answer = {name: str(result) for name, result in (self.prediction or {}).items()}
        cells = {
            "thread": self.id,
            "status": self.status,
            "verdict": flag.verdict if flag else None,
            "message": flag.message if flag else None,
            "reviewer": flag.reviewer if flag else None,
            "answer": answer,
            "correction": dict(flag.correction) if flag else {},
            "version": str(self.prediction.version) if self.prediction else None,
            "edits": len(self.prediction.edits) if self.prediction else 0,
            "marks": len(flag.marks) if flag else 0,
            "flags": len(self.flags),
            "messages": len(self.messages),
            "endpoint": self.endpoint.name,
            "endpoint_id": self.endpoint.id,
            "assignee": self.assignee.name if self.assignee else None,
            "assignee_id": self.assignee.id if self.assignee else None,
            "resolved_by": str(self.resolved_by) if self.resolved_by else None,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "url": self.url,
        }
        return {name: cells[name] for name in _COLUMNS}

    def __repr__(self) -> str:
        said = str(self.flag) if self.flags else "withdrawn"
        count = len(self.messages)
        return f"<Thread {self.status}, {said}, {count} {'message' if count == 1 else 'messages'}: {self.url}>"

    def _repr_html_(self) -> str:
        facts: list[tuple[str, object]] = [("flag", flag) for flag in self.flags]
        if self.prediction is not None:
            facts += [(name, result) for name, result in self.prediction.items()]
            facts.append(("answered by", self.prediction.version))
        facts += [(message.author, message.body) for message in self.messages]
        tone = "good" if self.status == "resolved" else "busy"
        return card("Thread", self.endpoint.name or self.id, url=self.url, state=self.status, tone=tone, facts=facts)


class Inbox:
    """The threads of a project, the newest case first; iterating reads them page after page, inbox[0] is the newest.

    chosen: by what. url: of its page.
    """

    def __init__(
        self, connection: Connection, project: str, slug: str, chosen: Mapping[str, str | None], url: str = ""
    ) -> None:
        self._connection = connection
        self._project = project
        self._slug = slug
        self.url = url
        self.chosen = {name: value for name, value in chosen.items() if value is not None}

    def __iter__(self) -> Iterator[Thread]:
        forms = self._connection.pages(f"projects/{self._project}/threads", action="read the inbox", **self.chosen)
        for form in forms:
            yield Thread(form, self._connection)

    def __getitem__(self, at: int) -> Thread:
        """The thread at a place, counted from 0. Raises IndexError where there is none."""
        if at < 0 or (thread := next(islice(self, at, None), None)) is None:
            raise IndexError(f"{self!r} has no thread at {at}")
        return thread

    def to_pandas(self) -> Any:
        """A pandas DataFrame with one row for each thread (see `Thread.row`)."""
        try:
            pandas = importlib.import_module("pandas")
        except ImportError:
            raise AtriumError(
                "to_pandas() needs pandas, which is not installed here. Run `pip install pandas`, "
                "or use [thread.row() for thread in inbox].",
                code="missing_package",
            ) from None
        return pandas.DataFrame([thread.row() for thread in self], columns=_COLUMNS)

    def download(self, path: str | Path, format: Literal["zip", "csv", "json", "coco"] = "zip") -> Path:
        """Write every flag of the project, resolved ones too; the path of the file.

        format: `zip` with the pictures, `csv`, `json`, or `coco`: boxes and masks as reviewers have them, in COCO's
        form. path: a file, or a folder (one that exists, or ends with /), where the file is named after the project.
        """
        target = Path(path)
        if target.is_dir() or str(path).endswith(("/", "\\")):
            target = target / f"{self._slug}-threads.{'coco.json' if format == 'coco' else format}"
        url = f"projects/{self._project}/threads/export?format={format}"
        return self._connection.save(url, target, action="download the inbox")

    def __repr__(self) -> str:
        by = "".join(f", {name} {value}" for name, value in self.chosen.items() if name != "status")
        return f"<Inbox of {self._slug}, {self.chosen.get('status', 'all')} threads{by}: {self.url}>"

    def _repr_html_(self) -> str:
        threads = f"{self.chosen.get('status', 'all')} threads"
        facts = [(name, value) for name, value in self.chosen.items() if name != "status"]
        return card("Inbox", self._slug, url=self.url, state=threads, facts=facts)


def _flag(form: Mapping[str, Any]) -> Flag:
    return Flag(
        str(form["id"]), str(form.get("verdict") or ""), str(form.get("message") or ""),
        dict(form.get("correction") or {}), tuple(form.get("marks") or ()), _named(form.get("reviewer")),
        str(form.get("prediction") or ""), parse(form.get("created_at")),
        tuple(form.get("findings") or ()), tuple(form.get("added") or ()),
    )  # fmt: skip


def _message(form: Mapping[str, Any]) -> Message:
    return Message(
        str(form["id"]), _named(form.get("author")), str(form.get("body") or ""), bool(form.get("internal")),
        parse(form.get("created_at")),
    )  # fmt: skip


def _named(value: Any) -> str:
    """A person or thing that the API gives as a name or as an object with one."""
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("email") or value.get("id") or "")
    return str(value or "")
