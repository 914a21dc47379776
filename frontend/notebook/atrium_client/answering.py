"""Calls of a live function, one by one or together, in a thread of their own."""

import queue
import threading
import time
import traceback
from collections.abc import Callable

from .functions import Call, Cancelled, Function
from .line import Begun, Line

TOGETHER = 16
"""Cases that a function with batch is given at most at once."""
LARGEST_TRACE = 20_000


class Answering:
    """Takes what waits on a line, and ends it there. name: the endpoint's. answered, failed: how many so far.

    Calls are done in this thread alone: functions are seldom made for two.
    """

    def __init__(self, function: Function, line: Line, name: str, say: Callable[[str], None]) -> None:
        self.answered = self.failed = 0
        self._function, self._line, self._name, self._say = function, line, name, say
        threading.Thread(target=self._work, name="atrium-function", daemon=True).start()

    def _work(self) -> None:
        while (first := self._line.waiting.get()) is not None and not self._line.stopping.is_set():
            wanted = []
            for begun in (first, *self._more()):
                if begun.call.cancelled:
                    self._line.finish(begun, {"type": "stopped"})
                else:
                    wanted.append(begun)
            if len(wanted) > 1:
                self._answer_together(wanted)
            elif wanted:
                self._answer(wanted[0])

    def _more(self) -> list[Begun]:
        """What waits beside the first, where the function takes several."""
        found: list[Begun] = []
        while self._function.batch and len(found) < TOGETHER - 1:
            try:
                begun = self._line.waiting.get_nowait()
            except queue.Empty:
                break
            if begun is None:
                self._line.waiting.put(None)  # the end is for the loop
                break
            found.append(begun)
        return found

    def _answer_together(self, many: list[Begun]) -> None:
        began = time.monotonic()
        try:
            answers = self._function.together([one.inputs for one in many], Call())
        except Exception:  # one of them may be to blame for all
            for one in many:
                self._answer(one)
            return
        share = (time.monotonic() - began) / len(many)
        for one, answer in zip(many, answers, strict=True):
            self.answered += 1
            self._line.finish(one, {"type": "answered", "answers": answer, "seconds": share})

    def _answer(self, begun: Begun) -> None:
        began = time.monotonic()
        try:
            answers = self._function(begun.inputs, begun.call)
        except Cancelled:
            self._line.finish(begun, {"type": "stopped"})
        except Exception as error:
            self.failed += 1
            trace = traceback.format_exc()
            self._say(f"“{self._name}” failed on a case; who sent it is told that it failed, and no more.\n{trace}")
            told = {"error": type(error).__name__[:500], "trace": trace[-LARGEST_TRACE:]}
            self._line.finish(begun, {"type": "raised", **told})
        else:
            self.answered += 1
            seconds = time.monotonic() - began
            self._line.finish(begun, {"type": "answered", "answers": answers, "seconds": seconds})
