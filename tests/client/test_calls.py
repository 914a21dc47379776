"""What a cell's script asked for is answered or refused, whatever becomes of it in the kernel."""

import logging
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from atrium_client.bench.asked import Asked
from atrium_client.bench.cases import Cases
from atrium_client.calls import Calls

Told = list[tuple[dict[str, Any], list[bytes]]]


@pytest.fixture
def answering() -> Iterator[Callable[[Callable[[str, Any, Sequence[Any]], Any]], tuple[Calls, Told]]]:
    made: list[Calls] = []

    def make(carry: Callable[[str, Any, Sequence[Any]], Any]) -> tuple[Calls, Told]:
        told: Told = []
        made.append(Calls(carry, lambda content, files: told.append((content, files)), "cell"))
        return made[-1], told

    yield make
    for calls in made:
        calls.close()


def asked(request: int, call: str, body: Any = None) -> dict[str, Any]:
    return {"type": "call", "request": request, "call": call, "body": body}


def test_a_fault_in_the_kernel_is_told_and_the_next_call_is_answered(
    answering: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def carry(call: str, body: Any, buffers: Sequence[Any]) -> Any:
        if call == "wrong":
            raise KeyError("thread")
        return body

    calls, told = answering(carry)
    with caplog.at_level(logging.WARNING, "atrium_client"):
        calls.receive(asked(1, "wrong"))
        calls.receive(asked(2, "right", {"a": 1}))
        calls.close()
    (first, _), (second, _) = told
    assert (first["type"], first["request"], first["problem"]["code"]) == ("refused", 1, "internal")
    assert "KeyError" in first["problem"]["detail"]
    assert second == {"type": "answered", "request": 2, "body": {"a": 1}}
    [logged] = caplog.records
    assert logged.exc_info


def test_files_that_came_without_their_bytes_are_refused(answering: Any) -> None:
    endpoint: Any = SimpleNamespace(inputs=(), url="http://x/e1")
    connection: Any = None
    calls, told = answering(Asked(endpoint, connection, Cases(), "Ana"))
    calls.receive(asked(1, "predict", {"files": [{"input": "film"}]}))
    calls.close()
    assert [content["type"] for content, _ in told] == ["refused"]
