"""The database's half: a dump of one snapshot, and a digest of each table in the same snapshot."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from .manifest import NotWhole, Table

TABLES = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""
OBJECTS = """
    SELECT 'team/' || team_id || '/' || id, encode(sha256, 'hex') FROM artifacts_artifact
    WHERE inline IS NULL AND upload = '' ORDER BY 1
"""
"""Artifacts whose bytes lie in the store (apps.artifacts.models); an upload that is under way has none yet."""


@dataclass(frozen=True)
class Snapshot:
    """One moment of the database. objects: key in the store -> sha256 as hex. tables: counts and digests them then."""

    name: str
    server: str
    taken_at: str
    objects: dict[str, str]
    tables: Callable[[], dict[str, Table]]


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """Hold one moment open, as `atrium_backup`: what is committed meanwhile is not seen."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        [name] = one(connection, "SELECT pg_export_snapshot()")
        [server] = one(connection, "SHOW server_version")
        [taken_at] = one(connection, "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
        yield Snapshot(name, server, taken_at, objects(connection), lambda: tables(connection))


def objects(connection: "psycopg.Connection[Any]") -> dict[str, str]:
    """Return what the store should hold: key -> sha256 as hex."""
    found: dict[str, str] = dict(connection.execute(OBJECTS).fetchall())
    return found


def tables(connection: "psycopg.Connection[Any]") -> dict[str, Table]:
    """Count and digest every table that is not PostgreSQL's own."""
    return {
        f"{schema}.{table}": Table(*one(connection, rows_of(schema, table)))
        for schema, table in connection.execute(TABLES).fetchall()
    }


def rows_of(schema: str, table: str) -> sql.Composed:
    """Build the query for a table's number of rows and the sum of their hashes."""
    return sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(r::text, 0)), 0)::text FROM {} r").format(
        sql.Identifier(schema, table)
    )


def one(connection: "psycopg.Connection[Any]", query: Any) -> tuple[Any, ...]:
    """Return the one row of a query."""
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    if row is None:
        raise NotWhole("PostgreSQL answered nothing.")
    return row


def dump(url: str, moment: Snapshot, programs: Path, file: Path) -> None:
    """Write that moment to a file in pg_dump's custom format.

    Row-level security stays on (`atrium_backup` may not pass it by); its own policy shows it every row.
    """
    options = ("--format=custom", "--enable-row-security", f"--snapshot={moment.name}", "--lock-wait-timeout=60s")
    run([str(programs / "pg_dump"), *options, f"--file={file}"], url)


def load(url: str, programs: Path, file: Path) -> None:
    """Read a dump into an empty database that has the four roles, as a superuser: all of it or nothing."""
    options = ("--exit-on-error", "--single-transaction", "--dbname=")
    run([str(programs / "pg_restore"), *options, str(file)], url)


def run(command: list[str], url: str) -> None:
    """Run one of PostgreSQL's programs; the password goes through its environment."""
    done = subprocess.run(command, env=environment(url), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()
        raise NotWhole(f"{Path(command[0]).name} failed: {' '.join(reason[-2:])[:400]}")


def environment(url: str) -> Mapping[str, str]:
    """Translate a database's address into what libpq reads."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    return {"PATH": os.defpath, "LC_ALL": "C"} | {
        names[key]: str(value) for key, value in parts.items() if key in names
    }
