"""Statements that run often: each connection prepares them once, and PostgreSQL plans them once.

The ORM composes its SQL anew at every call and sends it as one text, which costs several times what the statement
does. Row-level security and Django's transactions hold for these as for any other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Field, Model
from psycopg import Cursor

Row = tuple[Any, ...]


def run(statement: str, *values: Any) -> list[Row]:
    """The rows that it returns; it must be one that returns rows. JSON comes as text."""
    with connection.wrap_database_errors:
        return send(statement, *values).fetchall()


def send(statement: str, *values: Any) -> "Cursor[Row]":
    """The same without its rows. Inside `together` it does not wait; read its rows after that."""
    with connection.wrap_database_errors:
        connection.ensure_connection()
        return Cursor(connection.connection).execute(statement, values, prepare=True)


@contextmanager
def together() -> Iterator[None]:
    """Sends what stands inside without waiting for each; what fails is raised at the latest at the end.

    Outside a transaction these statements are one: PostgreSQL begins it and commits it, without being told.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def jsonb(value: Any) -> str | None:
    """A value for a `jsonb` parameter; None is SQL's NULL."""
    return None if value is None else msgspec.json.encode(value).decode()


def insert(*rows: Model) -> None:
    """As `save(force_insert=True)` of each; no signal is sent."""
    for row in rows:
        statement, fields = _inserting(type(row))
        send(statement, *(field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields))
        row._state.adding, row._state.db = False, connection.alias


@lru_cache
def _inserting(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    fields = list(model._meta.local_concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})', fields  # noqa: S608
