"""A function that answers from this process, as an endpoint."""

import atexit
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from .answering import TOGETHER, Answering
from .cards import card
from .connection import Connection, backoff
from .endpoints import Endpoint
from .errors import AtriumError
from .fields import Image
from .functions import Function
from .line import OPEN_SECONDS, Line, State
from .links import Link
from .places import Mask
from .signals import Audio, Series

if TYPE_CHECKING:
    from .bench import Bench

_FILES = Image | Mask | Audio | Series


class Served:
    """A function that answers from this process, as an endpoint: `url` is its page, `link()` makes one for reviewers.

    It answers in the background until `stop()`, or the process ends; `wait()` is for scripts. While it is away the
    cases that are sent wait for a day, and are answered when it is served again under the same name. Serve the same
    name in several notebooks and they share the cases.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        function: Function,
        connection: Connection,
        *,
        say: Callable[[str], None] | None = None,
        pause: Callable[[int], float] = backoff,
    ) -> None:
        self.endpoint = endpoint
        self._say = say or _print
        self._line = Line(
            connection, endpoint.version_id, name=endpoint.name, url=endpoint.url,
            at_once=TOGETHER if function.batch else 1,
            files=[field.name for field in function.outputs if isinstance(field, _FILES)],
            say=self._say, pause=pause,
        )  # fmt: skip
        self._answering = Answering(function, self._line, endpoint.name, self._say)
        atexit.register(self.stop)

    @property
    def url(self) -> str:
        """The endpoint's page, for members of the team."""
        return self.endpoint.url

    @property
    def name(self) -> str:
        return self.endpoint.name

    @property
    def state(self) -> State:
        """`connecting`, `online`, `offline` (it is tried again), `stopped`, or `refused`: see `refusal`."""
        return self._line.state

    @property
    def refusal(self) -> AtriumError | None:
        """Why the server takes no answers from here any more."""
        return self._line.refusal

    @property
    def answered(self) -> int:
        """Cases that were answered here."""
        return self._answering.answered - self._line.too_large

    @property
    def failed(self) -> int:
        """Cases on which the function failed here, or whose answer was too large."""
        return self._answering.failed + self._line.too_large

    def link(self, role: Literal["view", "try", "review"] = "review", **options: Any) -> Link:
        """Make a link for people without an account: `endpoint.share`, with its options."""
        return self.endpoint.share(role=role, **options)

    def bench(self) -> "Bench":
        """The bench in a cell of this notebook: `endpoint.bench`."""
        return self.endpoint.bench()

    def until_online(self, seconds: float = OPEN_SECONDS) -> "Served":
        """Returns when the server gives it cases, or after so many seconds: then it says why not, and is tried on.

        Raises what the server refused it for.
        """
        until = time.monotonic() + seconds
        while not self._line.online.is_set() and not self._line.over.is_set() and time.monotonic() < until:
            self._line.online.wait(0.1)
        if self.refusal is not None:
            raise self.refusal
        if not self._line.online.is_set():
            why = f" ({self._line.lost_by})" if self._line.lost_by else ""
            self._say(
                f"“{self.name}” does not reach the server yet{why}; it is tried on in the background, and cases are "
                "kept. A proxy on the way must let WebSockets through."
            )
        return self

    def wait(self) -> None:
        """Answer until it is stopped or refused, for scripts. Ctrl-C stops it. Raises what it was refused for."""
        try:
            while not self._line.over.wait(0.5):
                pass
        except KeyboardInterrupt:
            self.stop()
        if self.refusal is not None:
            raise self.refusal

    def stop(self) -> None:
        """Take no more cases. What is running is given up here; it goes to another notebook, or waits for one."""
        if self._line.stopping.is_set():
            return
        atexit.unregister(self.stop)
        self._line.stop()
        self._say(f"“{self.name}” is not answered from here any more.")

    def __repr__(self) -> str:
        return f"<Served {self.name} ({self.state}), {self.answered} answered, {self.failed} failed: {self.url}>"

    def _repr_html_(self) -> str:
        facts = [("answered here", str(self.answered)), ("failed here", str(self.failed))]
        tone = "good" if self.state == "online" else "bad"
        return card("Live function", self.name, url=self.url, state=self.state, tone=tone, facts=facts)


def _print(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
