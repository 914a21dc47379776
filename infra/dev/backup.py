"""`make backup` and `make restore`: what `make run` keeps in var/, into a folder and back.

python -m infra.dev.backup save [FOLDER]      # while Atrium runs, or while it does not
python -m infra.dev.backup restore FOLDER     # into a clone in which nothing was started yet
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from psycopg import Error as DatabaseError

from infra.backup import load as loading
from infra.backup import save as saving
from infra.backup.manifest import Manifest, NotWhole
from infra.backup.objects import Store
from infra.dev import ground
from infra.dev.environment import Site
from infra.dev.ground import MIB, ROOT, VAR, Lock, NotReady
from infra.dev.processes import Process
from infra.dev.run import attach, describe, launch

SECRETS, DEMO = "secrets.json", "demo.json"


def main(arguments: Sequence[str]) -> int:
    """Do what is asked, and return the exit code."""
    os.umask(0o077)
    try:
        match arguments:
            case ["save"]:
                return save(ROOT / "backups" / time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime()))
            case ["save", folder]:
                return save(Path(folder).absolute())
            case ["restore", folder]:
                restore(Path(folder).absolute())
            case _:
                raise NotReady("Say what to restore: make restore FROM=backups/… (make backup prints the folder).")
    except (NotReady, NotWhole) as error:
        print(f"atrium: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"atrium: {ground.explain(error, VAR)}", file=sys.stderr)
        return 1
    except (DatabaseError, BotoCoreError, ClientError) as error:
        print(f"atrium: A service did not answer: {str(error).strip()}. Start Atrium and try again.", file=sys.stderr)
        return 1
    return 0


def save(folder: Path) -> int:
    """Write a backup into a new folder; one that fails leaves nothing behind. 2 where it is made of what is left."""
    if not (VAR / "postgres" / "initialised").exists():
        raise NotReady(f"There is nothing to back up in {VAR}: `make run` first.")
    if folder.exists():
        raise NotReady(f"{folder} is there already: name a new folder.")
    ground.require_folder(folder.parent)
    ground.require_disk(folder.parent, size_of(VAR / "s3") + size_of(VAR / "postgres" / "data" / "base") + 64 * MIB)
    begun = time.monotonic()
    with services() as site:
        source = saving.Source(
            site.postgres.url("atrium_backup", site.secrets.atrium_backup, site.database),
            site.postgres.programs,
            store(site),
            (VAR / SECRETS, VAR / "pool.key", VAR / "encryption.key", VAR / "mail", VAR / "postgres" / DEMO),
        )
        try:
            manifest = saving.save(source, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    rows = sum(table.rows for table in manifest.tables.values())
    print(f"  {rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files in {folder}")
    print(f"  taken in {time.monotonic() - begun:.1f} s; it holds passwords and patients' pictures: keep it so")
    tell_damaged(manifest)
    return 2 if manifest.damaged else 0


def tell_damaged(manifest: Manifest) -> None:
    """Name what the store had lost or changed before the backup was taken."""
    for key in manifest.damaged:
        print(f"atrium: The store has lost or changed {key}: the backup has it as it was found.", file=sys.stderr)


def restore(folder: Path) -> None:
    """Fill an empty var/ from a backup, or leave it empty."""
    if (VAR / "postgres").exists() or (VAR / "s3").exists():
        raise NotReady(f"{VAR} holds an Atrium already: restore into a new clone, or move var/ away first.")
    begun = time.monotonic()
    manifest = Manifest.read(folder)
    ground.require_folder(VAR)
    ground.require_disk(VAR, 3 * size_of(folder) + 300 * MIB)
    files = folder / saving.FILES
    try:
        shutil.copytree(files, VAR, dirs_exist_ok=True, ignore=shutil.ignore_patterns(DEMO))
        with services() as site:
            site.postgres.create_database(site.database, site.secrets.roles)
            target = loading.Target(site.postgres.url(database=site.database), site.postgres.programs, store(site))
            objects = loading.load(folder, manifest, target)
        if (files / DEMO).exists():
            shutil.copy2(files / DEMO, VAR / "postgres" / DEMO)
    except BaseException:
        for name in ("postgres", "s3", SECRETS):
            path = VAR / name
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        raise
    rows = sum(table.rows for table in manifest.tables.values())
    print(
        f"  {rows} rows of {len(manifest.tables)} tables and {objects} objects are what they were at {manifest.made_at}"
    )
    tell_damaged(manifest)
    print(f"  restored in {time.monotonic() - begun:.1f} s; start it with `make run`")


@contextmanager
def services() -> Iterator[Site]:
    """PostgreSQL and the store: those of the Atrium that runs, else started for as long as it takes."""
    lock = Lock()
    try:
        lock.take()
    except NotReady:
        yield attach()
        return
    started: list[Process] = []
    try:
        site = describe("http://localhost:8000")
        site.postgres.prepare()
        launch([site.postgres.process(), site.store.process()], started)
        yield site
    finally:
        for process in started:
            process.stop()
        lock.release()


def store(site: Site) -> Store:
    """Return its bucket."""
    return Store(site.store.url, site.store.buckets[0], site.store.access_key, site.store.secret_key)


def size_of(folder: Path) -> int:
    """Count the bytes below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main([word for word in sys.argv[1:] if word]))
