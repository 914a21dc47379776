"""Keeps this release for the tests of upgrades from it: a small backup of what it writes, beside this file.

Run when a release is made, before its tag: `.venv/bin/python -m tests.infra.releases.make`; the file is committed.
"""

import json
import os
import tarfile
import tempfile
import tomllib
from pathlib import Path

import django

from infra.backup.objects import Store
from infra.backup.save import Source, save
from infra.dev import site_processes
from infra.dev.environment import Site
from infra.dev.ground import ROOT
from tests.infra.releases.kept import CONTENTS, ENDING, FOLDER
from tests.services import ALONE, SESSION, Session


def main() -> None:
    """Write the file that is named by the version in pyproject.toml."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    session = Session()
    try:
        os.environ[SESSION] = str(session.folder)
        site = session.add_site(ALONE)
        os.environ.update(site.web())
        django.setup()
        start(session, site)
        with tempfile.TemporaryDirectory() as folder:
            made = backup(site, Path(folder))
            pack(made, FOLDER / f"{version}{ENDING}")
    finally:
        session.stop()


def start(session: Session, site: Site) -> None:
    """Everything but the chores: what they would do is left for the release after this one."""
    port = int(site.url.rsplit(":", 1)[1])
    processes = [
        site_processes.inputs(site),
        site_processes.web(site, "127.0.0.1", port),
        site_processes.dispatch(site),
        site_processes.worker(site),
    ]
    for process in processes:
        session.start(process)
    for process in processes:
        process.wait()


def backup(site: Site, folder: Path) -> Path:
    """Fill the site, and save it with the description of what it holds."""
    from tests.infra.releases.contents import fill  # Django is set up by now

    told = folder / CONTENTS
    told.write_text(json.dumps(fill(site.url).as_data(), indent=1))
    source = Source(
        site.postgres.url("atrium_backup", site.secrets.atrium_backup, site.database),
        site.postgres.programs,
        Store(site.store.url, site.store.buckets[0], site.store.access_key, site.store.secret_key),
        (told,),
    )
    save(source, folder / "backup")
    return folder / "backup"


def pack(folder: Path, file: Path) -> None:
    def nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    with tarfile.open(file, "w:gz") as tar:
        tar.add(folder, arcname=".", filter=nobodys)


if __name__ == "__main__":
    main()
