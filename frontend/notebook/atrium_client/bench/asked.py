"""What a bench in a cell may have asked: the calls named here, with checked arguments, of the cases that it knows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from atrium_client.connection import Connection
from atrium_client.errors import AtriumError, Invalid
from atrium_client.fields import JSON
from atrium_client.values import encode

from .cases import Cases

if TYPE_CHECKING:
    from atrium_client.endpoints import Endpoint

_JUDGEMENT = ("verdict", "correction", "marks", "findings", "added", "message")
_WAIT = 1
"""Seconds that the server holds a request; after that it is asked by the prediction's id, which can be cancelled."""


class Asked:
    """me: the name of whoever the token belongs to."""

    def __init__(self, endpoint: "Endpoint", connection: Connection, cases: Cases, me: str) -> None:
        self._endpoint, self._connection, self._cases, self._me = endpoint, connection, cases, me
        self._fields = {field.name: field for field in endpoint.inputs}

    def __call__(self, call: str, body: Any, buffers: Sequence[Any] = ()) -> Any:
        """The answer to a call of a cell's script. Raises Invalid for one that is not among these."""
        body = body if isinstance(body, Mapping) else {}
        match call:
            case "predict":
                return self.new_case(body, buffers)
            case "prediction":
                return self.read(self._known(body))
            case "judge":
                return self._judge(self._known(body), body.get("judgement"))
            case "say":
                return self._say(self._known(body), str(body.get("body") or ""))
            case "file":
                return self._file(str(body.get("file") or ""))
        raise AtriumError(f"A notebook cannot do “{call}”; open {self._endpoint.url} for it.", code="not_offered")

    def new_case(self, body: Mapping[str, Any], buffers: Sequence[Any]) -> JSON:
        """files: `{input}` for each buffer. Studies are de-identified here."""
        given = self._checked(body.get("inputs"))
        files = [file for file in body.get("files") or () if isinstance(file, Mapping)]
        for file, data in zip(files, buffers, strict=True):
            given[str(file.get("input"))] = encode(self._field(str(file.get("input"))), bytes(data))
        return self._cases.take(self._endpoint._ask(given, (), wait=_WAIT, connection=self._connection), kept=True)

    def attempt(self, inputs: Any, edits: Any) -> JSON:
        """A draft, which is kept when a hand rests on it."""
        given = self._checked(inputs)
        edits = edits if isinstance(edits, list) else []
        form = self._endpoint._ask(given, edits, wait=_WAIT, keep=False, connection=self._connection)
        return self._cases.take(form)

    def read(self, prediction: str) -> JSON:
        return self._cases.take(self._connection.get(f"predictions/{prediction}", action="read the prediction"))

    def keep(self, prediction: str) -> None:
        self._connection.post(f"predictions/{self._known({'id': prediction})}/keep", action="keep the attempt")
        self._cases.keep(prediction)

    def cancel(self, prediction: str) -> None:
        self._connection.post(f"predictions/{self._known({'id': prediction})}/cancel", action="cancel the attempt")

    def _judge(self, prediction: str, judgement: Any) -> JSON:
        judgement = judgement if isinstance(judgement, Mapping) else {}
        given = {name: judgement[name] for name in _JUDGEMENT if name in judgement}
        flag = self._connection.post(f"predictions/{prediction}/flag", given, action="flag the answer")
        kept = {name: flag.get(name) for name in _JUDGEMENT}
        messages = self._messages(str(flag["thread"]))
        self._cases.judged(prediction, kept, str(flag["thread"]), messages)
        return {"flag": kept, "thread": {"messages": messages}}

    def _say(self, original: str, text: str) -> JSON:
        thread = self._cases.thread(original)
        if thread is None:
            raise Invalid("Flag an answer of this case first: what you write goes to the conversation about it.")
        self._connection.post(f"threads/{thread}/messages", {"body": text}, action="send the message")
        messages = self._messages(thread)
        self._cases.said(original, messages)
        return {"messages": messages}

    def _messages(self, thread: str) -> list[JSON]:
        """The conversation as the bench shows it; internal ones are for the inbox."""
        form = self._connection.get(f"threads/{thread}", action="read the conversation")
        told = ("id", "author", "body", "created_at")
        return [
            {name: one.get(name) for name in told} | {"mine": one.get("author") == self._me}
            for one in form.get("messages") or ()
            if not one.get("internal")
        ]

    def _file(self, key: str) -> bytes:
        url = self._cases.file(key)
        if url is None:
            raise Invalid("This cell does not know that file.")
        return self._connection.read(url, action="fetch the file")

    def _known(self, body: Mapping[str, Any]) -> str:
        prediction = str(body.get("id") or "")
        if prediction not in self._cases:
            raise Invalid("This cell does not know that case. Run the cell again.")
        return prediction

    def _field(self, name: str) -> Any:
        if name not in self._fields:
            raise Invalid(f"The model takes {', '.join(self._fields)}, and no “{name}”.")
        return self._fields[name]

    def _checked(self, inputs: Any) -> dict[str, Any]:
        """By input a plain value, or the same input of a case that is known."""
        given = dict(inputs) if isinstance(inputs, Mapping) else {}
        for name, value in given.items():
            self._field(name)
            if isinstance(value, Mapping) and "columns" not in value:
                given[name] = {"prediction": self._known({"id": value.get("prediction")})}
        return given
