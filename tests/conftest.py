"""What tests of the web side share. They run as `atrium_app`, with real commits; each makes teams of its own."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from procrastinate.contrib.django import app as chores
from redis.exceptions import RedisError

from apps.endpoints.models import Endpoint
from atrium.tenancy.context import team_context
from tests.order import place_of
from tests.people import Lab
from tests.services import site
from tests.threads import GivenOut

hypothesis_settings.register_profile(
    "unhurried", hypothesis_settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("unhurried")  # how long an example takes says how busy the machine is


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place_of(item.nodeid))


class AsDispatcher(Protocol):
    def __call__(self, function: Callable[..., Any], *arguments: Any) -> Any: ...


@pytest.fixture(scope="session", autouse=True)
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The database that the session made from its template; nothing is created or truncated by the tests."""
    if request.config.getoption("--no-services"):
        yield
        return
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session", autouse=True)
def own_chores(database: None) -> Iterator[Any]:
    """What this process puts off waits for a day: the site that runs beside it would do it a second time.

    A test runs the chore itself; what is asked of the running site's web process, that site's chores do.
    """
    at_once = chores.configure_task
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chores, "configure_task", partial(at_once, schedule_in={"days": 1}))
        yield at_once


@pytest.fixture
def chores_of_the_site(own_chores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process puts off is left to the chores process of the running site."""
    monkeypatch.setattr(chores, "configure_task", own_chores)


@pytest.fixture(autouse=True)
def uncounted(own_chores: Any, request: pytest.FixtureRequest) -> None:
    """What earlier tests did from this address does not count towards its limits."""
    if not request.config.getoption("--no-services"):
        with suppress(RedisError):  # a test before this one may have killed it
            cache.clear()


@pytest.fixture(scope="session", autouse=True)
def given_out() -> Iterator[GivenOut]:
    """The connections of this process's pool that are taken."""
    given_out = GivenOut()
    with given_out.watched():
        yield given_out


@pytest.fixture(autouse=True)
def none_is_lost(given_out: GivenOut) -> Iterator[None]:
    """No thread ends with a connection of the pool: of sixteen such the seventeenth caller would wait in vain."""
    yield
    assert not (lost := given_out.lost()), f"a thread has ended with a connection; it took it in {lost}"


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `atrium.access.limits` counts in this process falls into one window of time, however long a test takes."""
    now = time.time()
    monkeypatch.setattr("atrium.access.limits.time", SimpleNamespace(time=lambda: now))


@pytest.fixture
def mails(tmp_path: Path, settings: Any) -> Path:
    """A mail directory of the test's own, with the backend that `make run` uses."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.MAIL_DIRECTORY = str(tmp_path)
    return tmp_path


@pytest.fixture
def lab() -> Lab:
    """A team with a project, a served version and an endpoint, owned by Alice."""
    return Lab.make()


@pytest.fixture
def unanswered(lab: Lab) -> None:
    """What is asked of the lab's endpoint waits: its pool has no dispatcher, whatever other tests have started."""
    with team_context(lab.alice):
        Endpoint.objects.filter(pk=lab.endpoint.pk).update(pool=lab.team.slug)


@pytest.fixture
def other_lab() -> Lab:
    """Charlie's team."""
    return Lab.make("Other lab")


@pytest.fixture(scope="session")
def as_dispatcher() -> Iterator[AsDispatcher]:
    """Runs a function in a thread whose connection is the role atrium_dispatcher's."""
    address = urlsplit(site().web("atrium_dispatcher")["DATABASE_URL"])
    default = connections.settings["default"]
    options = {name: value for name, value in default["OPTIONS"].items() if name != "pool"}
    role = default | {"USER": address.username, "PASSWORD": address.password, "OPTIONS": options}

    def enter() -> None:
        connections["default"] = DatabaseWrapper(role, "default")

    with ThreadPoolExecutor(1, initializer=enter) as thread:
        yield lambda function, *arguments: thread.submit(function, *arguments).result(20)
        thread.submit(lambda: connections["default"].close()).result(20)
