"""Processor time of processes with everything below them, which wall times on a busy machine cannot hide."""

from collections.abc import Mapping

import psutil


def seconds(pid: int) -> float:
    """CPU seconds so far of a process, its children and those that it has outlived; 0 where it is gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    total = 0.0
    for member in family:
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def reading(pids: Mapping[str, int]) -> dict[str, float]:
    return {name: seconds(pid) for name, pid in pids.items()}
