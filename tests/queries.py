"""What an act costs in queries, so that a page which asks once a row is a failing test."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_of(act: Callable[[], object]) -> list[str]:
    """The SQL that it sends through Django, in turn; what `tenancy.statements` sends stands beside it, at fixed places.

    It is done once before, unrecorded: a process learns some things for good.
    """
    act()
    with CaptureQueriesContext(connection) as found:
        act()
    return [query["sql"] for query in found]
