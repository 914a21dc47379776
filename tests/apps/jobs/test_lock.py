"""The lock that says which dispatcher is active: lost with its connection, and taken again by the same process."""

import time
from zlib import crc32

import psycopg

from infra.dev.processes import Process
from tests.services import site

PATIENCE = 60.0
HOLDERS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s AND database = %s"
KEY = crc32(b"atrium dispatcher default")


def test_a_dispatcher_that_loses_it_begins_anew_and_is_not_started_again(dispatch_process: Process) -> None:
    assert dispatch_process.child
    described = site()
    with psycopg.connect(described.postgres.url(database=described.database), autocommit=True) as superuser:
        [(here,)] = superuser.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()

        def holders() -> list[int]:
            return [pid for (pid,) in superuser.execute(HOLDERS, [KEY, here]).fetchall()]

        [first] = holders()
        superuser.execute("SELECT pg_terminate_backend(%s)", [first])
        end = time.monotonic() + PATIENCE
        while holders() in ([], [first]):
            assert time.monotonic() < end
            assert dispatch_process.child.poll() is None
            time.sleep(0.05)
    assert dispatch_process.child.poll() is None
