"""What may take long on the way of a prediction is done beside the event loop, which everybody shares."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import RequestFactory

from apps.endpoints.api.predict import read_request
from apps.registry import inputs
from apps.registry.inputs import SHORT_TEXT, check, prepare
from apps.sharing.bench import guest_place
from apps.sharing.views import acts
from apps.sharing.views.acts import Seat
from atrium import rendering
from atrium.errors import Problem
from atrium.rendering import connections
from gpu_workers.protocol.interface import Interface, NumberOutput, TextInput
from tests.people import PIXEL, Lab

NOTE = Interface((TextInput(name="note", max_length=2 * SHORT_TEXT),), (NumberOutput(name="y"),))


Threads = Callable[[Any, str, Callable[..., Any]], list[int]]


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Threads:
    """Puts a function in the place of another, and notes in which threads it is called."""

    def noted(module: Any, name: str, call: Callable[..., Any]) -> list[int]:
        seen: list[int] = []

        def calling(*arguments: Any) -> Any:
            seen.append(threading.get_ident())
            return call(*arguments)

        monkeypatch.setattr(module, name, calling)
        return seen

    return noted


@pytest.mark.parametrize("length", [10, SHORT_TEXT + 1])
def test_long_values_are_checked(threads: Threads, length: int) -> None:
    seen = threads(inputs, "check", check)
    note = "x" * length
    assert asyncio.run(prepare(NOTE, {"note": note})) == {"note": note}
    assert (threading.get_ident() in seen) is (length < SHORT_TEXT), "a short one needs no change of thread"


def test_a_body_from_the_bench_is_read(lab: Lab, threads: Threads) -> None:
    seen = threads(acts, "read_request", read_request)
    guest = lab.guest()
    seat = Seat(guest, guest_place(guest), lab.endpoint.pk, "nobody")
    request = RequestFactory().post("/predictions", b"{", content_type="application/json")
    assert asyncio.run(acts.predict(request, lambda: seat)).status_code == 400
    assert seen
    assert threading.get_ident() not in seen


def test_the_inputs_process_is_connected_to(threads: Threads) -> None:
    def refused() -> None:
        raise ConnectionRefusedError

    connections.close_all()
    seen = threads(connections, "_connected", refused)
    with pytest.raises(Problem, match="inputs_unavailable"):
        asyncio.run(rendering.decode(PIXEL, "image", {"mode": "L"}))
    assert len(seen) == 2
    assert threading.get_ident() not in seen
