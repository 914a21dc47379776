"""What a confined child has, what its parent hears of it, and that it always ends."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from gpu_workers import sandbox
from gpu_workers.sandbox import Child, Floor, Limits, floor, floor_reason
from gpu_workers.sandbox.launch import start
from gpu_workers.sandbox.layers import EVERY_LAYER, Layer

from .conftest import HOSTILE, TIGHT, Quarry

FLOORS = {"full": EVERY_LAYER, "reduced": EVERY_LAYER - {Layer.NAMESPACES}}

Begin = Callable[..., Child]


@pytest.fixture(params=sorted(FLOORS))
def begin(request: pytest.FixtureRequest) -> Begin:
    """Start `habits.py` on one of the floors."""
    if request.param == "full" and floor() is not Floor.FULL:
        pytest.skip(floor_reason())

    def begin(*arguments: str, read_only: tuple[Path, ...] = (), pass_fds: tuple[int, ...] = ()) -> Child:
        return start(
            "habits",
            arguments,
            layers=FLOORS[request.param],
            limits=TIGHT,
            read_only=read_only,
            import_from=[HOSTILE],
            pass_fds=pass_fds,
        )

    return begin


def answer(child: Child) -> str:
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0, child.complaint()
    return out.decode()


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def is_on_disk(folder: Path | str) -> bool:
    """Whether files in it are no memory."""
    mounts = {each.mountpoint: each.fstype for each in psutil.disk_partitions(all=True)}
    place = Path(folder).resolve()
    kind = next((mounts[str(each)] for each in (place, *place.parents) if str(each) in mounts), "")
    return place.is_dir() and os.access(place, os.W_OK) and kind not in ("", "tmpfs", "ramfs", "devtmpfs")


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        select.select([], [], [], 0.01)


def test_its_environment_is_ours(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_SECRET", "hush")
    names = answer(begin("environment")).split()
    assert "ORT_DISABLE_TELEMETRY" in names
    assert "POOL_SECRET" not in names


def test_it_inherits_no_descriptor_but_those_handed_over(begin: Begin) -> None:
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    open_ones = answer(begin("descriptors", pass_fds=(reading,))).split()
    os.close(reading)
    os.close(writing)
    assert open_ones == ["0", "1", "2", str(reading)]


def test_it_stands_in_an_empty_folder(begin: Begin) -> None:
    assert answer(begin("folder")) == "[]"


def test_it_reads_what_it_was_given_at_the_same_path(begin: Begin, quarry: Quarry) -> None:
    path = Path(quarry.model)
    assert answer(begin("read", str(path), read_only=(path,))) == "bytes"


@pytest.mark.skipif(floor() is not Floor.FULL, reason=floor_reason())
@pytest.mark.parametrize("lent", [True, False])
def test_a_device_that_is_lent_is_used_and_no_other(lent: bool) -> None:
    """/dev/full stands for a GPU: written to it is full, and it knows no control call."""
    limits = replace(TIGHT, devices=("/dev/full",) if lent else ())
    child = start("habits", ("use", "/dev/full"), layers=EVERY_LAYER, limits=limits, import_from=[HOSTILE])
    assert answer(child) == ("ENOSPC ENOTTY done ENOENT EPERM EROFS True" if lent else "not opened")
    other = start("habits", ("use", "/dev/null"), layers=EVERY_LAYER, limits=limits, import_from=[HOSTILE])
    assert answer(other) == "not opened"


def test_it_knows_american_english(begin: Begin) -> None:
    answer(begin("names"))


def test_a_flood_on_standard_error_is_kept_in_bounds(begin: Begin) -> None:
    child = begin("complain")
    answer(child)
    assert child.complaint().endswith("the end")
    assert len(child.complaint()) == 16 << 10


def test_a_flood_on_standard_output_waits_for_its_reader_and_ends_by_kill(begin: Begin) -> None:
    with begin("flood", "1") as child:
        assert child.stdout is not None
        assert child.stdout.read(1 << 20)
        child.kill()
        assert child.wait(timeout=60) != 0


def test_a_crash_is_an_exit_status(begin: Begin) -> None:
    child = begin("crash")
    child.communicate(timeout=60)
    assert child.returncode in (-signal.SIGABRT, 128 + signal.SIGABRT)


def test_kill_ends_the_confined_process_itself(begin: Begin) -> None:
    with begin("wait") as child:
        assert child.stdout is not None
        assert child.stdout.read(7) == b"waiting"
        assert child.resident() > 1 << 20
        confined = child.confined()
        assert confined is not None
        child.kill()
    wait_until(lambda: not alive(confined))


def test_it_is_killed_for_its_memory_and_the_parent_can_tell(begin: Begin) -> None:
    child = start(
        "attack",
        ("touch", "300"),
        layers=EVERY_LAYER if floor() is Floor.FULL else FLOORS["reduced"],
        limits=TIGHT,
        import_from=[HOSTILE],
    )
    child.communicate(timeout=60)
    assert child.ended_by == "memory"


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_pages_of_a_file_it_was_handed_are_not_its_memory(name: str) -> None:
    if name == "full" and floor() is not Floor.FULL:
        pytest.skip(floor_reason())
    disk = next((place for place in ("/var/tmp", Path.cwd(), Path.home()) if is_on_disk(place)), None)
    if disk is None:
        pytest.skip("no folder on a disk: pages of a file in memory are memory")
    size = TIGHT.memory + (32 << 20)
    with tempfile.TemporaryFile(dir=disk) as file:
        file.truncate(size)
        with start(
            "habits",
            ("fill_mapped", str(file.fileno())),
            layers=FLOORS[name],
            limits=replace(TIGHT, mapped=size, cpu_seconds=None),
            import_from=[HOSTILE],
            pass_fds=(file.fileno(),),
        ) as child:
            assert child.stdout is not None
            assert child.stdout.read(7) == b"waiting", child.complaint()
            assert child.resident() < TIGHT.memory
            child.kill()


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_it_dies_with_its_parent(name: str) -> None:
    if name == "full" and floor() is not Floor.FULL:
        pytest.skip(floor_reason())
    program = (
        "import sys; from pathlib import Path; from gpu_workers.sandbox.launch import start\n"
        "from gpu_workers.sandbox.layers import *; from gpu_workers.sandbox.limits import *\n"
        f"layers = EVERY_LAYER - {{Layer.NAMESPACES}} if '{name}' == 'reduced' else EVERY_LAYER\n"
        f"hostile = [Path({str(HOSTILE)!r})]\n"
        "child = start('habits', ['wait'], layers=layers, limits=Limits(memory=1 << 28), import_from=hostile)\n"
        "child.stdout.read(7); print(child.confined(), flush=True); sys.stdin.read()\n"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert worker.stdout is not None
    confined = int(worker.stdout.readline())
    assert alive(confined)
    worker.kill()
    worker.communicate()
    wait_until(lambda: not alive(confined))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has files to keep from the child's user")
def test_root_keeps_its_closed_files(begin: Begin, quarry: Quarry) -> None:
    secret = Path(quarry.secret)
    with pytest.raises(PermissionError, match="chmod a\\+r"):
        begin("read", str(secret), read_only=(secret,))
    if floor() is Floor.FULL:
        child = start(
            "habits",
            ("read", str(secret)),
            layers=EVERY_LAYER,
            limits=TIGHT,
            read_only=[secret.parent],
            import_from=[HOSTILE],
        )
        assert child.communicate(timeout=60)[0] == b""
        assert "Permission denied" in child.complaint()


def test_a_module_refuses_to_work_unconfined() -> None:
    with pytest.raises(sandbox.Unconfined):
        sandbox.confine()


def test_spawn_runs_our_modules_on_the_floor_of_this_machine() -> None:
    child = sandbox.spawn("gpu_workers.sandbox.alive", limits=Limits(memory=1 << 28))
    assert answer(child) == "alive"


def test_a_missing_file_is_said(begin: Begin) -> None:
    with pytest.raises(FileNotFoundError):
        begin("wait", read_only=(Path("/nowhere/model.onnx"),))


def test_a_kill_reaches_what_the_child_has_not_let_go_of_yet() -> None:
    """As bubblewrap's inner half in its first moments: another process of the session, with the same pipes."""
    with Child(
        ["/bin/sh", "-c", "sleep 60 & echo started; wait"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        child.watch(Limits(memory=1 << 30), frozenset())
        assert child.stdout is not None
        assert child.stdout.readline() == b"started\n"
        child.kill()
        assert child.wait(20) == -signal.SIGKILL
        assert select.select([child.stdout], [], [], 20)[0], "somebody holds the pipe still"
        assert child.stdout.read() == b""
        child.forget()
