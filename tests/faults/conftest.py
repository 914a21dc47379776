"""How long the long tests of this room run, one after another (`make faults`), on a machine that does nothing else.

| file | at full length | shorter by |
|---|---|---|
| test_kills_in_turn.py | 12 min | ATRIUM_FAULT_SECONDS=120 |
| test_traffic.py | 14 min: 10 of traffic, 2 of a flood | ATRIUM_FAULT_SECONDS=120 |
| test_stopped_workers.py | 20 min: 200 rounds | ATRIUM_FAULT_ROUNDS=5 |
| test_replaced_runners.py | 5 min: 20 rounds of four troubles | ATRIUM_FAULT_ROUNDS=20 |
| test_outages.py | 10 min | in the suite, 2 s for a minute |
| test_socket_flood.py | 1 min | in the suite, one round of messages |
| test_killed_runs.py | 2 min | |
| test_idle_sockets.py, test_cut_uploads.py, test_full_disk.py | 2 min each | the first two in the suite |

    .venv/bin/python -m pytest tests/faults/test_kills_in_turn.py --long -n 0 -s
"""

import os

import pytest

LONG_ONLY = {"long_seconds": "ten minutes: only with --long", "long_rounds": "many rounds: only with --long"}
"""The fixtures of tests that have no short form, and why they are skipped."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Before anything is started for them."""
    for item in () if config.getoption("--long") else items:
        for name in LONG_ONLY.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.skip(LONG_ONLY[name]))


@pytest.fixture
def long_seconds() -> float:
    """Ten minutes, or ATRIUM_FAULT_SECONDS."""
    return float(os.environ.get("ATRIUM_FAULT_SECONDS", "600"))


@pytest.fixture
def long_rounds() -> int:
    """Two hundred, or ATRIUM_FAULT_ROUNDS."""
    return int(os.environ.get("ATRIUM_FAULT_ROUNDS", "200"))
