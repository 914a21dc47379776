"""Each thing that can be wrong with a machine is one sentence that says what to do."""

import errno
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.dev import ground
from infra.dev.ground import ROOT, Lock, NotReady


def test_next_free_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        chosen = ground.choose_port(port)
        assert port < chosen <= port + 100
        assert ground.port_is_free(chosen)


def test_free_port_is_kept() -> None:
    port = ground.free_port()
    assert ground.choose_port(port) == port


def test_port_that_is_none_says_so() -> None:
    with pytest.raises(NotReady, match="PORT=70000 is no port: choose one from 1 to 65535"):
        ground.choose_port(70000)


def test_address_of_another_machine_says_so() -> None:
    with pytest.raises(NotReady, match="choose another by HOST="):
        ground.choose_port(8000, "192.0.2.1")


def test_disk_too_small_says_how_much_is_missing(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    ground.require_disk(tmp_path, free // 2)
    with pytest.raises(NotReady, match=r"has \d+ MB free and Atrium needs \d+ MB: free some space"):
        ground.require_disk(tmp_path, free * 2)


def test_full_disk_is_explained() -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        Path("/dev/full").write_text("x")
    assert caught.value.errno == errno.ENOSPC
    assert "is full: free some space and start again" in ground.explain(caught.value, Path("/dev/full"))


def test_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotReady, match=str(tmp_path)):
        ground.require_folder(tmp_path / "file" / "var")


def test_second_start_says_where_the_first_answers(tmp_path: Path) -> None:
    first = Lock(tmp_path)
    first.take()
    (tmp_path / "run.json").write_text('{"url": "http://localhost:8123"}')
    with pytest.raises(NotReady, match=rf"runs here already at http://localhost:8123 \(process {os.getpid()}\)"):
        Lock(tmp_path).take()
    first.release()
    first.take()
    first.release()


def test_lock_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from infra.dev.ground import Lock\n"
        "lock = Lock(pathlib.Path(sys.argv[1])); lock.take(); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(NotReady, match=f"being started here already \\(process {holder.pid}\\)"):
            Lock(tmp_path).take()
        holder.kill()
    lock = Lock(tmp_path)
    lock.take()
    lock.release()
