from collections.abc import Iterator

import pytest

from infra.dev.processes import Process
from tests.apps.endpoints.served import Served


@pytest.fixture(scope="module")
def served(web_process: Process, worker_process: Process) -> Iterator[Served]:
    made = Served()
    yield made
    made.api.close()
