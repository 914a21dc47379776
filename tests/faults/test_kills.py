"""Every process is killed once while predictions come in: what was accepted ends, once, and says how.

Ten requests a second for some twenty seconds; the worker, its runner, the dispatcher, Valkey and web are ended by
SIGKILL in turn and started again.
"""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import httpx
import psutil
import pytest

from apps.endpoints.models import Prediction
from apps.jobs.models import Job, UsageEntry
from atrium.errors import REGISTER
from atrium.tenancy.context import team_context
from atrium_client import Atrium, Number
from infra.dev.processes import Process
from tests.faults.killing import holds, kill_and_start, kill_valkey, start_valkey
from tests.models import doubling
from tests.people import Lab
from tests.services import site

EVERY_SECONDS = 0.1
SETTLE_SECONDS = 90.0


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

    def expect(self, more: int) -> None:
        """Wait until that many more were accepted."""
        seen = len(self.accepted)
        assert holds(lambda: len(self.accepted) > seen + more, 40), self.outcomes

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
def processes(web_process: Process, worker_process: Process, dispatch_process: Process) -> dict[str, Process]:
    """Those that this xdist worker's tests share: each is running again when the test ends."""
    return {"web": web_process, "worker": worker_process, "dispatch": dispatch_process}


def restart_valkey() -> None:
    kill_valkey()
    start_valkey()


def _kill_runners(worker: Process) -> None:
    """The sandboxed children that hold models, and everything below them."""
    assert worker.child is not None
    children = psutil.Process(worker.child.pid).children(recursive=True)
    assert children, "the worker holds no model yet"
    for child in children:
        with suppress(psutil.NoSuchProcess):  # it ended with its parent, which came before it
            child.kill()


def test_accepted_predictions_end_once_whatever_is_killed(lab: Lab, processes: dict[str, Process]) -> None:
    token = lab.token()
    atrium = Atrium(site().url, token)
    project = atrium.project("Kills", create=True)
    version = project.upload("double", doubling(), inputs=[Number("x")], outputs=[Number("y")], example=[1.0])
    endpoint = version.deploy()
    assert endpoint.predict(3.0)["y"] is not None

    load = Load(site().url, token, str(endpoint.id))
    thread = threading.Thread(target=load.run)
    thread.start()
    try:
        kills: list[Callable[[], None]] = [
            partial(_kill_runners, processes["worker"]),
            partial(kill_and_start, processes["worker"]),
            partial(kill_and_start, processes["dispatch"]),
            restart_valkey,
            partial(kill_and_start, processes["web"]),
        ]
        for kill in kills:
            load.expect(5)
            kill()
        load.expect(10)
    finally:
        load.stop.set()
        thread.join()

    def open_rows() -> int:
        with team_context(lab.alice):
            return Job.objects.filter(state__in=["queued", "running"]).count()

    assert holds(lambda: open_rows() == 0, SETTLE_SECONDS), "something is stuck"
    with team_context(lab.alice):
        rows = {row.pk: row for row in Prediction.objects.filter(endpoint_id=endpoint.id)}
        missing = {UUID(accepted) for accepted in load.accepted} - set(rows)
        assert not missing, "an accepted prediction is gone"
        for row in rows.values():
            assert row.state in ("succeeded", "failed"), row.state
            if row.state == "succeeded":
                [value] = row.inputs.values()
                assert row.answer is not None
                assert row.answer["y"]["value"] == 2 * value["value"]
            else:
                assert row.error is not None
                assert row.error["code"] in REGISTER
        jobs = set(Job.objects.filter(kind="predict").values_list("pk", flat=True))
        ledger = Counter(
            UsageEntry.objects.filter(kind="predict", job_id__isnull=False).values_list("job_id", flat=True)
        )
        assert ledger == Counter(jobs), "each job is in the ledger once"
        failed = Counter(row.error["code"] for row in rows.values() if row.error is not None)
    print(f"accepted {len(load.accepted)} of {load.sent}: {dict(load.outcomes)}; failed {dict(failed)}")  # noqa: T201
