"""The stage is made once for each process: what is played on it is undone."""

import pytest

from .stage import Stage


@pytest.fixture(scope="session")
def stage() -> Stage:
    return Stage()
