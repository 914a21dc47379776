"""What stood still is led on, each by itself."""

from uuid import UUID, uuid4

import pytest

from atrium.chores.sweeps import lead_on


def test_the_trouble_of_one_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    first, second = (uuid4(), uuid4()), (uuid4(), uuid4())
    led: list[tuple[UUID, UUID]] = []

    def advance(team_id: UUID, pk: UUID) -> None:
        if (team_id, pk) == first:
            raise RuntimeError("a fault")
        led.append((team_id, pk))

    lead_on("run", [first, second], advance)
    assert led == [second]
    assert [record.getMessage() for record in caplog.records] == [f"run {first[1]} could not be led on"]
