"""The threads in which asynchronous code touches the database.

asgiref gives each request a thread of its own, and with it a new connection object. These are few and stay: a call
costs one change of thread, and a crowd waits here, not inside the connection pool until it gives up.
"""

from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

COUNT = max(settings.DATABASE_POOL // 2, 1)
"""Half of the connection pool: pages and other views keep theirs."""
_threads = ThreadPoolExecutor(COUNT, thread_name_prefix="database")


async def in_database(service: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a synchronous service returns, from one of the threads; its connection goes back to the pool."""
    call = partial(copy_context().run, _then_let_go, partial(service, *args, **kwargs))
    return await get_running_loop().run_in_executor(_threads, call)


def _then_let_go(call: Callable[[], T]) -> T:
    try:
        return call()
    finally:
        close_old_connections()
