"""Open sockets look again when what let them in changed, also where one of them is gone already."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from apps.jobs.pools import create_pool, remove_pool, turn_key
from apps.sharing.services import revoke_link
from apps.teams.services import change_role, remove_member
from apps.teams.tokens import create_token, revoke_token
from atrium.access import revocations
from atrium.access.principals import Role, Scope
from atrium.access.revocations import InPool, Subject, watch
from tests.people import Lab

PATIENCE = 20.0


def told_of(subjects: Sequence[Subject], act: Callable[[], object]) -> set[Subject]:
    """Which of the watched were told after the act; one whose own callback fails is told beside each."""

    async def look() -> set[Subject]:
        told: set[Subject] = set()
        somebody = asyncio.Event()
        ends = []

        async def broken() -> None:
            raise RuntimeError("gone already")

        for subject in subjects:

            async def look_again(subject: Subject = subject) -> None:
                told.add(subject)
                somebody.set()

            ends += [watch(broken, subject), watch(look_again, subject)]
        await sync_to_async(act)()
        await asyncio.wait_for(somebody.wait(), PATIENCE)
        for end in ends:
            end()
        return told

    return asyncio.run(look())


def test_a_revoked_link_is_told_to_its_sockets_and_no_others(lab: Lab) -> None:
    first, second = lab.link()[0], lab.link()[0]
    assert told_of([first, second], lambda: revoke_link(lab.alice, first)) == {first}


@pytest.mark.parametrize("act", ["removed", "another role"])
def test_so_is_a_changed_membership(lab: Lab, act: str) -> None:
    bob, ben = lab.member("Bob", Role.MEMBER), lab.member("Ben", Role.MEMBER)

    def change() -> None:
        if act == "removed":
            remove_member(lab.alice, bob.membership_id)
        else:
            change_role(lab.alice, bob.membership_id, role=Role.VIEWER)

    assert told_of([bob.membership_id, ben.membership_id], change) == {bob.membership_id}


def test_so_is_a_revoked_token(lab: Lab) -> None:
    scopes = frozenset({Scope.PREDICT})
    first, second = (create_token(lab.alice, name=name, scopes=scopes)[0].pk for name in ("first", "second"))
    assert told_of([first, second], lambda: revoke_token(lab.alice, first)) == {first}


@pytest.mark.parametrize("act", [turn_key, remove_pool])
def test_so_is_a_pools_key_that_counts_no_longer(lab: Lab, act: Callable[..., object]) -> None:
    first, second = (InPool(create_pool(lab.alice, name)[0].pk, 1) for name in ("Ward 5", "Ward 6"))
    assert told_of([first, second], lambda: act(lab.alice, first.pool_id)) == {first}


def test_a_look_that_breaks_off_is_followed_by_another(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    link_id, _ = lab.link()
    looked, whole = [], revocations._changed_since

    def broken_at_first(*question: Any) -> set[str]:
        looked.append(question)
        if len(looked) == 1:
            raise RuntimeError("unforeseen")
        return whole(*question)

    monkeypatch.setattr(revocations, "_changed_since", broken_at_first)
    assert told_of([link_id], lambda: revoke_link(lab.alice, link_id)) == {link_id}
    assert len(looked) > 1
