"""A backup taken under load is whole and comes back equal; one that is damaged, or would damage, is refused."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.backup.load import Target, load
from infra.backup.manifest import Manifest, NotWhole
from infra.backup.objects import Store
from infra.backup.save import OBJECTS, Source, save
from infra.dev.ground import ROOT
from infra.dev.services import ROLES
from tests.infra.test_run import environment, run
from tests.services import TEMPLATE, site

TEAM = UUID("00000000-0000-7000-8000-00000000000a")
ARTIFACT = """
    INSERT INTO artifacts_artifact (id, team_id, sha256, size, content_type, inline, upload, part_size, created_at)
    VALUES (%s, %s, %s, %s, 'image/png', %s, %s, 0, now())
"""


@dataclass
class Place:
    """A database and a bucket of the test's own, in the session's PostgreSQL and store."""

    database: str
    store: Store
    connection: "psycopg.Connection[tuple[object, ...]]" = field(repr=False)

    @property
    def source(self) -> Source:
        postgres = site().postgres
        url = postgres.url("atrium_backup", site().secrets.atrium_backup, self.database)
        return Source(url, postgres.programs, self.store)

    @property
    def target(self) -> Target:
        postgres = site().postgres
        return Target(postgres.url(database=self.database), postgres.programs, self.store)

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


def bucket() -> Store:
    """Make an empty bucket."""
    made = Store(site().store.url, f"backup-{token_hex(6)}", site().store.access_key, site().store.secret_key)
    made.client.create_bucket(Bucket=made.bucket)
    return made


@pytest.fixture
def place() -> Iterator[Place]:
    """One with a team, three objects, an artifact in its row and an upload under way."""
    postgres = site().postgres
    name = f"backup_{token_hex(6)}"
    postgres.copy_database(TEMPLATE, name)
    with psycopg.connect(postgres.url(database=name), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO teams_team (id, slug, name, created_at) VALUES (%s, 'films', 'Films', now())", [TEAM]
        )
        place = Place(name, bucket(), connection)
        for number in range(3):
            place.keep(bytes([number]) * 100_000)
        place.keep(b"small", inline=True)
        place.keep(b"half", upload="an upload's id")
        yield place


@pytest.fixture
def empty() -> Iterator[Place]:
    """One into which a backup may be restored."""
    postgres = site().postgres
    name = f"restored_{token_hex(6)}"
    postgres.create_database(name, {role: site().secrets.roles[role] for role in ROLES})
    with psycopg.connect(postgres.url(database=name), autocommit=True) as connection:
        yield Place(name, bucket(), connection)


def test_what_comes_back_is_equal(place: Place, empty: Place, tmp_path: Path) -> None:
    made = save(place.source, tmp_path / "backup")
    assert made.tables["public.teams_team"].rows == 1
    assert made.tables["public.artifacts_artifact"].rows == 5
    assert load(tmp_path / "backup", Manifest.read(tmp_path / "backup"), empty.target) == 3
    again = save(empty.source, tmp_path / "again")
    assert again.tables == made.tables
    objects = [name for name in made.files if name.startswith(OBJECTS)]
    assert len(objects) == 3
    assert {name: again.files[name] for name in objects} == {name: made.files[name] for name in objects}


def test_rights_and_walls_come_back(place: Place, empty: Place, tmp_path: Path) -> None:
    save(place.source, tmp_path / "backup")
    load(tmp_path / "backup", Manifest.read(tmp_path / "backup"), empty.target)
    address = site().postgres.url("atrium_app", site().secrets.atrium_app, empty.database)
    with psycopg.connect(address) as app:
        with pytest.raises(psycopg.Error, match="team"):
            app.execute("SELECT name FROM teams_team").fetchall()
        app.rollback()
        app.execute("SELECT set_config('atrium.team', %s, true)", [str(TEAM)])
        assert app.execute("SELECT name FROM teams_team").fetchall() == [("Films",)]


def test_a_backup_under_load_is_whole(place: Place, empty: Place, tmp_path: Path) -> None:
    """New artifacts come and old ones go all the while; each that the dump names is there with its bytes."""
    old = [place.keep(os.urandom(80_000)) for _ in range(40)]
    stop, started = threading.Event(), threading.Event()

    def work() -> None:
        while not stop.is_set():
            place.keep(os.urandom(80_000))
            if old:
                place.drop(old.pop())
            started.set()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert started.wait(60)
        made = save(place.source, tmp_path / "backup")
    finally:
        stop.set()
        worker.join()
    objects = [name for name in made.files if name.startswith(OBJECTS)]
    assert made.tables["public.artifacts_artifact"].rows == len(objects) + 2, "two have no object"
    assert load(tmp_path / "backup", Manifest.read(tmp_path / "backup"), empty.target) == len(objects) > 40


def test_a_lost_object_is_told(place: Place, tmp_path: Path) -> None:
    key = place.keep(b"x" * 100_000)
    place.store.client.delete_object(Bucket=place.store.bucket, Key=key)
    with pytest.raises(NotWhole, match=f"lacks 1 objects that the database names, {key}"):
        save(place.source, tmp_path / "backup")
    assert not (tmp_path / "backup" / "manifest.json").exists()


def test_a_changed_object_is_told(place: Place, tmp_path: Path) -> None:
    key = place.keep(b"x" * 100_000)
    place.store.client.upload_fileobj(BytesIO(b"y" * 100_000), place.store.bucket, key)
    with pytest.raises(NotWhole, match=f"{key} is not what the database says"):
        save(place.source, tmp_path / "backup")


def test_a_damaged_backup_is_refused(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    made = save(place.source, folder)
    victim = folder / next(name for name in made.files if name.startswith(OBJECTS))
    data = bytearray(victim.read_bytes())
    data[50] ^= 1
    victim.write_bytes(data)
    with pytest.raises(NotWhole, match=victim.name):
        Manifest.read(folder)
    victim.unlink()
    with pytest.raises(NotWhole, match=victim.name):
        Manifest.read(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(NotWhole, match=r"holds no manifest\.json"):
        Manifest.read(folder)


def test_rows_that_differ_are_told(place: Place, empty: Place, tmp_path: Path) -> None:
    made = save(place.source, tmp_path / "backup")
    table = made.tables["public.teams_team"]
    made.tables["public.teams_team"] = replace(table, digest=str(int(table.digest) + 1))
    with pytest.raises(NotWhole, match=r"are not what was backed up: public\.teams_team"):
        load(tmp_path / "backup", made, empty.target)


def test_a_full_place_is_not_filled(place: Place, tmp_path: Path) -> None:
    made = save(place.source, tmp_path / "backup")
    with pytest.raises(NotWhole, match="is not empty"):
        load(tmp_path / "backup", made, place.target)


def command(var: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "infra.dev.backup", *words],
        cwd=ROOT,
        env=environment(var),
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_backup_and_make_restore(tmp_path: Path) -> None:
    """While it runs; into an empty folder, and into no other."""
    var, backup, restored = tmp_path / "var", tmp_path / "backup", tmp_path / "restored"
    assert "nothing to back up" in command(var, "save", str(backup)).stderr
    with run(var):
        saved = command(var, "save", str(backup))
        assert saved.returncode == 0, saved.stderr
        assert "is there already" in command(var, "save", str(backup)).stderr
    assert json.loads((backup / "manifest.json").read_text())["tables"]["public.django_migrations"]["rows"] > 0
    assert "holds an Atrium already" in command(var, "restore", str(backup)).stderr

    done = command(restored, "restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert (restored / "secrets.json").read_text() == (var / "secrets.json").read_text()

    (backup / "files" / "secrets.json").write_text("{}")
    shutil.rmtree(restored)
    refused = command(restored, "restore", str(backup))
    assert (refused.returncode, "files/secrets.json" in refused.stderr) == (1, True)
    assert not (restored / "postgres").exists()
