"""Rows of workers as their dispatcher writes them: only its role may."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import psycopg

from tests.services import site


@contextmanager
def heard(pool: str = "default", name: str = "") -> Iterator[str]:
    """One that said hello just now; its name."""
    name = name or f"worker-{token_hex(4)}"
    columns = "name, pool, device, memory, floor, credit, running, resident, joined_at, seen_at"
    with psycopg.connect(site().web("atrium_owner")["DATABASE_URL"], autocommit=True) as owner:
        owner.execute(
            f"INSERT INTO jobs_worker ({columns}) VALUES (%s, %s, 'cpu', 8000, 'full', 4, 0, 0, now(), now())",
            [name, pool],
        )
        yield name
        owner.execute("DELETE FROM jobs_worker WHERE name = %s", [name])
