"""The disk is full for a while: who asks is told so or answered, and when there is space again nothing is corrupt.

On a small file system of its own, which only root may mount.
"""

import hashlib
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from infra.dev.ground import MIB
from tests.faults.running import Running, running_in, until

pytestmark = pytest.mark.long

SIZE = 600
"""MiB."""
FULL_SECONDS = 30.0
RECOVERY = 60.0
"""Ten are promised; PostgreSQL, where it fell over, is started again after a pause that has grown."""
SETTLE = 90.0


@pytest.fixture
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    if not request.config.getoption("--long"):
        pytest.skip("a minute: only with --long")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def running(disk: Path) -> Iterator[Running]:
    with running_in(disk / "var") as running:
        yield running


def fill(path: Path) -> None:
    """Lengthen a file by what is left, to the last byte."""
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(MIB))


def asked(running: Running, ballast: Path) -> Counter[str]:
    """Numbers and pictures, while the disk is kept full; what came of each."""
    outcomes: Counter[str] = Counter()
    end = time.monotonic() + FULL_SECONDS
    while time.monotonic() < end:
        fill(ballast)
        for ask in (running.table, running.film):
            try:
                outcomes[f"{ask.__name__} {ask(wait=2).status_code}"] += 1
            except httpx.HTTPError as error:
                outcomes[f"{ask.__name__} {type(error).__name__}"] += 1
        time.sleep(0.1)
    return outcomes


def test_nothing_is_corrupt(running: Running, disk: Path) -> None:
    for _ in range(5):
        assert running.film(wait=20).status_code == 200
        assert running.table(wait=20).status_code == 200
    ballast = disk / "ballast"
    outcomes = asked(running, ballast)
    ballast.unlink()
    took = until(lambda: well(running), RECOVERY)
    print(f"{dict(outcomes)}; well after {took:.1f} s; {len(running.accepted)} accepted")  # noqa: T201
    until(lambda: not running.open(), SETTLE)
    answered = 0
    for each in running.accepted:
        shown = running.client.get(f"/api/v1/predictions/{each}").raise_for_status().json()
        answered += shown["state"] == "succeeded"
        for value in shown["inputs"].values():
            if value["kind"] == "image":
                picture = running.client.get(value["url"], follow_redirects=True).raise_for_status().content
                assert hashlib.sha256(picture).hexdigest() == value["sha256"]
    assert answered >= 12
    for (table,) in running.rows("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"):
        running.rows(f"SELECT sum(length(t::text)) FROM {table} t")  # every page of it, with what lies beside
    told = {outcome.split()[1] for outcome in outcomes}
    assert told <= {"200", "202", "503"}, outcomes


def well(running: Running) -> bool:
    try:
        return not running.away() and running.film().status_code == running.table().status_code == 202
    except httpx.HTTPError:
        return False
