"""Threads of a test that touch the database, and the connections that nobody gives back."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from os import environ
from threading import Thread, current_thread
from typing import Any, ParamSpec, TypeVar

import pytest
from django.db import connection
from psycopg import Connection
from psycopg_pool import ConnectionPool

P = ParamSpec("P")
T = TypeVar("T")


class Threads(ThreadPoolExecutor):
    """After each call its connection goes back to the pool; a thread that ended with one would keep it for ever."""

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        def and_let_go() -> T:
            try:
                return call(*args, **kwargs)
            finally:
                connection.close()

        return super().submit(and_let_go)


class GivenOut:
    """Which connections of the pool are taken, by which thread and in which test."""

    def __init__(self) -> None:
        self._by: dict[Connection[Any], tuple[ConnectionPool[Any], Thread, str]] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        get, put = ConnectionPool.getconn, ConnectionPool.putconn

        def getconn(pool: ConnectionPool[Any], timeout: float | None = None) -> Connection[Any]:
            taken: Connection[Any] = get(pool, timeout)
            self._by[taken] = pool, current_thread(), environ.get("PYTEST_CURRENT_TEST", "")
            return taken

        def putconn(pool: ConnectionPool[Any], taken: Connection[Any]) -> None:
            self._by.pop(taken, None)
            put(pool, taken)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ConnectionPool, "getconn", getconn)
            patch.setattr(ConnectionPool, "putconn", putconn)
            yield

    def lost(self) -> list[str]:
        """Where those were taken whose thread has ended since: nobody can give them back, so that this does."""
        lost = []
        for taken, (pool, thread, where) in self._by.copy().items():
            if not thread.is_alive():
                pool.putconn(taken)
                lost.append(where)
        return lost
