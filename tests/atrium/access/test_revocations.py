"""Open sockets close when what let them in is withdrawn, also where one of them is gone already."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from asgiref.sync import sync_to_async

from apps.sharing.services import revoke_link
from apps.teams.services import remove_member
from atrium.access.principals import Role
from atrium.access.revocations import watch
from tests.people import Lab


def closed_after(subjects: list[UUID], act: Callable[[], object]) -> set[UUID]:
    """Which of the watched were closed within a second of the act."""

    async def look() -> set[UUID]:
        closed: set[UUID] = set()
        ends = []

        async def broken() -> None:
            raise RuntimeError("gone already")

        for subject in subjects:

            async def close(subject: UUID = subject) -> None:
                closed.add(subject)

            ends += [watch(subject, broken), watch(subject, close)]
        await sync_to_async(act)()
        for _ in range(40):
            await asyncio.sleep(0.1)
            if closed:
                break
        for end in ends:
            end()
        return closed

    return asyncio.run(look())


def test_a_revoked_link_closes_its_sockets_and_no_others(lab: Lab) -> None:
    first, second = lab.link()[0], lab.link()[0]
    assert closed_after([first, second], lambda: revoke_link(lab.alice, first)) == {first}


def test_a_removed_member_is_closed(lab: Lab) -> None:
    bob = lab.member("Bob", Role.MEMBER)
    act = lambda: remove_member(lab.alice, bob.membership_id)  # noqa: E731
    assert closed_after([bob.membership_id], act) == {bob.membership_id}
