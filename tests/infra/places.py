"""A database and a bucket of a test's own, which can be backed up and restored into."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import connections

from infra.backup.load import Target
from infra.backup.objects import Store
from infra.backup.save import Source
from tests.services import TEMPLATE, site

TEAM = UUID("00000000-0000-7000-8000-00000000000a")
ARTIFACT = """
    INSERT INTO artifacts_artifact (id, team_id, sha256, size, content_type, inline, upload, part_size, created_at)
    VALUES (%s, %s, %s, %s, 'image/png', %s, %s, 0, now())
"""


@dataclass
class Place:
    """In the session's PostgreSQL and store. connection: as the superuser."""

    database: str
    store: Store
    connection: "psycopg.Connection[tuple[object, ...]]" = field(repr=False)

    @property
    def source(self) -> Source:
        return Source(self.url("atrium_backup"), site().postgres.programs, self.store)

    @property
    def target(self) -> Target:
        return Target(site().postgres.url(database=self.database), site().postgres.programs, self.store)

    def url(self, role: str) -> str:
        """Its database's address for one of the four roles."""
        return site().postgres.url(role, site().secrets.roles[role], self.database)

    def keep(self, data: bytes, *, inline: bool = False, upload: str = "") -> str:
        """Store bytes as an artifact, the object before the row; returns its key."""
        artifact = uuid4()
        key = f"team/{TEAM}/{artifact}"
        if not inline:
            self.store.client.upload_fileobj(BytesIO(data), self.store.bucket, key)
        row = [artifact, TEAM, sha256(data).digest(), len(data), data if inline else None, upload]
        self.connection.execute(ARTIFACT, row)
        return key

    def drop(self, key: str) -> None:
        """Delete an artifact, the row before the object."""
        self.connection.execute("DELETE FROM artifacts_artifact WHERE id = %s", [key.rsplit("/", 1)[1]])
        self.store.client.delete_object(Bucket=self.store.bucket, Key=key)


@contextmanager
def migrated_place() -> Iterator[Place]:
    """One with today's tables, and nothing in them."""
    name = f"backup_{token_hex(6)}"
    site().postgres.copy_database(TEMPLATE, name)
    with _opened(name) as place:
        yield place


@contextmanager
def empty_place() -> Iterator[Place]:
    """One into which a backup may be restored."""
    name = f"restored_{token_hex(6)}"
    site().postgres.create_database(name, site().secrets.roles)
    with _opened(name) as place:
        yield place


@contextmanager
def _opened(database: str) -> Iterator[Place]:
    ours = site().store
    store = Store(ours.url, f"backup-{token_hex(6)}", ours.access_key, ours.secret_key)
    store.client.create_bucket(Bucket=store.bucket)
    with psycopg.connect(site().postgres.url(database=database), autocommit=True) as connection:
        yield Place(database, store, connection)


@contextmanager
def copied(place: Place) -> Iterator[tuple[str, "psycopg.Connection[Any]"]]:
    """A database of the same contents, and a connection of the superuser to it."""
    name = f"upgraded_{token_hex(6)}"
    place.connection.close()
    site().postgres.copy_database(place.database, name)
    with psycopg.connect(site().postgres.url(database=name), autocommit=True) as connection:
        yield name, connection


@contextmanager
def owned(database: str, **options: str) -> Iterator[str]:
    """Django's name for a connection to this database, as the role that migrates."""
    alias = f"owner of {database}"
    default = connections.databases["default"]
    known = {**default["OPTIONS"], "pool": None}
    known["options"] += "".join(f" -c {name}={value}" for name, value in options.items())
    role = {"USER": "atrium_owner", "PASSWORD": site().secrets.atrium_owner}
    connections.databases[alias] = {**default, **role, "NAME": database, "OPTIONS": known}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]
