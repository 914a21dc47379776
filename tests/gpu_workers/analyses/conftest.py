"""Tells the laws of this room how long they run."""

import pytest

from tests.gpu_workers.analyses import laws


def pytest_configure(config: pytest.Config) -> None:
    laws.at_length = bool(config.getoption("--long"))
