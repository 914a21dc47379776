"""A large file through twenty cuts: the client goes on, and what arrives is what was sent.

A web process of its own gives out addresses of the store that lead through a proxy. 256 MiB in the suite; 1 GiB in
`make faults`, with the pauses that the client makes.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from apps.registry.models import Version
from atrium import storage
from atrium.tenancy.context import team_context
from atrium_client import Atrium
from atrium_client.progress import Progress
from atrium_client.transfer import Place, send
from infra.dev import site_processes
from infra.dev.ground import MIB, free_port
from tests.faults.proxy import Proxy
from tests.people import Lab
from tests.services import site

pytestmark = pytest.mark.long

CUTS = 20


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    store = urlsplit(site().store.url)
    assert store.hostname
    assert store.port
    with Proxy(store.hostname, store.port) as proxy:
        yield proxy


@pytest.fixture
def url(proxy: Proxy) -> Iterator[str]:
    """Of a web process whose store is reached through the proxy."""
    port = free_port()
    web = site_processes.web(site(), "127.0.0.1", port)
    web = replace(
        web, log=site().folder / "log" / "cut-web.log", environment=site().web() | {"S3_PUBLIC_URL": proxy.url}
    )
    web.start()
    try:
        web.wait()
        yield f"http://127.0.0.1:{port}"
    finally:
        web.stop()


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """(random bytes, their SHA-256)."""
    path, digest = tmp_path / "random.onnx", hashlib.sha256()
    with path.open("wb") as made:
        for _ in range(1024 if request.config.getoption("--long") else 256):
            piece = os.urandom(MIB)
            digest.update(piece)
            made.write(piece)
    return path, digest.hexdigest()


def test_it_arrives_whole(
    lab: Lab,
    url: str,
    proxy: Proxy,
    file: tuple[Path, str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path, sha256 = file
    size = path.stat().st_size
    proxy.cut_after(*(size * number // (CUTS + 1) for number in range(1, CUTS + 1)))
    body = {"format": "onnx", "size": size, "sha256": sha256, "notes": "", "card": {}}
    atrium = Atrium(url, lab.token())
    if not request.config.getoption("--long"):
        atrium._connection.pause = lambda seconds: None
    begun = time.monotonic()
    with Progress("upload", size, shown=False) as progress:
        version = send(atrium._connection, Place.model(str(lab.version.model_id)), path, body, progress)
    took = time.monotonic() - begun
    assert version["state"] == "inspecting"
    assert proxy.cuts == CUTS
    with team_context(lab.alice):
        key = Version.objects.get(pk=version["id"]).artifact.key
    arrived = hashlib.sha256()
    with httpx.stream("GET", storage.presign_get(key, 600), timeout=60) as answer:
        for piece in answer.raise_for_status().iter_bytes(MIB):
            arrived.update(piece)
    assert arrived.hexdigest() == sha256
    again = proxy.sent - size
    print(f"{size // MIB} MiB through {CUTS} cuts in {took:.1f} s, {again // MIB} MiB sent again")  # noqa: T201
