"""PostgreSQL, Valkey or S3 is away for a while under use: who asks is told so at once, what was accepted is done.

Against a whole `make run` with its demo. Each service is away twice: silent (stopped, as a machine that hangs) and
gone (killed, its supervisor held so that it does not start it again). Two seconds in the suite, a minute in
`make faults`.
"""

import base64
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

import httpx
import psutil
import pytest

from infra.dev.ground import ROOT, free_port

pytestmark = pytest.mark.long
Outage = Callable[["Running", str], AbstractContextManager[None]]
AT_ONCE = 10.0
"""Seconds within which a refusal must come. Two are promised; the rest is for a machine that does ten things at once.
Without the watch over the services a silent one is waited for until it answers."""
RECOVERY = 60.0
"""Ten are promised; after a kill most of them are PostgreSQL's, which reads its log and waits for the disk."""
SETTLE = 60.0
"""Seconds for the accepted ones to be done, however many there are and however slow the machine."""
PROGRAMS = {"postgres": "postgres", "valkey": "valkey-server", "s3": "rclone"}


@dataclass
class Running:
    """One `make run`: its supervisor, what it printed, and what it accepted."""

    supervisor: psutil.Process
    told: dict[str, str]
    client: httpx.Client
    accepted: set[str] = field(default_factory=set)
    random: Random = field(default_factory=lambda: Random(11))

    def service(self, name: str) -> psutil.Process:
        [found] = [child for child in self.supervisor.children() if PROGRAMS[name] in child.name()]
        return found

    @cached_property
    def endpoints(self) -> dict[str, str]:
        """The demo's endpoints: kind of their input -> id."""
        found = {}
        for project in self.results("/api/v1/projects"):
            for endpoint in self.results(f"/api/v1/projects/{project['id']}/endpoints"):
                found[endpoint["interface"]["inputs"][0]["name"]] = endpoint["id"]
        return found

    def results(self, path: str) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.client.get(path).raise_for_status().json()["results"]
        return answer

    def predict(self, name: str, value: object, wait: int = 0) -> httpx.Response:
        """Ask for a prediction; the accepted ones are remembered."""
        answer = self.client.post(
            f"/api/v1/endpoints/{self.endpoints[name]}/predictions",
            json={"inputs": {name: value}},
            headers={"Prefer": f"wait={wait}"},
        )
        if answer.status_code in (200, 202):
            self.accepted.add(answer.json()["id"])
        return answer

    def film(self, wait: int = 0) -> httpx.Response:
        """Ask with a picture that is too large for a row and goes to S3."""
        return self.predict("Film", noise(self.random), wait)

    def table(self, wait: int = 0) -> httpx.Response:
        """Ask with numbers, which lie in the row: the demo's first sample with another mean radius each time."""
        return self.predict("Nuclei", [7 + 20 * self.random.random(), *self.sample[1:]], wait)

    @cached_property
    def sample(self) -> list[float]:
        example = self.results(f"/api/v1/endpoints/{self.endpoints['Nuclei']}/examples")[0]
        value: list[float] = example["prediction"]["inputs"]["Nuclei"]["value"]
        return value

    def page(self) -> httpx.Response:
        return self.client.get(self.told["link"], headers={"Accept": "text/html"}, follow_redirects=True)

    def away(self) -> set[str]:
        """What the health page says is away."""
        return {name for name, state in self.client.get("/health/").json().items() if state == "away"}

    def open(self) -> set[str]:
        """The accepted predictions that have not ended. None ends badly, unless the outage outlasted its deadline."""
        states = {}
        for each in self.accepted:
            shown = self.client.get(f"/api/v1/predictions/{each}").json()
            states[each] = shown["state"]
            if shown["state"] == "failed":
                states[each] = shown["error"]["code"]
        assert set(states.values()) <= {"queued", "running", "succeeded", "deadline_exceeded"}, states
        return {each for each, state in states.items() if state in ("queued", "running")}


def noise(random: Random, side: int = 400) -> str:
    """A gray PNG that does not compress, as a data URL."""
    rows = b"".join(b"\0" + random.randbytes(side) for _ in range(side))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 0)),
        (b"IEND", b""),
    )
    framed = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + framed).decode()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An Atrium of its own, with the demo, whose services may be taken away."""
    var = tmp_path_factory.mktemp("outages") / "var"
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "DEMO")}
    environment = {**kept, "ATRIUM_VAR": str(var), "PORT": str(free_port())}
    command = [sys.executable, "-m", "infra.dev.run"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        try:
            said = ""
            for line in process.stdout:
                said += line
                if "Ctrl-C stops everything" in line:
                    break
            else:
                raise AssertionError(said)
            threading.Thread(target=process.stdout.read, daemon=True).start()
            told = json.loads((var / "run.json").read_text())
            with httpx.Client(
                base_url=told["url"], headers={"Authorization": f"Bearer {told['token']}"}, timeout=60
            ) as client:
                running = Running(psutil.Process(process.pid), told, client)
                assert running.film(wait=30).status_code == 200
                assert running.table(wait=30).status_code == 200
                yield running
        finally:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGINT)
            process.wait(60)


@pytest.fixture(params=["silent", "gone"])
def outage(request: pytest.FixtureRequest) -> Outage:
    return {"silent": silent, "gone": gone}[request.param]


@pytest.fixture
def seconds(request: pytest.FixtureRequest) -> float:
    """How long it is away."""
    return 60.0 if request.config.getoption("--long") else 2.0


@contextmanager
def silent(running: Running, name: str) -> Iterator[None]:
    """Stop a service and all of its processes in the middle of what they do."""
    service = running.service(name)
    stopped = [service, *service.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            process.resume()


@contextmanager
def gone(running: Running, name: str) -> Iterator[None]:
    """Kill a service; its supervisor is held, so that nobody starts it again before the end."""
    service = running.service(name)
    running.supervisor.suspend()
    try:
        service.kill()
        yield
    finally:
        running.supervisor.resume()


def until(condition: Callable[[], bool], seconds: float) -> float:
    """Wait for it; returns how long it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + seconds, f"not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - begun


def refused(answer: httpx.Response) -> bool:
    """503, soon, with a time to come back and a sentence."""
    if answer.status_code != 503:
        return False
    assert int(answer.headers["Retry-After"]) >= 1
    assert "is away" in answer.text
    assert answer.elapsed.total_seconds() < AT_ONCE
    return True


def test_the_database_is_away(running: Running, outage: Outage, seconds: float) -> None:
    """Every page and call says so, those under way too; health says which."""
    before = running.table()
    assert before.status_code == 202
    with ThreadPoolExecutor() as threads, outage(running, "postgres"):
        first = [threads.submit(ask) for ask in (running.page, running.table)]
        for asked in first:
            assert refused(asked.result())
        until(lambda: running.away() == {"database"}, AT_ONCE)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert refused(running.table())
            assert refused(running.page())
            assert running.away() == {"database"}
            time.sleep(0.2)
    recovers(running)


def test_messages_are_away(running: Running, outage: Outage, seconds: float) -> None:
    """Predictions are accepted and wait; they are answered when the messages are back."""
    with outage(running, "valkey"):
        end = time.monotonic() + seconds
        until(lambda: running.away() == {"messages"}, AT_ONCE)
        while time.monotonic() < end:
            assert running.table().status_code == 202
            assert running.page().status_code == 200
            time.sleep(0.2)
    recovers(running)


def test_the_store_is_away(running: Running, outage: Outage, seconds: float) -> None:
    """What needs it is refused, and nothing else."""
    assert running.film().status_code == 202
    with outage(running, "s3"):
        assert refused(running.film())
        until(lambda: running.away() == {"store"}, AT_ONCE)  # who is refused may know before who watches
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert refused(running.film())
            assert running.table().status_code in (200, 202)
            assert running.page().status_code == 200
            assert running.away() == {"store"}
            time.sleep(0.2)
    recovers(running)


def recovers(running: Running) -> None:
    """By itself, and all that was accepted is done or has said that it was too late."""
    took = until(lambda: not running.away() and running.film().status_code == 202, RECOVERY)
    until(lambda: not running.open(), SETTLE)
    print(f"back after {took:.1f} s; {len(running.accepted)} accepted, none open")  # noqa: T201
