"""A process is killed every five seconds while people upload, predict, judge and write: nothing is lost or done twice.

Against a whole `make run`, whose supervisor starts again what was killed. Who gets no answer sends the same again,
under the same key, until it is acknowledged. Afterwards the database is asked what there is.
"""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import onnx
import psutil
import pytest

from atrium.errors import REGISTER
from atrium_client import Atrium, Number, Unavailable
from atrium_client.progress import Progress
from atrium_client.transfer import Place, send
from tests.faults.running import MARKS, Running, running_in, until
from tests.models import doubling

pytestmark = pytest.mark.long

KILL_SECONDS = 5.0
CASE_SECONDS = 0.2
"""Between two cases: a prediction, its flag and a message each."""
UPLOAD_SECONDS = 4.0
FIRST = 1000
"""The cases' numbers begin here, beyond that of the example."""
AT_ONCE = 32
SETTLE_SECONDS = 120.0
LEAST = 5000 / 600
"""Acknowledged things a second."""
RUNNER = "runner"
TURN = ("worker", RUNNER, "web", "valkey", "dispatch", "postgres", "chores", "inputs", "s3")
assert {*TURN} == {*MARKS, RUNNER}


KINDS = ("upload", "prediction", "flag", "message")


class Refused(AssertionError):
    """An answer that sending again does not mend."""


@dataclass
class Sender:
    """Sends until it is acknowledged. outcomes: by kind, of each attempt. acknowledged: by kind the tags."""

    running: Running
    outcomes: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    ended: Counter[str] = field(default_factory=Counter)
    problems: list[BaseException] = field(default_factory=list)
    give_up: float = float("inf")

    def post(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        """The acknowledgement, under a key of its own, however often it takes."""
        key = str(uuid4())
        return self.until_answered("POST", path, json=body, headers={"Idempotency-Key": key, **headers})

    def until_answered(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        while time.monotonic() < self.give_up:
            try:
                answer = self.running.client.request(method, f"/api/v1/{path}", timeout=30, **options)
            except httpx.HTTPError as error:
                self.outcomes[type(error).__name__] += 1
                time.sleep(0.2)
                continue
            self.outcomes[str(answer.status_code)] += 1
            if answer.is_success:
                shown: dict[str, Any] = answer.json()
                return shown
            if answer.status_code not in (429, 503):
                raise Refused(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
            time.sleep(min(float(answer.headers["Retry-After"]), 2.0))
        raise Refused(f"{method} {path} was not acknowledged to the end")


@dataclass
class Load:
    """Cases and uploads at their pace, as many at once as AT_ONCE."""

    sender: Sender
    endpoint: str
    atrium: Atrium
    model: str
    folder: Path
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        with ThreadPoolExecutor(AT_ONCE) as threads, ThreadPoolExecutor(2) as uploads:
            places = threading.Semaphore(2 * AT_ONCE)

            def let(pool: ThreadPoolExecutor, act: Callable[[int], None], number: int) -> None:
                def guarded() -> None:
                    try:
                        act(number)
                    except BaseException as error:
                        self.sender.problems.append(error)
                    finally:
                        places.release()

                places.acquire()
                pool.submit(guarded)

            number, next_upload = FIRST, time.monotonic()
            while not self.stop.wait(CASE_SECONDS):
                number += 1
                let(threads, self.case, number)
                if time.monotonic() >= next_upload:
                    next_upload = time.monotonic() + UPLOAD_SECONDS
                    let(uploads, self.upload, number)

    def case(self, number: int) -> None:
        """x is the case's own number; twice of it is the answer."""
        sender, tag = self.sender, f"case {number}"
        path = f"endpoints/{self.endpoint}/predictions"
        shown = sender.post(path, {"inputs": {"x": float(number)}}, Prefer="wait=20")
        sender.acknowledged["prediction"].add(tag)
        shown = self.ended(shown)
        if shown["state"] != "succeeded":
            sender.ended[shown["error"]["code"]] += 1
            return
        sender.ended["succeeded"] += 1
        assert shown["answer"]["y"]["value"] == 2 * number
        flag = sender.post(f"predictions/{shown['id']}/flag", {"verdict": "wrong", "message": tag})
        sender.acknowledged["flag"].add(tag)
        sender.post(f"threads/{flag['thread']}/messages", {"body": tag})
        sender.acknowledged["message"].add(tag)

    def ended(self, shown: dict[str, Any]) -> dict[str, Any]:
        limit = time.monotonic() + SETTLE_SECONDS
        while shown["state"] in ("queued", "running"):
            assert time.monotonic() < limit, f"{shown['id']} does not end"
            time.sleep(0.5)
            shown = self.sender.until_answered("GET", f"predictions/{shown['id']}")
        return shown

    def upload(self, number: int) -> None:
        """A file of its own, by the client; where that gives up, it is called again and goes on."""
        tag = f"upload {number}"
        model = onnx.load_from_string(doubling())
        model.doc_string = tag
        data = model.SerializeToString()
        file = self.folder / f"{number}.onnx"
        file.write_bytes(data)
        body = {
            "format": "onnx",
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "notes": tag,
            "card": {},
        }
        while True:
            try:
                with Progress(tag, len(data), shown=False) as progress:
                    send(self.atrium._connection, Place.model(self.model), file, body, progress)
            except Unavailable as error:
                self.sender.outcomes[f"upload: {error.code}"] += 1
                assert time.monotonic() < self.sender.give_up, tag
                continue
            self.sender.acknowledged["upload"].add(tag)
            return


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # where the client remembers unfinished uploads
    with running_in(tmp_path / "var") as running:
        yield running


def killed(running: Running, name: str) -> bool:
    """End a process by SIGKILL; False where it does not run just now."""
    victims = [running.process(name)] if name != RUNNER else _runners(running)
    ended = False
    for victim in victims:
        if victim is not None:
            with suppress(psutil.NoSuchProcess):
                victim.kill()
                ended = True
    return ended


def _runners(running: Running) -> list[psutil.Process | None]:
    """What holds the models, and what stands between it and the worker."""
    worker = running.process("worker")
    if worker is None:
        return []
    with suppress(psutil.NoSuchProcess):
        return [*worker.children(recursive=True)]
    return []


def test_what_is_acknowledged_is_there_once(running: Running, long_seconds: float, tmp_path: Path) -> None:
    atrium = Atrium(running.told["url"], running.told["token"])
    project = atrium.project("Kills", create=True)
    version = project.upload(
        "double", doubling(), inputs=[Number("x")], outputs=[Number("y")], example=[1.0], progress=False
    )
    endpoint = version.deploy()
    target = atrium._connection.post(f"projects/{project.id}/models", {"name": "uploads"}, action="make a model")
    sender = Sender(running)
    load = Load(sender, str(endpoint.id), atrium, str(target["id"]), tmp_path)
    thread = threading.Thread(target=load.run)
    kills: Counter[str] = Counter()
    thread.start()
    begun = time.monotonic()
    try:
        turn = cycle(TURN)
        while time.monotonic() < begun + long_seconds:
            time.sleep(KILL_SECONDS)
            name = next(turn)
            kills[name] += killed(running, name)
    finally:
        sender.give_up = time.monotonic() + SETTLE_SECONDS
        load.stop.set()
        thread.join()
    counts = {kind: len(tags) for kind, tags in sender.acknowledged.items()}
    print(f"killed {dict(kills)}; acknowledged {counts}; predictions {dict(sender.ended)}")  # noqa: T201
    print(f"attempts {dict(sender.outcomes)}")  # noqa: T201
    assert not sender.problems, sender.problems[:3]

    until(lambda: running.rows(OPEN_JOBS) == [(0,)], SETTLE_SECONDS)
    until(lambda: running.rows(INSPECTING, target["id"]) == [(0,)], SETTLE_SECONDS)
    found = {
        "prediction": Counter(f"case {x:.0f}" for (x,) in running.rows(PREDICTED, endpoint.id)),
        "flag": Counter(text for (text,) in running.rows(FLAGGED, endpoint.id)),
        "message": Counter(text for (text,) in running.rows(WRITTEN, endpoint.id)),
        "upload": Counter(text for (text,) in running.rows(UPLOADED, target["id"])),
    }
    for kind, rows in found.items():
        assert not sender.acknowledged[kind] - set(rows), f"acknowledged, and no {kind} is there"
        assert max(rows.values()) == 1, f"a {kind} is there twice: {rows.most_common(3)}"
    assert running.rows(LEDGER) == [], "a job that ended is in the ledger once"
    [(broken,)] = running.rows(BROKEN_UPLOADS, target["id"])
    assert not broken, "each upload that was acknowledged is inspected in the end"
    assert set(sender.ended) - {"succeeded"} <= set(REGISTER)
    assert sender.ended["succeeded"] > 0.9 * sender.ended.total(), sender.ended
    assert sum(counts.values()) >= LEAST * long_seconds, counts


OPEN_JOBS = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"
INSPECTING = "SELECT count(*) FROM registry_version WHERE model_id = %s AND state = 'inspecting'"
PREDICTED = f"""
    SELECT (inputs->'x'->>'value')::float AS x FROM endpoints_prediction
    WHERE endpoint_id = %s AND (inputs->'x'->>'value')::float >= {FIRST}
"""
FLAGGED = """
    SELECT f.message FROM feedback_flag f JOIN feedback_thread t ON t.id = f.thread_id WHERE t.endpoint_id = %s
"""
WRITTEN = """
    SELECT m.body FROM feedback_message m JOIN feedback_thread t ON t.id = m.thread_id WHERE t.endpoint_id = %s
"""
UPLOADED = "SELECT notes FROM registry_version WHERE model_id = %s AND state <> 'uploading'"
BROKEN_UPLOADS = "SELECT count(*) FROM registry_version WHERE model_id = %s AND state IN ('failed', 'rejected')"
LEDGER = """
    SELECT j.id, count(u.id) FROM jobs_job j LEFT JOIN jobs_usageentry u ON u.job_id = j.id
    WHERE j.state NOT IN ('queued', 'running') GROUP BY 1 HAVING count(u.id) <> 1
"""
