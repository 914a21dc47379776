"""What tests of the web side share. They run as `atrium_app`, with real commits; each makes teams of its own."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.people import Lab


@pytest.fixture(scope="session", autouse=True)
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The database that the session made from its template; nothing is created or truncated by the tests."""
    if request.config.getoption("--no-services"):
        yield
        return
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `atrium.access.limits` counts in this process falls into one window of time, however long a test takes."""
    now = time.time()
    monkeypatch.setattr("atrium.access.limits.time", SimpleNamespace(time=lambda: now))


@pytest.fixture
def lab() -> Lab:
    """A team with a project, a served version and an endpoint, owned by Alice."""
    return Lab.make()


@pytest.fixture
def other_lab() -> Lab:
    """Charlie's team."""
    return Lab.make("Other lab")
