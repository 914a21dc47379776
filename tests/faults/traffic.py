"""Many people at once: predictions, pictures, flags, messages and pages, sent at a steady pace whatever the answers.

Each request has its moment. Its time is counted from that moment, so that an answer which holds up the next requests is
seen in theirs.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Any

import httpx
import urllib3

from tests.faults.running import Running, noise

KINDS = {
    "numbers": 10,
    "picture": 4,
    "flag": 3,
    "message": 3,
    "prediction": 3,
    "threads": 2,
    "bench": 2,
    "endpoints": 2,
    "me": 1,
}
"""What is asked, and how often in thirty."""
THREADS = 300


@dataclass(frozen=True)
class Sent:
    """One request. status: 0 where nobody answered. seconds: from its moment to its answer."""

    kind: str
    status: int
    seconds: float
    retry_after: str = ""


@dataclass
class Traffic:
    """What one token sends. made: by kind the ids that were acknowledged."""

    running: Running
    token: str
    seed: int = 1
    sent: list[Sent] = field(default_factory=list)
    made: dict[str, list[str]] = field(default_factory=lambda: {"prediction": [], "flag": [], "message": []})

    def __post_init__(self) -> None:
        self._random, self._lock = Random(self.seed), Lock()
        self._pool = urllib3.PoolManager(maxsize=THREADS, retries=False, timeout=60)
        self._answered: list[str] = []
        self._threads: list[str] = []
        self._endpoints = self.running.endpoints
        self._sample = self.running.sample
        [*_, self._project] = [project["id"] for project in self.running.results("/api/v1/projects")]
        with httpx.Client(follow_redirects=True) as browser:
            page = browser.get(self.running.told["link"])
            self._bench = str(page.url)
            self._cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)

    def run(self, rate: float, seconds: float) -> None:
        """Send `rate` requests a second; returns when all are answered."""
        with ThreadPoolExecutor(THREADS) as threads:
            begun = time.monotonic()
            for number in range(int(rate * seconds)):
                moment = begun + number / rate
                time.sleep(max(0.0, moment - time.monotonic()))
                threads.submit(self._send, moment)

    def seconds(self, *statuses: int) -> list[float]:
        """How long those answers took, in order."""
        return sorted(each.seconds for each in self.sent if each.status in statuses)

    def statuses(self) -> Counter[int]:
        return Counter(each.status for each in self.sent)

    def _send(self, moment: float) -> None:
        with self._lock:
            kind = self._random.choices(list(KINDS), list(KINDS.values()))[0]
            method, path, body = self._request(kind)
        address = path if path.startswith("http") else f"{self.running.told['url']}/api/v1/{path}"
        headers = {"Cookie": self._cookies} if kind == "bench" else {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = self._pool.request(
                method, address, body=None if body is None else json.dumps(body), headers=headers
            )
        except urllib3.exceptions.HTTPError:
            self.sent.append(Sent(kind, 0, time.monotonic() - moment))
            return
        seconds = time.monotonic() - moment
        self.sent.append(Sent(kind, answer.status, seconds, answer.headers.get("Retry-After", "")))
        if answer.status in (200, 201, 202) and method == "POST":
            self._note(kind, answer.json())

    def _request(self, kind: str) -> tuple[str, str, Mapping[str, Any] | None]:
        """(method, path or address, body); a thing that is not there yet is another prediction instead."""
        choose = self._random.choice
        match kind:
            case "picture":
                films = f"endpoints/{self._endpoints['Film']}/predictions"
                return "POST", films, {"inputs": {"Film": noise(self._random, 64)}}
            case "flag" if self._answered:
                return "POST", f"predictions/{choose(self._answered)}/flag", {"verdict": "right", "message": "As seen."}
            case "message" if self._threads:
                return "POST", f"threads/{choose(self._threads)}/messages", {"body": "What do you think of this one?"}
            case "prediction" if self._answered:
                return "GET", f"predictions/{choose(self._answered)}", None
            case "threads":
                return "GET", f"projects/{self._project}/threads", None
            case "bench":
                return "GET", self._bench, None
            case "endpoints":
                return "GET", f"projects/{self._project}/endpoints", None
            case "me":
                return "GET", "me", None
        numbers = [7 + 20 * self._random.random(), *self._sample[1:]]
        return "POST", f"endpoints/{self._endpoints['Nuclei']}/predictions", {"inputs": {"Nuclei": numbers}}

    def _note(self, kind: str, shown: Mapping[str, Any]) -> None:
        if "state" in shown:
            self.made["prediction"].append(shown["id"])
            if shown["state"] == "succeeded":
                self._answered.append(shown["id"])
        elif kind == "flag":
            self.made["flag"].append(shown["id"])
            self._threads.append(shown["thread"])
        else:
            self.made["message"].append(shown["id"])
