"""Restores a backup into an empty database and an empty bucket, and proves that they hold what the backup held."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from . import database, objects
from .manifest import Manifest, NotWhole
from .objects import Store
from .save import DUMP, OBJECTS


@dataclass(frozen=True)
class Target:
    """database: an empty one with the four roles, its address as a superuser. programs: where pg_restore is."""

    database: str
    programs: Path
    store: Store


def load(folder: Path, manifest: Manifest, target: Target) -> int:
    """Restore what `Manifest.read(folder)` found whole; returns the number of objects. Raises NotWhole.

    What `manifest.damaged` names was so when it was saved, and is put back as it was.
    """
    if next(iter(target.store.keys()), None) is not None:
        raise NotWhole(f"The bucket {target.store.bucket} is not empty: restore into a new one.")
    database.load(target.database, target.programs, folder / DUMP)
    count = target.store.send(folder / OBJECTS)
    with psycopg.connect(target.database) as connection:
        restored = database.tables(connection)
        known = database.objects(connection)
    differing = sorted(
        name for name in restored.keys() | manifest.tables.keys() if restored.get(name) != manifest.tables.get(name)
    )
    if differing:
        raise NotWhole(f"These tables are not what was backed up: {', '.join(differing)}.")
    with TemporaryDirectory() as again:
        for key, digest in known.items():
            if key in manifest.damaged:
                continue
            if not target.store.fetch(key, Path(again)):
                raise NotWhole(f"The object {key} did not reach the store.")
            if objects.differing(Path(again), {key: digest}):
                raise NotWhole(f"The object {key} is not what the database says it is.")
            (Path(again) / key).unlink()
    return count
