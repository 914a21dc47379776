"""The widget: what Python and the cell's script tell each other of a bench.

The component is the server's own (`/static/notebook/bench.js`), so that it fits the server whatever this client's age.
It sends calls; they are carried out here, with the token, which never reaches the cell's script.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

import traitlets
from anywidget import AnyWidget

from atrium_client.answers import Answer
from atrium_client.calls import Calls
from atrium_client.connection import Connection
from atrium_client.errors import AtriumError
from atrium_client.fields import JSON

from .asked import Asked
from .cases import Cases
from .live import AWAY, Live

if TYPE_CHECKING:
    from atrium_client.endpoints import Endpoint

COMPONENT = "/static/notebook/bench.js"
_AT_ONCE = 4
_LOOK_AGAIN = 2.0
_HISTORIES: dict[tuple[str, str], Cases] = {}
"""By server and endpoint what was tried in this kernel, so that the next cell begins with it."""


class Bench(AnyWidget):
    """The bench of an endpoint. It follows the hand, and may be set; each can be observed (`bench.observe`).

    answer: the Answer on show, None while there is none. edits: what was changed, as `predict` takes it; setting it
    asks anew in the cell. case: the id of the prediction with the unedited input; setting it opens that case.
    """

    answer: "traitlets.Instance[Answer | None]" = traitlets.Instance(Answer, allow_none=True)
    edits = traitlets.List(traitlets.Dict()).tag(sync=True)
    case = traitlets.Unicode().tag(sync=True)
    shown = traitlets.Unicode().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    cases: "traitlets.List[Any]" = traitlets.List().tag(sync=True)
    connection = traitlets.Unicode("connected").tag(sync=True)
    work = traitlets.Unicode().tag(sync=True)

    def __init__(self, endpoint: "Endpoint", connection: Connection) -> None:
        quick = connection.impatient()
        script = connection.read(COMPONENT, action="read the bench's component").decode()
        known = _HISTORIES.setdefault((connection.url, endpoint.id), Cases())
        me = connection.get("me", action="read who the token belongs to")
        state = _state(endpoint, connection, known, me)
        super().__init__(_esm=script, state=state, cases=known.history())
        self._endpoint, self._known, self._server = endpoint, known, connection
        asked = Asked(endpoint, quick, known, str(me.get("user") or ""))
        self._watch = Watch(quick, self._become)
        self._calls = Calls(self._carried_by(asked), self._answer, "atrium-bench", threads=_AT_ONCE)
        self._live = Live(asked, self._tell, self._keep, self._watch.lost)
        self.on_msg(lambda _widget, message, buffers: self._receive(message, buffers))

    def show(self, value: Any, edits: Sequence[Mapping[str, Any]] = (), timeout: float = 600.0) -> Answer:
        """Ask about a new case, and open it in the cell. value, edits: as for `predict`; the edits are applied in the
        cell, beside the original. Returns the answer to the unedited case.
        """
        given = [dict(edit) for edit in edits]
        answer = self._endpoint.predict(value, timeout=timeout)
        told = self._known.take(self._server.get(f"predictions/{answer.id}", action="read the prediction"), kept=True)
        self._keep()
        self.send({"type": "opened", "prediction": told, "edits": given})
        with self.hold_sync():  # for a cell that is not drawn yet
            self.case, self.shown, self.edits = str(told["original"]), str(told["id"]), given
        return answer

    def close(self) -> None:
        """Take the bench down, as `Widget.close` does."""
        self._watch.close()
        self._live.close()
        self._calls.close()
        super().close()

    @traitlets.observe("shown")
    def _follow(self, change: Any) -> None:
        form = self._known.form(change["new"]) if change["new"] else None
        self.answer = Answer(form, self._server) if form and form.get("state") == "succeeded" else None

    def _receive(self, message: Any, buffers: Sequence[Any]) -> None:
        if not isinstance(message, Mapping):
            return
        view = int(message.get("view") or 0)
        self.send({"type": "heard", "view": view})
        match message.get("type"):
            case "live" if isinstance(message.get("message"), Mapping):
                self._live.receive(view, message["message"])
            case "call" | "cancel":
                self._calls.receive(message, buffers)

    def _carried_by(self, asked: Asked) -> Callable[[str, Any, Sequence[Any]], Any]:
        def carry(call: str, body: Any, buffers: Sequence[Any]) -> Any:
            try:
                return asked(call, body, buffers)
            except AtriumError as error:
                if error.code in AWAY:
                    self._watch.lost()
                raise
            finally:
                if call in ("predict", "judge", "say"):
                    self._keep()

        return carry

    def _answer(self, told: JSON, files: list[bytes]) -> None:
        self.send(told, files)

    def _tell(self, view: int, message: JSON) -> None:
        self.send({"type": "live", "view": view, "message": message})

    def _keep(self) -> None:
        self.cases = self._known.history()

    def _become(self, connection: str) -> None:
        self.connection = connection

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Where no widget is drawn (a page on the web, a notebook that was saved), the last answer stands."""
        made = super()._repr_mimebundle_(**options)
        data = made[0] if isinstance(made, tuple) else made
        if isinstance(data, dict):
            data["text/html"] = self._still()
        return made

    def _still(self) -> str:
        said = f"The bench of “{self._endpoint.name}” as it was. Run this cell to have it answer again, or open it at "
        link = f'<a href="{escape(self._endpoint.url)}">{escape(self._endpoint.url)}</a>'
        shown = self.answer or self._first()
        return f"{shown._repr_html_() if shown else ''}<p>{escape(said)}{link}.</p>"

    def _first(self) -> Answer | None:
        examples = self.state.get("examples") or ()
        form = self._known.form(examples[0]["prediction"]["id"]) if examples else None
        return Answer(form, self._server) if form else None

    def __repr__(self) -> str:
        return f"<Bench of {self._endpoint.name}: {self._endpoint.url}>"


class Watch:
    """Looks whether the server is there again, once it was not. become: told `reconnecting`, then `connected`."""

    def __init__(self, connection: Connection, become: Callable[[str], object]) -> None:
        self._connection, self._become = connection, become
        self._lock, self._over, self._is_looking = Lock(), Event(), False

    def lost(self) -> None:
        with self._lock:
            if self._is_looking or self._over.is_set():
                return
            self._is_looking = True
        self._become("reconnecting")
        Thread(target=self._look, name="atrium-bench-watch", daemon=True).start()

    def close(self) -> None:
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_AGAIN):
            try:
                self._connection.get("me", action="look whether the server is there")
            except AtriumError as error:
                if error.code in AWAY:
                    continue
            break
        with self._lock:
            self._is_looking = False
        if not self._over.is_set():
            self._become("connected")


def _state(endpoint: "Endpoint", connection: Connection, known: Cases, me: Mapping[str, Any]) -> JSON:
    """What the component is told of the endpoint, as the page tells it."""
    form = connection.get(f"endpoints/{endpoint.id}", action=f"read “{endpoint.name}”")
    scopes = set(me.get("scopes") or ())
    role = "review" if {"predict", "feedback:write"} <= scopes else "try" if "predict" in scopes else "view"
    examples = connection.pages(f"endpoints/{endpoint.id}/examples", action="list the examples")
    listed = sorted(examples, key=lambda item: int(item.get("position") or 0))  # as on the page
    return {
        "endpoint": {"id": endpoint.id, "name": endpoint.name},
        "team": str((me.get("team") or {}).get("name") or ""),
        "shared_by": "",
        "role": role,
        "expires_at": None,
        "research_use_only": True,
        "card": form.get("card"),
        "version": form.get("version"),
        "interface": form.get("interface"),
        "guest": {"id": None, "name": str(me.get("user") or ""), "email": ""},
        "urls": {"back": endpoint.url},
        "explanations": None,
        "examples": [_example(item, number, known) for number, item in enumerate(listed, start=1)],
    }


def _example(item: Mapping[str, Any], number: int, known: Cases) -> JSON:
    prediction = known.take(dict(item["prediction"]))
    files = (value["thumbnail"] for value in prediction["inputs"].values() if value.get("thumbnail"))
    return {
        "id": item["id"],
        "title": item.get("title") or f"Example {number}",
        "prediction": prediction,
        "thumbnail": next(files, None),
        "thread": None,
    }
