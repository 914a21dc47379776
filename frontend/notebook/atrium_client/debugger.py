"""The debugger in a notebook's cell: the component of the server's page, with this kernel in the place of the page.

The component is the server's own (`/static/notebook/debugger.js`), so that it fits the server whatever this client's
age. It sends calls; they are carried out here, with the token, which never reaches the cell's script.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import traitlets
from anywidget import AnyWidget

from .analyses import asked
from .connection import Connection
from .errors import AtriumError
from .fields import JSON

if TYPE_CHECKING:
    from .datasets import DatasetVersion

COMPONENT = "/static/notebook/debugger.js"
OFFERS = ["ask", "save_slice", "delete_slice", "save_analysis", "delete_analysis"]


class Calls:
    """Carries out what the component asks for, one after the other, beside the kernel's own work.

    send: takes the answer to a call. A call that nobody waits for any more is not begun.
    """

    def __init__(self, version: "DatasetVersion", connection: Connection, send: Callable[[JSON], object]) -> None:
        self._version, self._connection, self._send = version, connection, send
        self._line = ThreadPoolExecutor(1, thread_name_prefix="atrium-debugger")
        self._awaited: set[int] = set()

    def receive(self, message: Mapping[str, Any]) -> None:
        request = int(message["request"])
        if message["type"] == "cancel":
            self._awaited.discard(request)
        else:
            self._awaited.add(request)
            self._line.submit(self._answer, request, message["call"], message.get("body"))

    def close(self) -> None:
        """Returns when all that was asked for is done."""
        self._line.shutdown()

    def _answer(self, request: int, call: str, body: Any) -> None:
        if request not in self._awaited:
            return
        try:
            told = {"type": "answered", "request": request, "body": self._carry_out(call, body)}
        except AtriumError as error:
            told = {"type": "refused", "request": request, "problem": {"code": error.code, "detail": str(error)}}
        if request in self._awaited:
            self._awaited.discard(request)
            self._send(told)

    def _carry_out(self, call: str, body: Any) -> Any:
        dataset, version = f"datasets/{self._version.dataset_id}", f"dataset-versions/{self._version.id}"
        match call:
            case "ask":
                return asked(self._connection, self._version.id, body).form
            case "save_slice":
                return self._connection.post(f"{dataset}/slices", body, action="save the slice")
            case "delete_slice":
                return self._connection.delete(f"slices/{body['id']}", action="delete the slice")
            case "save_analysis":
                return self._connection.post(f"{version}/analyses", body, action="save the analysis")
            case "delete_analysis":
                return self._connection.delete(f"analyses/{body['id']}", action="delete the analysis")
        raise AtriumError(
            f"A notebook cannot do “{call}”; open {self._version.url}debugger/ for it.", code="not_offered"
        )


class Debugger(AnyWidget):
    """The widget. question: what it shows, as `DatasetVersion.view` takes it; it follows the hand, and may be set."""

    state = traitlets.Dict().tag(sync=True)
    question = traitlets.Dict(allow_none=True).tag(sync=True)
    answer = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    offers = traitlets.List(OFFERS).tag(sync=True)

    def __init__(self, version: "DatasetVersion", connection: Connection, question: JSON) -> None:
        script = connection.read(COMPONENT, action="read the debugger's component").decode()
        super().__init__(_esm=script, state=_state(version, connection), question=question)
        self._calls = Calls(version, connection, self.send)
        self.on_msg(lambda _widget, message, _buffers: self._calls.receive(message))
        self._name = str(version)

    def __repr__(self) -> str:
        return f"<Debugger of {self._name}>"


def _state(version: "DatasetVersion", connection: Connection) -> JSON:
    """What the component is told of the version, as the page tells it."""
    dataset = f"datasets/{version.dataset_id}"
    me = connection.get("me", action="read who the token belongs to")
    told = {"id": version.id, "number": version.number, "url": f"{version.url}debugger/", "rows": version.rows}
    return {
        "dataset": {"id": version.dataset_id, "name": version.dataset_name},
        "version": told,
        "versions": [told],
        "datasets": [],
        "columns": [{key: value for key, value in column.items() if key != "facts"} for column in version.columns],
        "team": "",
        "role": str(me.get("role") or ""),
        "can_save": "data:write" in (me.get("scopes") or ()),
        "saved": list(connection.pages(f"{dataset}/analyses", action="list the analyses")),
        "slices": list(connection.pages(f"{dataset}/slices", action="list the slices")),
    }
