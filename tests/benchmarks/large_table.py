"""`python -m tests.benchmarks.large_table SITE [gigabytes]`: a large CSV file sent by the client, cut once, and read.

SITE: the folder of a clone in which `make run` runs with the demo, as the same user. The file is made beside its
data, sent by a client that is killed when half of it has gone, sent on by another, and deleted once it has arrived:
2.7 times its size must be free there. Printed: seconds of each step, and the most memory that each process held.
"""

import io
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.csv

from atrium_client import Atrium

from .ingestion import planted

BLOCK = 500_000
"""Rows that are made at a time."""
NAMES = {
    "gpu_workers.ingestion.child": "reading child",
    "gpu_workers.debugger": "table child",
    "uvicorn": "web",
    "dispatch": "dispatcher",
    "rclone": "store",
    "gpu_workers": "worker",
    "tests.benchmarks.large_table": "client",
}
SEND = "send"


class Watch:
    """The most memory that each process below these held, in MB by its name."""

    def __init__(self, *roots: int) -> None:
        self.megabytes: dict[str, float] = {}
        self._roots, self._over = roots, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.2):
            for root in self._roots:
                with suppress(psutil.NoSuchProcess):
                    for process in psutil.Process(root).children(recursive=True):
                        self._note(process)

    def _note(self, process: psutil.Process) -> None:
        with suppress(psutil.NoSuchProcess):
            said = " ".join(process.cmdline())
            name = next((name for part, name in NAMES.items() if part in said and "bwrap" not in said), None)
            if name is not None:
                held = process.memory_info().rss / 1e6
                self.megabytes[name] = max(self.megabytes.get(name, 0.0), held)


@contextmanager
def timed(what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    print(f"| {what} | {time.perf_counter() - begun:.0f} s |", flush=True)  # noqa: T201


def write(path: Path, size: int) -> int:
    """A CSV file of about so many bytes; how many rows. It repeats itself, but no group of rows that is stored does."""
    block, rows = io.BytesIO(), 0
    pa.csv.write_csv(planted(BLOCK), block, pa.csv.WriteOptions(quoting_style="needed"))
    header, _, body = block.getvalue().partition(b"\n")
    with path.open("wb") as file:
        file.write(header + b"\n")
        while file.tell() < size:
            file.write(body)
            rows += BLOCK
    return rows


def send(url: str, token: str, path: Path) -> None:
    Atrium(url, token).project("large", create=True).dataset("large", path, wait=False, progress=False)


def sending(site: Path, path: Path) -> psutil.Popen:
    command = [sys.executable, "-m", "tests.benchmarks.large_table", str(site), SEND, str(path)]
    return psutil.Popen(command)


def run_of(site: Path) -> int:
    """The process of `make run` in that folder."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if "infra.dev.run" in process.cmdline() and process.cwd() == str(site):
                return process.pid
    raise SystemExit(f"Nothing runs in {site}.")


def main() -> None:
    site = Path(sys.argv[1]).resolve()
    told = json.loads((site / "var" / "run.json").read_text())
    if sys.argv[2:3] == [SEND]:
        send(told["url"], told["token"], Path(sys.argv[3]))
        return
    size = int(float(sys.argv[2] if len(sys.argv) > 2 else 10) * 1e9)
    path = site / "var" / "large.csv"
    if shutil.disk_usage(path.parent).free < 2.7 * size:
        raise SystemExit(f"{2.7 * size / 1e9:.0f} GB must be free.")
    run = run_of(site)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n\n| step | |\n|---|---|", flush=True)  # noqa: T201
    watch = Watch(run, os.getpid())
    try:
        with timed(f"made, {size / 1e9:.0f} GB"):
            rows = write(path, size)
        size = path.stat().st_size
        with timed("hashed and half sent, then killed"), sending(site, path) as first:
            while first.is_running() and first.io_counters().read_chars < 1.5 * size:
                time.sleep(0.2)
            first.kill()
        with timed("hashed again, sent on to the end"), sending(site, path) as second:
            if second.wait():
                raise SystemExit("the upload failed")
        path.unlink()
        project = Atrium(told["url"], told["token"]).project("large")
        with timed("fetched by the worker, read, put in parts"):
            version = project.dataset("large")
            # The worker may have looked for room before the file that was sent was gone.
            (version.read_again() if version.state == "failed" else version).wait(timeout=7200)
        print(f"\n{version.rows:,} rows of {rows:,} × {len(version.columns)} columns; in the store:", end=" ")  # noqa: T201
        kept = sorted(file.stat().st_size for file in (site / "var" / "s3").rglob("*") if file.is_file())
        print(f"the file {kept[-1] / 1e9:.2f} GB, the table {kept[-2] / 1e9:.2f} GB\n")  # noqa: T201
        version.delete()
    finally:
        path.unlink(missing_ok=True)
        watch.close()
    print("| process | memory at most, MB |\n|---|---|")  # noqa: T201
    for name, megabytes in sorted(watch.megabytes.items()):
        print(f"| {name} | {megabytes:.0f} |")  # noqa: T201


if __name__ == "__main__":
    main()
