"""How the inputs process ends, what it leaves, and what web makes of its absence."""

import asyncio
import signal
import socket
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from atrium import rendering
from atrium.errors import Problem
from atrium.rendering import connections

from .cases import ramp, saved, smooth
from .conftest import Inputs
from .writers import GREY, png

SMALL = png(ramp(255), GREY)


@pytest.fixture(autouse=True)
def _fresh_connections(settings: object, folder: Path) -> None:
    settings.INPUTS_SOCKET = str(folder / "own.sock")  # type: ignore[attr-defined]
    connections.close_all()


def test_without_it_both_forms_say_unavailable(folder: Path) -> None:
    with pytest.raises(Problem) as caught:
        rendering.decode_now(SMALL, "L")
    assert (caught.value.code, caught.value.status) == ("inputs_unavailable", 503)
    with pytest.raises(Problem) as caught:
        asyncio.run(rendering.decode(SMALL, "L"))
    assert (caught.value.code, caught.value.status) == ("inputs_unavailable", 503)


def test_a_restart_between_two_requests_is_not_noticed(folder: Path) -> None:
    first = Inputs(folder / "own.sock", "--processes", "1")
    before = rendering.decode_now(SMALL, "L")
    assert first.stop() == 0
    assert not (folder / "own.sock").exists()
    second = Inputs(folder / "own.sock", "--processes", "1")
    assert rendering.decode_now(SMALL, "L") == before
    second.process.kill()  # leaves its socket behind
    second.stop()
    assert (folder / "own.sock").exists()
    third = Inputs(folder / "own.sock", "--processes", "1")
    assert asyncio.run(rendering.decode(SMALL, "L")) == before
    assert third.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_what_it_holds(folder: Path, number: signal.Signals) -> None:
    running = Inputs(folder / "own.sock", "--processes", "1")
    idle = socket.socket(socket.AF_UNIX)
    idle.connect(str(running.socket))
    large = saved(Image.fromarray(np.tile(smooth(64, 64), (20, 20, 1))), "PNG", compress_level=1)

    async def stopped_in_the_middle() -> int:
        waiting = asyncio.ensure_future(rendering.decode(large, "RGB"))
        while not any(child.status() == psutil.STATUS_RUNNING for child in running.children()):
            await asyncio.sleep(0)
            assert not waiting.done()
        running.process.send_signal(number)
        return (await waiting).width

    assert asyncio.run(stopped_in_the_middle()) == 1280
    with idle:
        assert idle.recv(1) == b""
    assert running.process.wait(6) == 0  # it did not sit out the time that work in hand is given
    running.stop()


def test_its_children_die_with_it(folder: Path) -> None:
    running = Inputs(folder / "own.sock", "--processes", "2")
    children = psutil.Process(running.process.pid).children(recursive=True)
    assert len(running.children()) >= 2
    running.process.kill()
    running.stop()
    gone, alive = psutil.wait_procs(children, timeout=5)
    assert gone
    assert not alive
