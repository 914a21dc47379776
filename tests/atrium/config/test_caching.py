"""Whoever can write to Valkey spoils a counter at most: nothing that stands there is ever run."""

from pathlib import Path
from secrets import token_hex

import msgspec
import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisSerializer
from redis import Redis

from tests.services import site


def test_a_forged_entry_runs_nothing(tmp_path: Path) -> None:
    ran, key = tmp_path / "ran", token_hex(8)
    forged = f"cos\nmkdir\n(S{str(ran)!r}\ntR.".encode()  # a pickle that makes a folder
    RedisSerializer().loads(forged)
    assert ran.exists()
    ran.rmdir()
    with Redis.from_url(site().valkey.url) as valkey:
        valkey.set(cache.make_key(key), forged)
    with pytest.raises(msgspec.DecodeError):
        cache.get(key)
    assert not ran.exists()


def test_counters_and_histories_come_back_as_they_were() -> None:
    key = token_hex(8)
    cache.add(key, 0, timeout=5)
    assert cache.incr(key) == 1
    assert cache.get(key) == 1
    for value in ([1700000000.25, 3.0], "y", True):
        cache.set(key, value, timeout=5)
        assert cache.get(key) == value
