"""Statements that run often: each connection prepares them once, and PostgreSQL plans them once.

The ORM composes its SQL anew at every call and sends it as one text, which costs several times what the statement
does. Row-level security and Django's transactions hold for these as for any other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import msgspec
from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError
from django.db.models import Field, JSONField, Model
from psycopg import Cursor
from psycopg.pq import TransactionStatus

Row = tuple[Any, ...]
BREAK_OFF = "DO $$ BEGIN RAISE EXCEPTION 'broken off by the caller'; END $$"
"""An error, since psycopg takes a ROLLBACK for the end of all that the connection has prepared, and goes on to name
what is not there."""


def run(statement: str, *values: Any) -> list[Row]:
    """The rows that it returns; it must be one that returns rows. JSON comes as text."""
    return send(statement, *values).fetchall()


def send(statement: str, *values: Any) -> "Cursor[Row]":
    """The same without its rows. Inside `together` it does not wait; read its rows after that."""
    database = _database()
    with database.wrap_database_errors:
        return Cursor(database.connection).execute(statement, values, prepare=True)


@contextmanager
def together() -> Iterator[None]:
    """Sends what stands inside without waiting for each; what fails is raised at the latest at the end.

    Outside a transaction these statements are one: PostgreSQL begins it and commits it, without being told. It is told
    where something inside raises that it knows nothing of: then none of them happened.
    """
    database = _database()
    with database.wrap_database_errors, database.connection.pipeline():
        try:
            yield
        except BaseException as error:
            if not isinstance(error, DatabaseError) and not database.in_atomic_block:
                Cursor(database.connection).execute(BREAK_OFF, prepare=False)
            raise


def begin() -> None:
    """The BEGIN of the atomic block that was just entered, sent with what follows; psycopg's own is waited for alone.

    Nothing where the block is inside another.
    """
    connection = _database().connection
    if connection.info.transaction_status == TransactionStatus.IDLE:
        connection.autocommit = True  # so that psycopg sends none; Django commits, or rolls back, as it always does
        send("BEGIN")


def _database() -> Any:
    """This thread's connection itself: each look through Django's `connection` costs a search."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    return database


def jsonb(value: Any) -> str | None:
    """A value for a `jsonb` parameter; None is SQL's NULL."""
    return None if value is None else msgspec.json.encode(value).decode()


def insert(*rows: Model) -> None:
    """As `save(force_insert=True)` of each, in one statement; no signal is sent."""
    if not rows:
        return
    database = _database()
    statement, fields = _inserting(tuple(type(row) for row in rows))
    send(statement, *(_value(field, row, database) for row, mine in zip(rows, fields, strict=True) for field in mine))
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _value(field: "Field[Any, Any]", row: Model, database: Any) -> Any:
    value = field.pre_save(row, True)
    return jsonb(value) if isinstance(field, JSONField) else field.get_db_prep_save(value, database)


@lru_cache
def _inserting(models: tuple[type[Model], ...]) -> tuple[str, list[list["Field[Any, Any]"]]]:
    fields = [list(model._meta.local_concrete_fields) for model in models]
    parts = []
    for model, mine in zip(models, fields, strict=True):
        columns = ", ".join(f'"{field.column}"' for field in mine)
        marks = ", ".join(["%s"] * len(mine))
        parts.append(f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})')  # noqa: S608
    *before, last = parts
    beside = ", ".join(f"row_{number} AS ({part})" for number, part in enumerate(before))
    return (f"WITH {beside} {last}" if before else last), fields
