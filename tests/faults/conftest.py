"""How long the long tests of this room run."""

import os

import pytest


@pytest.fixture
def long_seconds(request: pytest.FixtureRequest) -> float:
    """Ten minutes, or ATRIUM_FAULT_SECONDS; for tests that have no short form."""
    if not request.config.getoption("--long"):
        pytest.skip("ten minutes: only with --long")
    return float(os.environ.get("ATRIUM_FAULT_SECONDS", "600"))


@pytest.fixture
def long_rounds(request: pytest.FixtureRequest) -> int:
    """Two hundred, or ATRIUM_FAULT_ROUNDS; for tests that have no short form."""
    if not request.config.getoption("--long"):
        pytest.skip("many rounds: only with --long")
    return int(os.environ.get("ATRIUM_FAULT_ROUNDS", "200"))
