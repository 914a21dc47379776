"""A thread: what reviewers said about a case, and the conversation about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .answers import Answer
from .cards import card
from .connection import Connection
from .errors import NotFound
from .flags import Flag, flag_from
from .labels import label_id
from .named import Named, name_in, thing, version_name
from .times import parse
from .versions import Version, id_of

COLUMNS = (
    "thread", "status", "verdict", "message", "reviewer", "answer", "correction", "version", "edits", "marks", "flags",
    "messages", "endpoint", "endpoint_id", "assignee", "assignee_id", "resolved_by", "created_at", "updated_at", "url",
)  # fmt: skip


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
        self.flags = [flag_from(item) for item in form.get("flags") or ()]
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
        return {name: cells[name] for name in COLUMNS}

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


def _message(form: Mapping[str, Any]) -> Message:
    return Message(
        str(form["id"]), name_in(form.get("author")), str(form.get("body") or ""), bool(form.get("internal")),
        parse(form.get("created_at")),
    )  # fmt: skip
