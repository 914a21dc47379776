"""What the client's tests share: a network of their own, an empty home, no waiting."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from atrium_client import Atrium, Project
from tests.client.network import Network, Uploads


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, and no login in the environment."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("ATRIUM_URL", "ATRIUM_TOKEN", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def network() -> Iterator[Network]:
    opened = Network()
    yield opened
    opened.close()


@pytest.fixture
def uploads(network: Network) -> Uploads:
    return Uploads(network)


@pytest.fixture
def pauses() -> list[float]:
    """The seconds that the client would have waited."""
    return []


@pytest.fixture
def atrium(network: Network, pauses: list[float]) -> Atrium:
    client = Atrium(network.url, "atr_test")
    client._connection.pause = pauses.append
    return client


@pytest.fixture
def project(atrium: Atrium, uploads: Uploads) -> Project:
    return atrium.project("echo-views")
