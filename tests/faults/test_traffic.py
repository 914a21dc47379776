"""Thirty requests a second are answered soon and make no process grow; at five times as many, those who are let in are
answered in time and the others told when to return."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from statistics import median

import psutil
import pytest

from tests.faults.running import MARKS, Running, running_in, until
from tests.faults.traffic import Traffic

pytestmark = pytest.mark.long

RATE = 30.0
OVERLOAD = 5
SOON = 0.3
CROWDED = 1.0
FAILED = 0.001
"""Share of the requests that may be our fault, or find no place."""
GROWTH = 0.05
SLACK = 2 * 2**20
"""Bytes by which any process may grow: a small one's 5 % are a few pages."""
WARM_UP = 0.25
SAMPLE_SECONDS = 5.0
SETTLE_SECONDS = 60.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_in(tmp_path_factory.mktemp("traffic") / "var") as running:
        yield running


Sample = dict[int, int]
"""Bytes by the process they belong to."""


class Memory:
    """Bytes that belong to each part alone, its children included, sampled while something else goes on.

    seconds: of a core that each part has used meanwhile.
    """

    def __init__(self, running: Running) -> None:
        self._running = running
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.samples: dict[str, list[Sample]] = defaultdict(list)
        self.seconds: dict[str, float] = {}

    def __enter__(self) -> "Memory":
        self._before = self._used()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.seconds = {name: seconds - self._before[name] for name, seconds in self._used().items()}

    def _used(self) -> dict[str, float]:
        return {name: _seconds(self._running.service(name)) for name in MARKS}

    def _look(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            for name in MARKS:
                process = self._running.service(name)
                children = process.children(recursive=True)
                if name == "worker":
                    self.samples["runners"].append({child.pid: _own(child) for child in children})
                    children = []
                self.samples[name].append({each.pid: _own(each) for each in [process, *children]})

    def growth(self) -> dict[str, tuple[int, int]]:
        """(bytes after the warm-up, bytes at the end) of each part: the medians of a quarter of the samples each.

        Of the processes that were there all the time: a connection that the pool opens on the way is a new process of
        PostgreSQL, of some 6 MiB once it knows the statements, and stays at that.
        """
        found = {}
        for name, samples in self.samples.items():
            quarter = max(int(len(samples) * WARM_UP), 1)
            stayed = set.intersection(*(set(sample) for sample in samples[quarter:]))
            sums = [sum(sample[pid] for pid in stayed) for sample in samples[quarter:]]
            found[name] = int(median(sums[:quarter])), int(median(sums[-quarter:]))
        return found


def _seconds(process: psutil.Process) -> float:
    """With its children's, those that have ended too."""
    used = sum(process.cpu_times()[:4])
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            used += sum(child.cpu_times()[:2])
    return used


def _own(process: psutil.Process) -> int:
    """Its heap and stacks; what PostgreSQL's processes share is as large as its settings say."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(next(line for line in lines if line.startswith("Pss_Anon:")).split()[1]) * 1024


def part(seconds: list[float], share: float) -> float:
    """The time within which this share of them was answered."""
    return seconds[min(int(len(seconds) * share), len(seconds) - 1)] if seconds else 0.0


def told(traffic: Traffic) -> str:
    good, crowded = traffic.seconds(200, 201, 202), traffic.seconds(429)
    return (
        f"{dict(traffic.statuses())}; answered p50 {part(good, 0.5) * 1000:.0f} ms, p95 {part(good, 0.95) * 1000:.0f} "
        f"ms, p99 {part(good, 0.99) * 1000:.0f} ms; refused p99 {part(crowded, 0.99) * 1000:.0f} ms"
    )


def is_kept(running: Running, traffic: Traffic) -> None:
    """All that was acknowledged is there, and every prediction has its answer."""
    until(lambda: running.rows(OPEN_JOBS) == [(0,)], SETTLE_SECONDS)
    for table, kind in (("feedback_flag", "flag"), ("feedback_message", "message")):
        query = f"SELECT count(*) FROM {table} WHERE id = ANY(%s::uuid[])"
        assert running.rows(query, traffic.made[kind]) == [(len(set(traffic.made[kind])),)], kind
    predictions = set(traffic.made["prediction"])
    states = dict(running.rows(STATES, list(predictions)))
    assert states == {"succeeded": len(predictions)}, states


def second_token(running: Running) -> str:
    """Another of the same person."""
    secret = "atr_" + token_urlsafe(32)
    assert running.rows(SECOND_TOKEN, sha256(secret.encode()).digest())
    return secret


OPEN_JOBS = "SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')"
STATES = "SELECT state, count(*) FROM endpoints_prediction WHERE id = ANY(%s::uuid[]) GROUP BY 1"
SECOND_TOKEN = """
    INSERT INTO teams_apitoken
        (id, team_id, membership_id, name, secret_hash, prefix, scopes, created_at, expires_at)
    SELECT uuidv7(), team_id, membership_id, 'second', %s, prefix, scopes, created_at, expires_at
    FROM teams_apitoken ORDER BY created_at LIMIT 1
    RETURNING id
"""


def test_five_times_as_many_are_let_in_or_told_when_to_return(running: Running, long_seconds: float) -> None:
    """A flood from one token; somebody else's few requests come through beside it.

    It comes first: after it every connection to the database knows every statement, and none grows for that.
    """
    flood = Traffic(running, running.told["token"], seed=2)
    neighbour = Traffic(running, second_token(running), seed=3)
    beside = threading.Thread(target=neighbour.run, args=(RATE / 15, long_seconds / 5))
    beside.start()
    begun = time.monotonic()
    flood.run(OVERLOAD * RATE, long_seconds / 5)
    beside.join()
    print(f"{OVERLOAD * RATE:.0f} a second for {time.monotonic() - begun:.0f} s: {told(flood)}")  # noqa: T201
    print(f"beside it: {told(neighbour)}")  # noqa: T201
    for traffic in (flood, neighbour):
        is_kept(running, traffic)
        assert set(traffic.statuses()) <= {200, 201, 202, 429}, told(traffic)
        assert all(each.retry_after for each in traffic.sent if each.status == 429)
        assert part(traffic.seconds(200, 201, 202), 0.95) <= CROWDED, told(traffic)
        assert part(traffic.seconds(429), 0.99) <= CROWDED, told(traffic)
    assert len(neighbour.seconds(429)) <= 0.05 * len(neighbour.sent), told(neighbour)


def test_thirty_a_second_are_answered_soon_and_nothing_grows(running: Running, long_seconds: float) -> None:
    traffic = Traffic(running, running.told["token"])
    with Memory(running) as memory:
        traffic.run(RATE, long_seconds)
    print(told(traffic))  # noqa: T201
    for kind in sorted({each.kind for each in traffic.sent}):
        seconds = sorted(each.seconds for each in traffic.sent if each.kind == kind)
        print(f"  {kind}: {len(seconds)}, p50 {part(seconds, 0.5):.3f} s, p95 {part(seconds, 0.95):.3f} s")  # noqa: T201
    used = {name: 1000 * seconds / len(traffic.sent) for name, seconds in memory.seconds.items()}
    each = ", ".join(f"{name} {milliseconds:.1f}" for name, milliseconds in used.items())
    print(f"  milliseconds of a core a request: {sum(used.values()):.1f} ({each})")  # noqa: T201
    growth = memory.growth()
    for name, (before, after) in growth.items():
        first, last = len(memory.samples[name][0]), len(memory.samples[name][-1])
        print(f"  {name}: {before / 2**20:.1f} -> {after / 2**20:.1f} MiB, {first} -> {last} processes")  # noqa: T201
    is_kept(running, traffic)
    failed = sum(count for status, count in traffic.statuses().items() if status in (0, 429) or status >= 500)
    assert failed <= FAILED * len(traffic.sent), told(traffic)
    assert {status for status in traffic.statuses() if 0 < status < 500} <= {200, 201, 202, 429}, told(traffic)
    assert part(traffic.seconds(200, 201, 202), 0.95) <= SOON, told(traffic)
    for name, (before, after) in growth.items():
        assert after - before <= max(GROWTH * before, SLACK), (name, before, after)
