"""What a cell's script asks for, carried out by the kernel beside its own work."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .errors import AtriumError, Invalid
from .fields import JSON

_LOG = logging.getLogger("atrium_client")
Carry = Callable[[str, Any, Sequence[Any]], Any]
Tell = Callable[[JSON, list[bytes]], object]


class Calls:
    """carry: does one call by its name, from its body and buffers; bytes that it returns go as a buffer. tell: takes
    the answer. threads: so many calls at once; with one, they are done in their order. A call that nobody waits for
    any more is not begun; every other is answered or refused, whatever goes wrong.
    """

    def __init__(self, carry: Carry, tell: Tell, name: str, threads: int = 1) -> None:
        self._carry, self._tell = carry, tell
        self._line = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._awaited: set[int] = set()

    def receive(self, message: Mapping[str, Any], buffers: Sequence[Any] = ()) -> None:
        request = int(message["request"])
        if message["type"] == "cancel":
            self._awaited.discard(request)
        else:
            self._awaited.add(request)
            self._line.submit(self._answer, request, str(message["call"]), message.get("body"), buffers)

    def close(self) -> None:
        """Returns when all that was asked for is done."""
        self._line.shutdown()

    def _answer(self, request: int, call: str, body: Any, buffers: Sequence[Any]) -> None:
        if request not in self._awaited:
            return
        given: list[bytes] = []
        try:
            made = self._carry(call, body, buffers)
            if isinstance(made, bytes):
                given.append(made)
            told = {"type": "answered", "request": request, "body": None if given else made}
        except AtriumError as error:
            told = {"type": "refused", "request": request, "problem": problem(error)}
        except Exception as error:
            _LOG.warning("A cell's call “%s” failed in the kernel.", call, exc_info=True)
            said = AtriumError(f"The kernel could not do “{call}”: {type(error).__name__}: {error}", code="internal")
            told = {"type": "refused", "request": request, "problem": problem(said)}
        if request in self._awaited:
            self._awaited.discard(request)
            self._tell(told, given)


def problem(error: AtriumError) -> JSON:
    """An error as a problem document says it."""
    fields = error.fields if isinstance(error, Invalid) else ()
    errors = [{"field": one.field, "code": one.code, "message": one.message} for one in fields]
    return {"code": error.code, "detail": str(error), "errors": errors}
