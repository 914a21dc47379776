"""What waits on a live function's line is taken together up to a bound, without what nobody wants any more."""

import queue
import threading
from types import SimpleNamespace
from typing import Any

from atrium_client import Text
from atrium_client.answering import TOGETHER, Answering
from atrium_client.functions import Function
from atrium_client.line import Begun

PATIENCE = 20.0


def test_a_function_with_batch_is_given_what_waits() -> None:
    given: list[list[str]] = []
    finished: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()

    def doubled(words: list[str]) -> list[str]:
        given.append(words)
        return [word * 2 for word in words]

    line: Any = SimpleNamespace(
        waiting=queue.SimpleQueue(),
        stopping=threading.Event(),
        finish=lambda begun, message: finished.put((begun.key[1], message["type"])),
    )
    count = TOGETHER + 5
    for number in range(count):
        begun = Begun(("job", number), {"word": str(number)})
        if number == 3:
            begun.call._cancel()
        line.waiting.put(begun)
    line.waiting.put(None)
    before = set(threading.enumerate())
    function = Function(doubled, [Text("word")], [Text("said")], batch=True)
    answering = Answering(function, line, "doubler", lambda words: None)
    ended = dict(finished.get(timeout=PATIENCE) for _ in range(count))
    assert ended == {number: "stopped" if number == 3 else "answered" for number in range(count)}
    assert [len(words) for words in given] == [TOGETHER - 1, 5]
    assert "3" not in given[0]
    assert answering.answered == count - 1
    for thread in set(threading.enumerate()) - before:  # the end of the line is the loop's, also within a batch
        thread.join(PATIENCE)
        assert not thread.is_alive()
