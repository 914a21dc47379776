"""How the inputs process ends, what it leaves, and what web makes of its absence."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from atrium import rendering
from atrium.errors import Problem
from atrium.rendering import connections
from atrium.telemetry import watch

from .cases import ramp
from .conftest import PATIENCE, Inputs, L, asked, freeze, until
from .writers import GREY, png

SMALL = png(ramp(255), GREY)

Begin = Callable[..., Inputs]


@pytest.fixture(autouse=True)
def _fresh_connections(settings: object, folder: Path) -> None:
    settings.INPUTS_SOCKET = str(folder / "own.sock")  # type: ignore[attr-defined]
    connections.close_all()


def test_without_it_both_forms_say_unavailable(folder: Path) -> None:
    with pytest.raises(Problem) as caught:
        rendering.decode_now(SMALL, *L)
    assert (caught.value.code, caught.value.status) == ("inputs_unavailable", 503)
    with pytest.raises(Problem) as caught:
        asyncio.run(rendering.decode(SMALL, *L))
    assert (caught.value.code, caught.value.status) == ("inputs_unavailable", 503)


def test_one_that_is_silent_is_told_by_the_watch(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two to three seconds are promised; the bound, with room for a busy machine, is below what ends a wait else."""
    running = begin(1)
    part = watch.Part("inputs", watch._inputs())
    part.on_lost = connections.give_up
    monkeypatch.setitem(watch.PARTS, "inputs", part)

    async def silent() -> float:
        following = asyncio.ensure_future(part.follow())
        await until(lambda: part.asked)
        assert not part.away
        assert (await rendering.decode(SMALL, *L)).facts["width"] == 31  # and leaves its connection open
        running.process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        page = asyncio.to_thread(rendering.decode_now, SMALL, *L)
        ends = await asyncio.gather(rendering.decode(SMALL, *L), page, return_exceptions=True)
        took = time.monotonic() - begun
        assert [end.code for end in ends if isinstance(end, Problem)] == ["inputs_unavailable"] * 2
        with pytest.raises(Problem, match="inputs_unavailable"):  # at once, as long as it is away
            await rendering.decode(SMALL, *L)
        running.process.send_signal(signal.SIGCONT)
        await until(lambda: not part.away)
        assert (await rendering.decode(SMALL, *L)).facts["width"] == 31
        following.cancel()
        return took

    assert asyncio.run(silent()) < connections.TIMEOUT - 2


def test_a_restart_between_two_requests_is_not_noticed(begin: Begin, folder: Path) -> None:
    first = begin(1)
    before = rendering.decode_now(SMALL, *L)
    assert first.stop() == 0
    assert not (folder / "own.sock").exists()
    second = begin(1)
    assert rendering.decode_now(SMALL, *L) == before
    second.process.kill()  # leaves its socket behind
    second.stop()
    assert (folder / "own.sock").exists()
    third = begin(1)
    assert asyncio.run(rendering.decode(SMALL, *L)) == before
    assert third.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_what_it_holds(begin: Begin, number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    running = begin(1, "--deadline", str(PATIENCE))  # its children are frozen for as long as a busy machine takes
    monkeypatch.setattr(connections, "TIMEOUT", PATIENCE)  # and so long its answer is waited for

    async def stopped_in_the_middle() -> int:
        children = running.children()
        await freeze(children)
        waiting = asyncio.ensure_future(rendering.decode(SMALL, *L))
        await until(lambda: any(map(asked, children)))
        running.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            assert await asyncio.get_running_loop().sock_recv(idle, 1) == b"", "whom it owes nothing it sends away"
        assert not running.socket.exists()
        for child in children:
            child.resume()
        return int((await waiting).facts["width"])

    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(str(running.socket))
        idle.setblocking(False)
        assert asyncio.run(stopped_in_the_middle()) == 31
        assert running.process.wait(PATIENCE) == 0
    assert running.process.stderr is not None
    assert b"still at work" not in running.process.stderr.read(), "it sat out the time that work in hand is given"


def test_its_children_die_with_it(begin: Begin) -> None:
    running = begin(2)
    children = psutil.Process(running.process.pid).children(recursive=True)
    assert len(running.children()) >= 2
    running.process.kill()
    running.stop()
    gone, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert gone
    assert not alive
