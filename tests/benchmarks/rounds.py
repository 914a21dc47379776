"""Rounds of load against each server in turn, and what they cost."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from infra.dev.ground import ROOT

from .processor import reading
from .served import Served


@dataclass(frozen=True)
class Round:
    """rate: answers a second. p50, p95: milliseconds. cpu: CPU-milliseconds an answer by process."""

    rate: float
    p50: float
    p95: float
    cpu: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.cpu.values())


def measure(served: Served, clients: int, seconds: float, seed: int) -> Round:
    """One round. Everything that the server's processes do meanwhile is counted, housekeeping included."""
    command = [sys.executable, "-m", "tests.benchmarks.load", served.kind, served.address]
    options = ["--clients", str(clients), "--seconds", str(seconds), "--seed", str(seed)]
    before = reading(served.pids)
    done = subprocess.run(
        [*command, *options], env={**os.environ, "TOKEN": served.token}, cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    after = reading(served.pids)
    told = json.loads(done.stdout)
    cuts = quantiles(told["latencies"], n=20, method="inclusive")
    cpu = {name: (after[name] - before[name]) * 1000 / told["count"] for name in served.pids}
    return Round(told["count"] / told["seconds"], cuts[9], cuts[18], cpu)


def middle(rounds: Sequence[Round]) -> Round:
    """The median of each figure on its own."""
    names = rounds[0].cpu
    return Round(
        median(each.rate for each in rounds),
        median(each.p50 for each in rounds),
        median(each.p95 for each in rounds),
        {name: median(each.cpu[name] for each in rounds) for name in names},
    )


def alternate(
    servers: Sequence[Served], clients: Sequence[int], seconds: float, rounds: int
) -> dict[tuple[int, str], list[Round]]:
    """By (clients, server's name); the servers take turns, in the other order every second round."""
    measured: dict[tuple[int, str], list[Round]] = {}
    seed = 0
    for number in range(rounds):
        for count in clients:
            for served in servers if number % 2 == 0 else servers[::-1]:
                seed += 1
                taken = measure(served, count, seconds, seed)
                measured.setdefault((count, served.name), []).append(taken)
                print(  # noqa: T201
                    f"  {served.name:<22} {count:>3} clients {taken.rate:6.1f}/s {taken.p50:7.1f} ms "
                    f"{taken.total:6.2f} CPU-ms",
                    flush=True,
                )
    return measured
