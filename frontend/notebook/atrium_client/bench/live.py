"""Answers that follow the hand: the newest question counts, older ones are not begun, or cancelled by who asked."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from atrium_client.answers import FINAL
from atrium_client.calls import problem
from atrium_client.errors import AtriumError
from atrium_client.fields import JSON

from .asked import Asked

AWAY = frozenset({"unreachable", "unavailable"})
"""Codes of what may go the next time."""
_AT_ONCE = 4
_PAUSE, _AWAY_PAUSE = 0.3, 3.0


class Live:
    """What a page says to its socket, said to the kernel. tell: takes a view's number and what it is told. changed:
    called when there is more to keep. lost: called where the server gave no answer.
    """

    def __init__(
        self,
        asked: Asked,
        tell: Callable[[int, JSON], object],
        changed: Callable[[], object],
        lost: Callable[[], object],
    ) -> None:
        self._asked, self._tell, self._changed, self._lost = asked, tell, changed, lost
        self._newest: dict[int, int] = {}
        self._over = Event()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="atrium-bench")

    def receive(self, view: int, message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "predict":
                self._newest[view] = int(message["request"])
                self._pool.submit(self._predict, view, dict(message))
            case "keep" | "cancel" as act:
                self._pool.submit(self._act, str(act), str(message.get("prediction") or ""))

    def close(self) -> None:
        """Returns when what was begun is over."""
        self._over.set()
        self._pool.shutdown(cancel_futures=True)

    def _is_newest(self, view: int, request: int) -> bool:
        return self._newest.get(view) == request and not self._over.is_set()

    def _predict(self, view: int, message: Mapping[str, Any]) -> None:
        request = int(message["request"])
        if not self._is_newest(view, request):
            return
        try:
            form = self._asked.attempt(message.get("inputs"), message.get("edits"))
            self._tell(view, {"type": "accepted", "request": request, "prediction": form})
            while form["state"] not in FINAL and self._is_newest(view, request):
                waiting = form.get("waiting")
                if waiting:
                    told = {"type": "waiting", "request": request, "prediction": form["id"], "waiting": waiting}
                    self._tell(view, told)
                self._over.wait(_AWAY_PAUSE if waiting and not waiting.get("online") else _PAUSE)
                form = self._asked.read(str(form["id"]))
            if form["state"] in FINAL:
                self._tell(view, {"type": "finished", "request": request, "prediction": form})
        except AtriumError as error:
            if error.code in AWAY:
                self._tell(view, {"type": "unsent", "request": request})
                self._lost()
            else:
                self._tell(view, {"type": "refused", "request": request, "problem": problem(error)})

    def _act(self, act: str, prediction: str) -> None:
        try:
            if act == "cancel":
                self._asked.cancel(prediction)
            else:
                self._asked.keep(prediction)
                self._changed()
        except AtriumError as error:
            if error.code in AWAY:
                self._lost()
