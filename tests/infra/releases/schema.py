"""The database as a release's code knows it, and what a later schema takes from under that code while both run."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

COLUMNS: LiteralString = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> ''
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
"""
FUNCTIONS: LiteralString = """
    SELECT proname, pg_get_function_identity_arguments(oid), pg_get_function_result(oid)
    FROM pg_proc WHERE pronamespace = 'atrium'::regnamespace
"""
GRANTS: LiteralString = """
    SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants
    WHERE table_schema = 'public' AND grantee IN ('atrium_app', 'atrium_dispatcher', 'atrium_backup')
"""
UNIQUE: LiteralString = """
    SELECT t.relname, array_agg(a.attname ORDER BY a.attname)
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (i.indkey)
    WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace GROUP BY i.indexrelid, t.relname
"""
CHECKS: LiteralString = """
    SELECT t.relname, c.conname, (
        SELECT array_agg(a.attname ORDER BY a.attname) FROM pg_attribute a
        WHERE a.attrelid = t.oid AND a.attnum = ANY (c.conkey)
    )
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype IN ('c', 'f', 'x') AND t.relnamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Column:
    kind: str
    not_null: bool
    has_default: bool


@dataclass(frozen=True)
class Schema:
    """columns: by table and name. functions: (name, arguments) -> result. unique: (table, columns).

    bounds: check and foreign key constraints by table and name, with their columns.
    """

    columns: dict[tuple[str, str], Column]
    functions: dict[tuple[str, str], str]
    grants: set[tuple[str, ...]]
    unique: set[tuple[str, tuple[str, ...]]]
    bounds: dict[tuple[str, str], tuple[str, ...]]

    @classmethod
    def of(cls, connection: "psycopg.Connection[Any]") -> "Schema":
        """Read it as the superuser, who sees all grants."""
        return cls(
            {(table, name): Column(*rest) for table, name, *rest in connection.execute(COLUMNS)},
            {(name, arguments): result for name, arguments, result in connection.execute(FUNCTIONS)},
            {tuple(row) for row in connection.execute(GRANTS)},
            {(table, tuple(names)) for table, names in connection.execute(UNIQUE)},
            {(table, name): tuple(names or ()) for table, name, names in connection.execute(CHECKS)},
        )


def taken_away(old: Schema, new: Schema, columns: Mapping[str, Iterable[str]], functions: Iterable[str]) -> list[str]:
    """What breaks the release of `old` on `new`, one sentence each. columns, functions: those that its code uses."""
    used = {(table, name) for table, names in columns.items() for name in names} & old.columns.keys()
    called = {key: result for key, result in old.functions.items() if key[0] in set(functions)}
    return [
        *_columns(old, new, used),
        *(
            f"{name}({given}) is gone or answers otherwise"
            for (name, given), result in called.items()
            if new.functions.get((name, given)) != result
        ),
        *(
            f"{role} lost {right} on {table}"
            for role, table, right in sorted(old.grants - new.grants)
            if table in columns
        ),
        *_bounds(old, new, set(columns)),
    ]


def _columns(old: Schema, new: Schema, used: set[tuple[str, str]]) -> Iterator[str]:
    for key in sorted(used):
        before, after = old.columns[key], new.columns.get(key)
        name = ".".join(key)
        if after is None:
            yield f"{name} is gone"
        elif after.kind != before.kind:
            yield f"{name} was {before.kind} and is {after.kind}"
        elif after.not_null and not before.not_null:
            yield f"{name} must have a value"
    tables = {table for table, _ in used}
    for (table, column), made in new.columns.items():
        if table in tables and (table, column) not in used and made.not_null and not made.has_default:
            yield f"{table}.{column}, which it does not write, must have a value and has no default"


def _bounds(old: Schema, new: Schema, tables: set[str]) -> Iterator[str]:
    """A new rule over columns that were there may refuse what the release writes; on a lost one it may rely."""

    def were_there(table: str, names: Iterable[str]) -> bool:
        return table in tables and all((table, name) in old.columns for name in names)

    for table, names in sorted(new.unique - old.unique):
        if were_there(table, names):
            yield f"{table} ({', '.join(names)}) must be unique"
    for table, names in sorted(old.unique - new.unique):
        if table in tables:
            yield f"{table} ({', '.join(names)}) need not be unique any more"
    for (table, name), names in sorted(new.bounds.items()):
        if (table, name) not in old.bounds and were_there(table, names):
            yield f"{table} is held by {name}"
