"""A quarry for attacks: a listener on each kind of socket, a secret, a model with a sibling, a process to harm."""

import os
import secrets
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gpu_workers.sandbox import Child, Limits
from gpu_workers.sandbox.launch import start
from gpu_workers.sandbox.layers import Layer

HOSTILE = Path(__file__).parent / "hostile"
TIGHT = Limits(memory=128 << 20, cpu_seconds=1, processes=8, file_size=1 << 20)

Attack = Callable[..., Child]


@dataclass(frozen=True)
class Quarry:
    tcp: str
    udp: str
    unix: str
    abstract: str
    model: str
    sibling: str
    secret: str
    victim: str
    public: str


@pytest.fixture(scope="session")
def quarry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quarry]:
    folder = tmp_path_factory.mktemp("quarry")
    for above in (folder, *folder.parents):
        if above.stat().st_uid == os.geteuid() and above.is_relative_to(folder.parents[1]):
            above.chmod(0o755)
    public = folder / "public"
    public.mkdir()
    public.chmod(0o777)
    for name in ("model.onnx", "sibling.onnx", "secret"):
        (folder / name).write_bytes(b"bytes")
    (folder / "secret").chmod(0o600)
    victim = subprocess.Popen(["sleep", "600"])
    name = f"atrium-{secrets.token_hex(8)}"
    with (
        socket.create_server(("127.0.0.1", 0), backlog=100) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        udp.bind(("127.0.0.1", 0))
        unix.bind(str(public / "socket"))
        (public / "socket").chmod(0o777)
        abstract.bind(f"\0{name}")
        for listener in (unix, abstract):
            listener.listen(100)
        yield Quarry(
            tcp=str(tcp.getsockname()[1]),
            udp=str(udp.getsockname()[1]),
            unix=str(public / "socket"),
            abstract=name,
            model=str(folder / "model.onnx"),
            sibling=str(folder / "sibling.onnx"),
            secret=str(folder / "secret"),
            victim=str(victim.pid),
            public=str(public),
        )
    victim.kill()
    victim.wait()


@pytest.fixture
def attack(quarry: Quarry) -> Attack:
    """Start `attack.py` under exactly these layers, with one model file shown to it."""

    def begin(
        layers: frozenset[Layer], *arguments: str, limits: Limits = TIGHT, pass_fds: tuple[int, ...] = ()
    ) -> Child:
        shown = [Path(quarry.model)]
        return start(
            "attack",
            arguments,
            layers=layers,
            limits=limits,
            read_only=shown,
            import_from=[HOSTILE],
            pass_fds=pass_fds,
        )

    return begin
