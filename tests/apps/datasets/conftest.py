"""What tests of datasets share."""

import pytest


@pytest.fixture
def led_on_by_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chore that a part's end defers is not: the site that may run beside the test would do it too."""
    monkeypatch.setattr("apps.datasets.predicting.DEFER", "SELECT %s::uuid, %s::uuid")
