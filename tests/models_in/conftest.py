"""A team's project on running processes: what goes in there is inspected, served and asked for real."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from atrium_client import Atrium, Project
from infra.dev.processes import Process
from tests.exports import exports_of_the_run, set_plain_runtime_up
from tests.people import Lab
from tests.services import site

set_plain_runtime_up()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what `tests/gpu_workers/fixtures` exports."""
    return exports_of_the_run(tmp_path_factory)


@pytest.fixture(scope="module")
def workshop(web_process: Process, worker_process: Process, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab of its own; the client keeps its files in an empty home."""
    before = os.environ.get("HOME")
    os.environ["HOME"] = str(tmp_path_factory.mktemp("home"))
    yield Lab.make("Workshop")
    if before is not None:
        os.environ["HOME"] = before


@pytest.fixture(scope="module")
def project(workshop: Lab) -> Project:
    return Atrium(site().url, workshop.token()).project("Models in", create=True)
