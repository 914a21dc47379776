"""A process that lives is not one that can serve: what restarts it asks the first, a load balancer the second."""

import pytest
from django.test import Client
from pytest_django import Settings

from infra.dev.processes import Process

ALL = {"database", "messages", "store", "inputs"}


def test_both_hold_while_all_is_there(inputs_process: Process) -> None:
    assert Client().get("/health/live").status_code == 200
    ready = Client().get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, dict.fromkeys(sorted(ALL), "ok"))


@pytest.mark.parametrize(
    ("part", "setting", "value"),
    [
        ("messages", "REDIS_URL", "redis://127.0.0.1:1/0"),
        ("store", "S3_URL", "http://127.0.0.1:1"),
        ("inputs", "INPUTS_SOCKET", "/nowhere"),
    ],
)
def test_a_part_that_is_away_ends_readiness_alone(
    inputs_process: Process, settings: Settings, part: str, setting: str, value: str
) -> None:
    setattr(settings, setting, value)
    ready = Client().get("/health/ready")
    assert (ready.status_code, ready.json()[part]) == (503, "away")
    assert Client().get("/health/live").status_code == 200
