"""`make run` as a whole: it answers, says where, refuses a second start, and leaves neither process nor damage."""

import json
import os
import select
import signal
import stat
import subprocess
from pathlib import Path
from urllib.request import urlopen

import psycopg

from infra.dev.environment import Secrets, public_host
from infra.dev.ground import ROOT
from tests.made import COMMAND, environment, made_in

PROCESSES = ["postgres", "valkey", "s3", "inputs", "web", "dispatch", "chores", "worker"]


def descendants(pid: int) -> set[int]:
    """All processes below one, as the kernel knows them now."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                status = (folder / "stat").read_text()
            except OSError:
                continue
            parents[int(folder.name)] = int(status.rsplit(")", 1)[1].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def all_end_within(pids: set[int], seconds: float) -> bool:
    """Wait for the end of processes that are not our children."""
    for pid in pids:
        try:
            watched = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([watched], [], [], seconds)[0]:
                return False
        finally:
            os.close(watched)
    return True


def superuser(var: Path) -> str:
    """The address of the running PostgreSQL, whose port its own note tells."""
    port = (var / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[3]
    return f"postgres://postgres:{Secrets.load(var / 'secrets.json').postgres}@127.0.0.1:{port}/postgres"


def test_run_kill_run_again_and_stop(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with made_in(var, DEMO="0") as process:
        told = json.loads((var / "run.json").read_text())
        assert stat.S_IMODE((var / "run.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(var.stat().st_mode) == 0o700
        assert told["url"].startswith(f"http://{public_host('127.0.0.1')}:")
        with urlopen(f"{told['url']}/health/") as answer:
            assert json.load(answer) == {"database": "ok", "messages": "ok", "store": "ok", "inputs": "ok"}
        assert sorted(path.stem for path in (var / "log").glob("*.log") if path.stem in PROCESSES) == sorted(PROCESSES)
        with psycopg.connect(superuser(var), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        below = descendants(process.pid)
        assert len(below) >= len(PROCESSES)
        process.kill()
        process.wait()
        assert all_end_within(below, 60)

    with made_in(var, DEMO="0") as process:
        with psycopg.connect(superuser(var)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        told = json.loads((var / "run.json").read_text())
        second = subprocess.run(
            COMMAND,
            cwd=ROOT,
            env=environment(var),
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1
        assert f"Atrium runs here already at {told['url']}" in second.stderr

        below = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
        assert all_end_within(below, 10)
        assert not (var / "run.json").exists()
