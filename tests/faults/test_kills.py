"""Every process is killed once while predictions come in: what was accepted ends, once, and says how.

Ten requests a second for some twenty seconds; the worker, its runner, the dispatcher, Valkey and web are ended by
SIGKILL in turn and started again.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from uuid import UUID

import httpx
import psutil
import pytest

from apps.endpoints.models import Prediction
from apps.jobs.models import Job, UsageEntry
from atrium.errors import REGISTER
from atrium.tenancy.context import team_context
from atrium_client import Atrium, Number
from infra.dev import site_processes
from infra.dev.processes import Process
from tests.models import doubling
from tests.people import Lab
from tests.services import site

EVERY_SECONDS = 0.1
SETTLE_SECONDS = 90.0
STARTED: list[Process] = []
"""Valkeys that took a killed one's place: later tests of this xdist worker use them; they end with it."""


@dataclass
class Load:
    """Posts one number after the other and remembers every prediction that was accepted."""

    url: str
    token: str
    endpoint: str
    accepted: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    stop: threading.Event = field(default_factory=threading.Event)
    sent: int = 0

    def run(self) -> None:
        with ThreadPoolExecutor(32) as threads:
            while not self.stop.is_set():
                self.sent += 1
                threads.submit(self.ask, self.sent)
                self.stop.wait(EVERY_SECONDS)

    def ask(self, number: int) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Prefer": "wait=20"}
        body = {"inputs": {"x": float(number)}}
        try:
            address = f"{self.url}/api/v1/endpoints/{self.endpoint}/predictions"
            answer = httpx.post(address, json=body, headers=headers, timeout=25)
        except httpx.HTTPError as error:
            self.outcomes[type(error).__name__] += 1
            return
        self.outcomes[str(answer.status_code)] += 1
        if answer.status_code in (200, 202):
            self.accepted.add(answer.json()["id"])


@pytest.fixture
def processes(inputs_process: Process) -> Iterator[dict[str, Process]]:
    """A web server, a dispatcher and a worker of this test's own."""
    port = int(site().url.rsplit(":", 1)[1])
    own = {
        "dispatch": site_processes.dispatch(site()),
        "web": site_processes.web(site(), "127.0.0.1", port),
        "worker": site_processes.worker(site()),
    }
    with ExitStack() as stack:
        for process in own.values():
            process.start()
            stack.callback(process.stop)
        for process in own.values():
            process.wait()
        yield own


def _end(process: Process) -> None:
    assert process.child is not None
    process.child.kill()
    process.child.wait()


def _kill_and_start(process: Process) -> None:
    _end(process)
    process.start()
    process.wait()


def _kill_runners(worker: Process) -> None:
    """The sandboxed children that hold models, and everything below them."""
    assert worker.child is not None
    children = psutil.Process(worker.child.pid).children(recursive=True)
    assert children, "the worker holds no model yet"
    for child in children:
        child.kill()


def _kill_valkey() -> None:
    port = site().valkey.port
    for found in psutil.net_connections("tcp"):
        if found.status == psutil.CONN_LISTEN and found.laddr.port == port and found.pid:
            os.kill(found.pid, signal.SIGKILL)
            psutil.Process(found.pid).wait(10) if psutil.pid_exists(found.pid) else None
    again = site().valkey.process()
    again.start()
    STARTED.append(again)
    again.wait()


def _until(condition: object, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.2)
    return False


def test_accepted_predictions_end_once_whatever_is_killed(lab: Lab, processes: dict[str, Process]) -> None:
    token = lab.token()
    atrium = Atrium(site().url, token)
    project = atrium.project("Kills", create=True)
    version = project.upload("double", doubling(), inputs=[Number("x")], outputs=[Number("y")], example=[1.0])
    endpoint = version.deploy()
    assert endpoint.predict(3.0)["y"].value == 6.0

    load = Load(site().url, token, str(endpoint.id))
    thread = threading.Thread(target=load.run)
    thread.start()
    try:
        for kill in (
            lambda: _kill_runners(processes["worker"]),
            lambda: _kill_and_start(processes["worker"]),
            lambda: _kill_and_start(processes["dispatch"]),
            _kill_valkey,
            lambda: _kill_and_start(processes["web"]),
        ):
            assert _until(lambda seen=len(load.accepted): len(load.accepted) > seen + 5, 40), load.outcomes
            kill()
        assert _until(lambda seen=len(load.accepted): len(load.accepted) > seen + 10, 40), load.outcomes
    finally:
        load.stop.set()
        thread.join()

    def open_rows() -> int:
        with team_context(lab.alice):
            return Job.objects.filter(state__in=["queued", "running"]).count()

    assert _until(lambda: open_rows() == 0, SETTLE_SECONDS), "something is stuck"
    with team_context(lab.alice):
        rows = {row.pk: row for row in Prediction.objects.filter(endpoint_id=endpoint.id)}
        missing = {UUID(accepted) for accepted in load.accepted} - set(rows)
        assert not missing, "an accepted prediction is gone"
        for row in rows.values():
            assert row.state in ("succeeded", "failed"), row.state
            if row.state == "succeeded":
                [value] = row.inputs.values()
                assert row.answer["y"]["value"] == 2 * value["value"]
            else:
                assert row.error["code"] in REGISTER
        jobs = set(Job.objects.filter(kind="predict").values_list("pk", flat=True))
        ledger = list(UsageEntry.objects.filter(kind="predict", job_id__isnull=False).values_list("job_id", flat=True))
        assert sorted(ledger) == sorted(jobs), "each job is in the ledger once"
        failed = Counter(row.error["code"] for row in rows.values() if row.state == "failed")
    print(f"accepted {len(load.accepted)} of {load.sent}: {dict(load.outcomes)}; failed {dict(failed)}")  # noqa: T201
