"""Takes a backup while Atrium works.

What is in the store is copied first. Then one moment of the database is held, what it names and the copy lacks is
fetched at once, and the moment is dumped. An object is written before its row and deleted after it, so the only gap is
one that was made during the copy and deleted in the instant of the fetch: then the backup is taken anew. What is still
not there then, or is not what the database says, was damaged before: it is named, and all else is saved.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from . import database, objects
from .manifest import Manifest
from .objects import Store

TRIES = 3
DUMP, OBJECTS, FILES = "database.dump", "objects", "files"


@dataclass(frozen=True)
class Source:
    """database: its address as `atrium_backup`. programs: where pg_dump is. files: kept beside (secrets, mail)."""

    database: str
    programs: Path
    store: Store
    files: tuple[Path, ...] = ()


def save(source: Source, folder: Path) -> Manifest:
    """Write a backup into a new folder; it has a manifest only once all is in it, but for what that calls damaged."""
    folder.mkdir(mode=0o700, parents=True)
    keep(source.files, folder / FILES)
    (folder / OBJECTS).mkdir(mode=0o700)
    tries = 0
    while True:
        tries += 1
        objects.fetch_all(source.store, folder / OBJECTS)
        with database.snapshot(source.database) as moment:
            gone, differing = objects.complete(source.store, folder / OBJECTS, moment.objects)
            if gone and tries < TRIES:
                continue
            tables = moment.tables()
            database.dump(source.database, moment, source.programs, folder / DUMP)
        manifest = Manifest(moment.taken_at, moment.server, tables, damaged=sorted(gone + differing))
        manifest.write(folder)
        return manifest


def keep(files: Iterable[Path], folder: Path) -> None:
    """Copy files and folders that lie beside database and store, where they exist."""
    folder.mkdir(mode=0o700)
    for path in files:
        if path.is_dir():
            shutil.copytree(path, folder / path.name)
        elif path.exists():
            shutil.copy2(path, folder / path.name)
