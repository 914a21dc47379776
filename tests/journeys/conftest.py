"""A browser, a kernel, and the processes of a whole site."""

import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from infra.dev import browser, frontend
from infra.dev.processes import Process
from tests.journeys.gallery import PICTURES, Gallery
from tests.journeys.served import Served
from tests.journeys.visitors import DESK, Visitor
from tests.services import FOLDER
from tests.threads import Threads

T = TypeVar("T")
PATIENCE = 20_000
"""Milliseconds until a page that does not change counts as one that will not."""
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def pages() -> None:
    """The built front end; `make test` has built it already."""
    if not frontend.is_built():
        frontend.build(FOLDER / "log" / "frontend.log")


@pytest.fixture(scope="module")
def running(pages: None, web_process: Process, worker_process: Process, chores_process: Process) -> None:
    """Everything that `make run` starts."""


@pytest.fixture(scope="module")
def chromium(running: None) -> Iterator[Browser]:
    """Started and ended with the file: a synchronous Playwright leaves its loop running beneath what comes after."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser.require(), chromium_sandbox=os.geteuid() != 0)
        yield started
        started.close()


@pytest.fixture(scope="module")
def served(running: None, tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Asked for before a browser is: see `Served.make`."""
    return Served.make(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def gallery(request: pytest.FixtureRequest) -> Gallery:
    return Gallery(PICTURES, long=request.config.getoption("--long"))


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Opens a browser window of somebody; `visit("Dana", PHONE, dark=True, touch=True)`."""
    visitors: list[Visitor] = []

    def enter(name: str, size: tuple[int, int] = DESK, *, dark: bool = False, touch: bool = False) -> Visitor:
        visitors.append(Visitor(chromium, name, size, dark=dark, touch=touch))
        return visitors[-1]

    yield enter
    for visitor in visitors:
        if request.node.stash.get(FAILED, False):
            visitor.keep_picture(re.sub(r"\W+", "-", request.node.name))
        visitor.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def aside() -> Iterator[Callable[[Callable[[], T]], T]]:
    """Calls something of Django in a thread of its own: the test's has Playwright's loop, which Django refuses."""
    with Threads(1) as thread:
        yield lambda call: thread.submit(call).result()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder to work in."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder
