"""The clients, in a process of their own: each sends its next picture when it has the answer to the one before.

    TOKEN=… python -m tests.benchmarks.load atrium URL --clients 16 --seconds 10 --seed 1

Prints one line of JSON: how many were answered, in how many seconds, and the latency of each in milliseconds. Every
answer is looked at: one that is none ends the run.
"""

import argparse
import json
import os
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from random import Random

import urllib3

from tests.benchmarks.pictures import picture

Ask = Callable[[urllib3.PoolManager, str], None]
JSON_BODY = {"Content-Type": "application/json"}


class WrongAnswer(Exception):
    """A server answered something else than a prediction."""


def ask_atrium(address: str) -> Ask:
    """One `POST …/predictions` with the picture as a data URL; sent again when it is asked to come later, as clients
    do, and the wait counted."""
    headers = {**JSON_BODY, "Authorization": f"Bearer {os.environ['TOKEN']}"}

    def ask(pool: urllib3.PoolManager, film: str) -> None:
        body = json.dumps({"inputs": {"film": film}})
        while (answer := pool.request("POST", address, body=body, headers=headers)).status == 429:
            time.sleep(float(answer.headers["Retry-After"]))
        if answer.status != 200 or answer.json()["state"] != "succeeded":
            raise WrongAnswer(answer.data[:300])

    return ask


def ask_gradio(address: str) -> Ask:
    """`POST /gradio_api/call/predict`, then the event stream until it is complete."""

    def ask(pool: urllib3.PoolManager, film: str) -> None:
        taken = pool.request("POST", address, body=json.dumps({"data": [{"url": film}]}), headers=JSON_BODY)
        answer = pool.request("GET", f"{address}/{taken.json()['event_id']}")
        if b"event: complete" not in answer.data or b'"confidences"' not in answer.data:
            raise WrongAnswer(answer.data[:300])

    return ask


def run(ask: Ask, clients: int, seconds: float, seed: int) -> dict[str, object]:
    pool = urllib3.PoolManager(maxsize=clients, retries=False, timeout=60)
    latencies: list[float] = []
    failures: list[BaseException] = []
    until = time.perf_counter() + seconds

    def client(number: int) -> None:
        random = Random(f"{seed} {number}")
        try:
            while not failures and time.perf_counter() < until:
                film = "data:image/png;base64," + b64encode(picture(random)).decode()
                begun = time.perf_counter()
                ask(pool, film)
                latencies.append((time.perf_counter() - begun) * 1000)
        except Exception as error:
            failures.append(error)

    begun = time.perf_counter()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return {"count": len(latencies), "seconds": time.perf_counter() - begun, "latencies": latencies}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("atrium", "gradio"))
    parser.add_argument("address")
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    ask = {"atrium": ask_atrium, "gradio": ask_gradio}[given.kind](given.address)
    print(json.dumps(run(ask, given.clients, given.seconds, given.seed)))  # noqa: T201


if __name__ == "__main__":
    main()
