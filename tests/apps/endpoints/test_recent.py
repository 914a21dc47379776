"""A token that asked a moment ago goes a shorter way, and has not one right more for it."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from apps.endpoints.services import promote
from apps.teams.services import change_role, remove_member
from apps.teams.tokens import revoke_token
from atrium.access.door import token_for
from atrium.access.principals import Member, Role
from tests.apps.endpoints.served import Served, gray
from tests.people import Lab
from tests.schema import LiveApi
from tests.services import site


class Caller:
    """A member with a token that has just asked the endpoint."""

    def __init__(self, served: Served, name: str, level: int) -> None:
        self.member: Member = served.lab.member(name, Role.MEMBER)
        self.secret = served.lab.token(member=self.member)
        self.api, self._address = LiveApi(site().url, self.secret), served.address
        assert self.ask(level) == (200, "succeeded")

    def ask(self, level: object) -> tuple[int, str]:
        """(status, state or code) of a grey picture, or of whatever else is sent."""
        film = gray(level) if isinstance(level, int) else level
        answer = self.api.request("POST", self._address, json={"inputs": {"film": film}})
        found = answer.json()
        return answer.status_code, found.get("state") or found["code"]


@pytest.fixture
def callers() -> Iterator[list[Caller]]:
    made: list[Caller] = []
    yield made
    for caller in made:
        caller.api.close()


def test_a_token_revoked_since_is_refused(served: Served, callers: list[Caller]) -> None:
    caller = Caller(served, "Cleo", 110)
    callers.append(caller)
    revoke_token(served.lab.alice, token_for(caller.secret).token_id)
    assert caller.ask(111) == (401, "unauthenticated")
    assert caller.ask(110) == (401, "unauthenticated")  # nor is it given what it was answered before
    assert caller.ask("no picture") == (401, "unauthenticated")  # nor told what is wrong with its inputs


def test_a_member_removed_since_is_refused(served: Served, callers: list[Caller]) -> None:
    caller = Caller(served, "Dora", 112)
    callers.append(caller)
    remove_member(served.lab.alice, caller.member.membership_id)
    assert caller.ask(113) == (401, "unauthenticated")


def test_a_role_lowered_since_counts(served: Served, callers: list[Caller]) -> None:
    caller = Caller(served, "Ewan", 114)
    callers.append(caller)
    change_role(served.lab.alice, caller.member.membership_id, role=Role.VIEWER)
    assert caller.ask(115) == (403, "not_permitted")


def test_a_version_promoted_since_answers(served: Served) -> None:
    _, before = served.predict({"inputs": {"film": gray(116)}})
    second = served.upload("another")
    assert second.number == 2
    promote(served.lab.alice, UUID(served.endpoint), UUID(second.id))
    status, after = served.predict({"inputs": {"film": gray(116)}})
    assert (status, before["version"]["number"], after["version"]["number"]) == (200, 1, 2)


def test_another_token_has_nothing_of_it(served: Served, other_lab: Lab) -> None:
    served.predict({"inputs": {"film": gray(117)}})
    stranger = LiveApi(site().url, other_lab.token())
    answer = stranger.request("POST", served.address, json={"inputs": {"film": gray(118)}})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    stranger.close()
