"""The watch over a service goes on, whatever goes wrong in what belongs to its being away and back."""

import asyncio

import pytest

from atrium.telemetry import watch
from atrium.telemetry.watch import Part


@pytest.mark.asyncio
async def test_it_is_back_although_what_belongs_to_that_failed_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.01)
    tried = {"lost": 0, "return": 0}
    is_there = False
    back = asyncio.Event()

    async def question() -> None:
        if not is_there:
            raise ConnectionError
        if tried["return"] and not part.away:
            back.set()

    async def on_lost() -> None:
        nonlocal is_there
        tried["lost"] += 1
        is_there = True
        raise RuntimeError("nothing to give up")

    async def before_return() -> None:
        tried["return"] += 1
        if tried["return"] == 1:
            raise RuntimeError("not yet")

    part = Part("a service", question)
    part.on_lost, part.before_return = on_lost, before_return
    following = asyncio.ensure_future(part.follow())
    returned = asyncio.ensure_future(back.wait())
    done, _ = await asyncio.wait([following, returned], timeout=20, return_when=asyncio.FIRST_COMPLETED)
    for task in (following, returned):
        task.cancel()
    await asyncio.gather(following, returned, return_exceptions=True)
    assert done == {returned}
    assert tried == {"lost": 1, "return": 2}
