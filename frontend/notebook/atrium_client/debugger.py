"""The debugger in a notebook's cell: the component of the server's page, with this kernel in the place of the page.

The component is the server's own (`/static/notebook/debugger.js`), so that it fits the server whatever this client's
age. It sends calls; they are carried out here, with the token, which never reaches the cell's script.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets
from anywidget import AnyWidget

from .analyses import asked
from .calls import Calls
from .connection import Connection
from .errors import AtriumError, Invalid
from .fields import JSON

if TYPE_CHECKING:
    from .datasets import DatasetVersion

COMPONENT = "/static/notebook/debugger.js"
OFFERS = ["ask", "save_slice", "delete_slice", "save_analysis", "delete_analysis"]


class Asked:
    """Carries out what the component asks for, by its names; anything else is refused."""

    def __init__(self, version: "DatasetVersion", connection: Connection) -> None:
        self._version, self._connection = version, connection

    def __call__(self, call: str, body: Any, _buffers: Sequence[Any] = ()) -> Any:
        dataset, version = f"datasets/{self._version.dataset_id}", f"dataset-versions/{self._version.id}"
        match call:
            case "ask":
                return asked(self._connection, self._version.id, body).form
            case "save_slice":
                return self._connection.post(f"{dataset}/slices", body, action="save the slice")
            case "delete_slice":
                return self._connection.delete(f"slices/{_id(body)}", action="delete the slice")
            case "save_analysis":
                return self._connection.post(f"{version}/analyses", body, action="save the analysis")
            case "delete_analysis":
                return self._connection.delete(f"analyses/{_id(body)}", action="delete the analysis")
        raise AtriumError(
            f"A notebook cannot do “{call}”; open {self._version.url}debugger/ for it.", code="not_offered"
        )


def _id(body: Any) -> str:
    """As an address takes it: a cell's script names things, never a way to them."""
    given = str(body.get("id") if isinstance(body, dict) else "")
    if not re.fullmatch(r"[\w-]{1,64}", given):
        raise Invalid(f"“{given[:64]}” is no id of a slice or an analysis.")
    return given


class Debugger(AnyWidget):
    """The widget. question: what it shows, as `DatasetVersion.view` takes it; it follows the hand, and may be set."""

    state = traitlets.Dict().tag(sync=True)
    question = traitlets.Dict(allow_none=True).tag(sync=True)
    answer = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    offers = traitlets.List(OFFERS).tag(sync=True)

    def __init__(self, version: "DatasetVersion", connection: Connection, question: JSON) -> None:
        script = connection.read(COMPONENT, action="read the debugger's component").decode()
        super().__init__(_esm=script, state=_state(version, connection), question=question)
        self._calls = Calls(Asked(version, connection), self.send, "atrium-debugger")
        self.on_msg(lambda _widget, message, buffers: self._calls.receive(message, buffers))
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
