"""Children are restarted while their supervisor lives, and die with it."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.dev import processes
from infra.dev.ground import ROOT, NotReady
from infra.dev.processes import Process, rotate, spawn

SUPERVISOR = """
import sys
from pathlib import Path
from infra.dev.processes import Process, supervise
children = [Process("child", ["sleep", "600"], Path(sys.argv[1]) / "child.log")]
children[0].start()
try:
    print(children[0].child.pid, flush=True)
    supervise(children, lambda sentence: print(sentence, flush=True))
except KeyboardInterrupt:  # asked before it supervised
    pass
print("stopping", flush=True)
children[0].stop()
"""


WITH_A_THREAD = """
import threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
"""
"""As libraries start some: it blocks no signal."""


def supervisor(folder: Path, before: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", before + SUPERVISOR, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def ends_within(pid: int, seconds: float) -> bool:
    """Wait for the end of any process, also one that is not our child."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], seconds)[0])
    finally:
        os.close(watched)


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return str(process.stdout.readline()).strip()


def test_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    with supervisor(tmp_path) as parent:
        child = int(read_line(parent))
        assert not ends_within(child, 0.1)
        parent.kill()
        parent.wait()
        assert ends_within(child, 30)


def test_asked_to_stop_it_stops_its_child(tmp_path: Path) -> None:
    with supervisor(tmp_path) as parent:
        child = int(read_line(parent))
        parent.send_signal(signal.SIGINT)
        assert read_line(parent) == "stopping"
        assert ends_within(child, 30)
        assert parent.wait() == 0


def test_child_that_ends_is_started_again_with_a_sentence(tmp_path: Path) -> None:
    with supervisor(tmp_path) as parent:
        first = int(read_line(parent))
        os.kill(first, signal.SIGKILL)
        assert read_line(parent).startswith("child was ended by SIGKILL; starting it again in 0.5 s")
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        deadline = time.monotonic() + 30
        while children.read_text().split() in ([], [str(first)]) and time.monotonic() < deadline:
            time.sleep(0.05)
        second = int(children.read_text())
        assert second != first
        parent.send_signal(signal.SIGTERM)
        assert ends_within(second, 30)
        assert parent.wait() == 0


def test_pauses_between_restarts_grow(tmp_path: Path) -> None:
    process = Process("short", ["false"], tmp_path / "short.log")
    sentences = []
    for _ in range(3):
        process.start()
        assert process.child
        process.child.wait()
        sentences.append(process.mourn() or "")
    assert [sentence.split("again in ")[1].split(" s")[0] for sentence in sentences] == ["0.5", "1", "2"]
    assert process.mourn() is None


def test_child_that_ends_while_starting_is_quoted(tmp_path: Path) -> None:
    process = Process("broken", ["sh", "-c", "echo no such table; exit 3"], tmp_path / "log", ready=lambda: False)
    process.start()
    with pytest.raises(NotReady, match='broken ended with exit code 3 while starting: "no such table"'):
        process.wait()


def test_child_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    stubborn = "trap '' TERM; echo up; while :; do sleep 1; done"
    process = Process("stubborn", ["sh", "-c", stubborn], log, ready=lambda: log.read_text() == "up\n", grace=0.2)
    process.start()
    process.wait()
    process.stop()
    assert process.child
    assert process.child.returncode == -signal.SIGKILL


def test_child_neither_holds_our_terminal_nor_our_signal_mask(tmp_path: Path) -> None:
    log = tmp_path / "log"
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        code = "import os, signal; print(os.getsid(0) == os.getpid(), signal.pthread_sigmask(0, ()))"
        assert spawn([sys.executable, "-c", code], log=log).wait() == 0
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    assert log.read_text() == "True set()\n"


def test_logs_are_rotated(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    for number in range(5):
        log.write_text(str(number))
        rotate(log)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "web.log.1": "4",
        "web.log.2": "3",
        "web.log.3": "2",
    }


def test_a_log_that_grew_too_long_is_kept_once_and_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LONGEST_LOG", 100)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as written:
        written.write(b"a" * 100)
        processes.bound(log)
        assert log.stat().st_size == 100
        written.write(b"b")
        processes.bound(log)
        written.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "web.log.1").read_bytes() == b"a" * 100 + b"b"


def test_a_child_that_ends_while_its_supervisor_is_stopped_is_started_again(tmp_path: Path) -> None:
    with supervisor(tmp_path, WITH_A_THREAD) as process:
        assert process.stdout
        child = int(process.stdout.readline())
        try:
            process.send_signal(signal.SIGSTOP)
            os.kill(child, signal.SIGKILL)
            assert ends_within(child, 10)
        finally:
            process.send_signal(signal.SIGCONT)
        assert "child was ended by SIGKILL; starting it again" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
