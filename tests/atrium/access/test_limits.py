"""Limits hold although what they count in may be thrown out at any moment."""

from secrets import token_hex
from typing import Any

import pytest
from django.core.cache import cache

from atrium.access.limits import give_back, limit
from atrium.errors import Problem

pytestmark = pytest.mark.usefixtures("one_window")


def thrown_out_before(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Valkey is emptied just before this step of a count."""
    step = getattr(cache, name)

    def emptied(*arguments: Any) -> Any:
        cache.clear()
        return step(*arguments)

    monkeypatch.setattr(cache, name, emptied)


def test_a_count_that_is_thrown_out_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    who = token_hex(4)
    with monkeypatch.context() as patch:
        thrown_out_before(patch, "incr")
        limit("act", who, count=1, seconds=600)
    limit("act", who, count=1, seconds=600)
    with pytest.raises(Problem):
        limit("act", who, count=1, seconds=600)
    thrown_out_before(monkeypatch, "decr")
    give_back("act", who, seconds=600)
