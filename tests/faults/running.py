"""An Atrium of a test's own: a whole `make run` with its demo, whose processes may be taken away.

Its supervisor is a child of the test; what a test accepted by it, it remembers.
"""

import base64
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psutil
import psycopg

from infra.dev.environment import Secrets
from infra.dev.services import LOOPBACK
from tests.made import made_in

MARKS = {
    "postgres": "bin/postgres",
    "valkey": "valkey-server",
    "s3": "rclone",
    "inputs": "gpu_workers.inputs",
    "web": "atrium.config.asgi",
    "dispatch": "dispatch --pool",
    "chores": "procrastinate worker",
    "worker": "gpu_workers --pool",
}
"""By which words of its command each process below the supervisor is known."""


@dataclass
class Running:
    """One `make run`: its folder, its supervisor, what it printed, and what it accepted."""

    var: Path
    supervisor: psutil.Process
    told: dict[str, str]
    client: httpx.Client
    accepted: set[str] = field(default_factory=set)
    random: Random = field(default_factory=lambda: Random(11))

    def process(self, name: str) -> psutil.Process | None:
        """The one of MARKS that runs now; None between its end and its restart."""
        for child in self.supervisor.children():
            with suppress(psutil.NoSuchProcess):
                if MARKS[name] in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                    return child
        return None

    def service(self, name: str) -> psutil.Process:
        found = self.process(name)
        assert found is not None, f"{name} does not run"
        return found

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database's superuser finds, past all walls."""
        port = json.loads((self.var / "ports.json").read_text())["postgres"]
        password = Secrets.load(self.var / "secrets.json").postgres
        with psycopg.connect(f"postgres://postgres:{password}@{LOOPBACK}:{port}/atrium") as connection:
            return connection.execute(query, values).fetchall()

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

    @cached_property
    def bench(self) -> dict[str, Any]:
        """What the page behind the demo's link knows."""
        page = self.page().text
        state: dict[str, Any] = json.loads(
            page.split('id="bench-state" type="application/json">')[1].split("</script>")[0]
        )
        return state

    def judge(self) -> httpx.Response:
        """Flag the first example, as the guest whose browser opened the demo's link."""
        address = self.bench["urls"]["flag"].replace("{id}", self.bench["examples"][0]["prediction"]["id"])
        own = {"X-CSRFToken": self.client.cookies["csrftoken"], "Accept": "application/json"}
        return self.client.post(address, json={"verdict": "unsure"}, headers=own | {"Origin": self.told["url"]})

    def away(self) -> set[str]:
        """What the health page says is away."""
        return {name for name, state in self.client.get("/health/").json().items() if state == "away"}

    def open(self) -> set[str]:
        """The accepted predictions that have not ended. None ends badly: each outlives an outage of minutes."""
        states = {}
        for each in self.accepted:
            shown = self.client.get(f"/api/v1/predictions/{each}").json()
            states[each] = shown["state"]
            if shown["state"] == "failed":
                states[each] = shown["error"]["code"]
        assert set(states.values()) <= {"queued", "running", "succeeded"}, states
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


@contextmanager
def running_in(var: Path, **variables: str) -> Iterator[Running]:
    """Start one in a folder, with further environment variables, and stop it."""
    with made_in(var, **variables) as process:
        told = json.loads((var / "run.json").read_text())
        with httpx.Client(
            base_url=told["url"], headers={"Authorization": f"Bearer {told['token']}"}, timeout=60
        ) as client:
            running = Running(var, psutil.Process(process.pid), told, client)
            assert running.film(wait=30).status_code == 200
            assert running.table(wait=30).status_code == 200
            yield running


def until(condition: Callable[[], bool], seconds: float) -> float:
    """Wait for it; returns how long it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + seconds, f"not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - begun
