"""What the dispatcher's loop must not lose while it waits for the database."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from apps.jobs.dispatcher.loop import Dispatcher
from apps.jobs.dispatcher.rows import Ending

FIRST, LATE = Ending(uuid4(), 1, "succeeded"), Ending(uuid4(), 1, "succeeded")


class Slow(Dispatcher):
    """A dispatcher whose database takes so long that another result arrives meanwhile."""

    async def _database(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self.inbox.endings.append(LATE)
        return []


def test_a_result_that_comes_during_a_commit_is_kept_for_the_next() -> None:
    async def commit() -> list[Ending]:
        dispatcher = Slow("default", b"key")
        dispatcher.inbox.endings.append(FIRST)
        await dispatcher._commit_endings()
        return dispatcher.inbox.endings

    assert asyncio.run(commit()) == [LATE]
